#include "label_time.hpp"

#include <chrono>
#include <string>

#include "netml/core/text_format.hpp"

namespace netml {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kLastSecond = 9'214'646'400;  // 2262-01-01

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool accept(char c) {
    if (text_.empty() || text_[0] != c) {
      return false;
    }
    text_.remove_prefix(1);
    return true;
  }
  // An unsigned number of 1 to `most` digits.
  bool number(std::size_t most, int& value) {
    std::size_t length = 0;
    while (length < text_.size() && text_[length] >= '0' && text_[length] <= '9') {
      ++length;
    }
    if (length == 0 || length > most) {
      return false;
    }
    value = static_cast<int>(*parse_u64(text_.substr(0, length)));
    text_.remove_prefix(length);
    return true;
  }
  // The digits behind a decimal point as nanoseconds; more than nine are cut.
  bool fraction(std::int64_t& ns) {
    ns = 0;
    std::int64_t unit = kSecond / 10;
    std::size_t length = 0;
    for (; length < text_.size() && text_[length] >= '0' && text_[length] <= '9'; ++length) {
      ns += unit * (text_[length] - '0');
      unit /= 10;
    }
    text_.remove_prefix(length);
    return length > 0;
  }
  std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
};

// H:MM[:SS[.frac]].
bool clock(Cursor& cursor, LabelTime& time, std::int64_t& of_day) {
  int minute = 0, second = 0;
  std::int64_t fraction = 0;
  if (!cursor.number(2, time.hour) || !cursor.accept(':') || !cursor.number(2, minute)) {
    return false;
  }
  time.has_seconds = cursor.accept(':');
  if (time.has_seconds) {
    if (!cursor.number(2, second) || (cursor.accept('.') && !cursor.fraction(fraction))) {
      return false;
    }
  }
  of_day = (minute * std::int64_t{60} + second) * kSecond + fraction;  // without the hour
  return time.hour < 24 && minute < 60 && second < 60;
}

bool day_half(std::string_view text, LabelTime& time) {
  if (text.empty()) {
    return true;
  }
  const std::string half = to_lower(trim(text));
  if ((half != "am" && half != "pm") || time.hour < 1 || time.hour > 12) {
    return false;
  }
  time.has_day_half = true;
  time.hour = time.hour % 12 + (half == "pm" ? 12 : 0);
  return true;
}

// What may stand behind a date that begins with its year: nothing, Z, ±HH:MM or ±HHMM.
bool zone(std::string_view text, LabelTime& time) {
  if (text.empty()) {
    return true;
  }
  if (text == "Z" || text == "z") {
    time.zone_ns = 0;
    return true;
  }
  const bool is_west = text[0] == '-';
  if ((text[0] != '+' && !is_west) || (text.size() != 5 && text.size() != 6)) {
    return false;
  }
  if (text.size() == 6 && text[3] != ':') {
    return false;
  }
  const auto hours = parse_u64(text.substr(1, 2));
  const auto minutes = parse_u64(text.substr(text.size() - 2));
  if (!hours || !minutes || *hours > 14 || *minutes > 59) {
    return false;
  }
  const auto offset = static_cast<std::int64_t>(*hours * 60 + *minutes) * 60 * kSecond;
  time.zone_ns = is_west ? -offset : offset;
  return true;
}

std::optional<std::int64_t> days_since_1970(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1970 || year > 2261) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::optional<LabelTime> parse_clock_time(std::string_view text) {
  Cursor cursor(text);
  LabelTime time;
  time.is_clock = true;
  int year = 0, month = 0, day = 0;
  std::int64_t of_day = 0;
  const bool year_first = text.size() > 4 && (text[4] == '-' || text[4] == '/');
  if (year_first) {
    const char mark = text[4];
    if (!cursor.number(4, year) || !cursor.accept(mark) || !cursor.number(2, month) ||
        !cursor.accept(mark) || !cursor.number(2, day) ||
        !(cursor.accept(' ') || cursor.accept('T')) || !clock(cursor, time, of_day) ||
        !zone(cursor.rest(), time)) {
      return std::nullopt;
    }
  } else if (!cursor.number(2, day) || !cursor.accept('/') || !cursor.number(2, month) ||
             !cursor.accept('/') || !cursor.number(4, year) || !cursor.accept(' ') ||
             !clock(cursor, time, of_day) || !day_half(cursor.rest(), time)) {
    return std::nullopt;
  }
  const auto days = days_since_1970(year, month, day);
  if (!days) {
    return std::nullopt;
  }
  time.ns = (*days * 24 + time.hour) * 3600 * kSecond + of_day;
  return time;
}

std::optional<LabelTime> parse_epoch(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto seconds = parse_u64(text.substr(0, point));
  LabelTime time;
  if (!seconds || *seconds >= kLastSecond) {
    return std::nullopt;
  }
  std::int64_t fraction = 0;
  if (point != std::string_view::npos) {
    Cursor cursor(text.substr(point + 1));
    if (!cursor.fraction(fraction) || !cursor.at_end()) {
      return std::nullopt;
    }
  }
  time.ns = static_cast<std::int64_t>(*seconds) * kSecond + fraction;
  return time;
}

}  // namespace

std::optional<LabelTime> parse_label_time(std::string_view text) {
  text = trim(text);
  return text.find_first_of("/-") == std::string_view::npos ? parse_epoch(text)
                                                            : parse_clock_time(text);
}

}  // namespace netml
