#include "label_rows.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

#include "label_time.hpp"

namespace netml {
namespace {

constexpr std::int64_t kMicrosecond = 1000;
constexpr double kLongestFlow_us = 1e15;  // 31 years; beyond is no duration

// Leaves room for slack, time zones and half days behind every time.
constexpr std::int64_t kLatest_ns = INT64_MAX - std::int64_t{30} * 86'400 * 1'000'000'000;

struct Columns {
  std::size_t src_ip = 0, dst_ip = 0, src_port = 0, dst_port = 0, protocol = 0, label = 0;
  std::optional<std::size_t> time, duration;
  std::size_t count = 0;
};

// The column called by one of two names.
std::optional<std::size_t> find_column(const std::vector<std::string>& header,
                                       std::string_view name, std::string_view other,
                                       const std::string& what) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i] == name || header[i] == other) {
      if (found) {
        throw DataError(what + ": two columns are called '" + header[i] + "' or '" +
                        std::string(other) + "'");
      }
      found = i;
    }
  }
  return found;
}

Columns find_columns(const CsvScanner& header_row, const std::string& what) {
  std::vector<std::string> header;
  for (std::size_t i = 0; i < header_row.size(); ++i) {
    header.push_back(to_lower(trim(header_row[i])));
  }
  const auto need = [&](std::string_view name, std::string_view other) {
    const auto found = find_column(header, name, other, what);
    if (!found) {
      throw DataError(what + ": not a label file that netml reads: no column '" +
                      std::string(name) + "'" +
                      (name == other ? "" : " or '" + std::string(other) + "'"));
    }
    return *found;
  };
  Columns columns;
  columns.count = header.size();
  columns.src_ip = need("source ip", "src ip");
  columns.src_port = need("source port", "src port");
  columns.dst_ip = need("destination ip", "dst ip");
  columns.dst_port = need("destination port", "dst port");
  columns.protocol = need("protocol", "protocol");
  columns.label = need("label", "label");
  columns.time = find_column(header, "timestamp", "timestamp", what);
  columns.duration = find_column(header, "flow duration", "flow duration", what);
  return columns;
}

// "80", or "80.0" as pandas writes whole numbers of a column with gaps.
std::optional<std::uint64_t> parse_whole(std::string_view text, std::uint64_t largest) {
  text = trim(text);
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos) {
    const std::string_view zeros = text.substr(point + 1);
    if (zeros.empty() || zeros.find_first_not_of('0') != std::string_view::npos) {
      return std::nullopt;
    }
    text = text.substr(0, point);
  }
  const auto value = parse_u64(text);
  return value && *value <= largest ? value : std::nullopt;
}

std::string bad(std::string_view name, std::string_view text, std::string_view expected) {
  return std::string(name) + " '" + printable(text) + "' is not " + std::string(expected);
}

[[noreturn]] void refuse(const std::string& what, std::uint64_t line, const std::string& problem) {
  throw DataError(what + ": line " + std::to_string(line) + ": " + problem +
                  "; --skip-bad-rows leaves such rows out");
}

class RowReader {
 public:
  RowReader(const Columns& columns, LabelTimes times, LabelRows& out)
      : columns_(columns), reads_times_(times == LabelTimes::kRead && columns.time), out_(out) {
    out.has_times = reads_times_;
  }

  // Adds the record; else says what is wrong with it.
  std::string add(const CsvScanner& record) {
    if (!record.problem().empty()) {
      return record.problem();
    }
    if (record.size() != columns_.count) {
      return std::to_string(record.size()) + " cells where the header has " +
             std::to_string(columns_.count);
    }
    if (record.line() > std::numeric_limits<std::uint32_t>::max()) {
      return "the file has too many lines";
    }
    LabelRow row;
    row.line = static_cast<std::uint32_t>(record.line());
    std::string problem = read_key(record, row.key);
    if (problem.empty() && reads_times_) {
      problem = read_times(record, row);
    }
    const std::string name = valid_utf8(trim(record[columns_.label]));
    if (problem.empty() && name.empty()) {
      problem = "the label is empty";
    }
    if (problem.empty()) {
      row.label = intern(name);
      out_.rows.push_back(row);
    }
    return problem;
  }

  void finish() { out_.is_twelve_hour = saw_clock_ && !saw_day_half_ && !saw_late_hour_; }

 private:
  std::string read_key(const CsvScanner& record, LabelKey& key) const {
    for (const auto& [column, address] :
         {std::pair(columns_.src_ip, &key.a), std::pair(columns_.dst_ip, &key.b)}) {
      const auto parsed = parse_ip_address(trim(record[column]));
      if (!parsed) {
        return bad("address", record[column], "an IPv4 or IPv6 address");
      }
      *address = *parsed;
    }
    for (const auto& [column, port] :
         {std::pair(columns_.src_port, &key.port_a), std::pair(columns_.dst_port, &key.port_b)}) {
      const auto parsed = parse_whole(record[column], 65535);
      if (!parsed) {
        return bad("port", record[column], "a number from 0 to 65535");
      }
      *port = static_cast<std::uint16_t>(*parsed);
    }
    const auto protocol = parse_whole(record[columns_.protocol], 255);
    if (!protocol) {
      return bad("protocol", record[columns_.protocol], "a number from 0 to 255");
    }
    key.protocol = static_cast<std::uint8_t>(*protocol);
    return "";
  }

  std::string read_times(const CsvScanner& record, LabelRow& row) {
    const std::string_view text = record[*columns_.time];
    const auto time = parse_label_time(text);
    if (!time) {
      return bad("time", text, "one of d/m/Y H:MM[:SS], Y-m-d H:M:S or seconds since 1970");
    }
    std::int64_t duration_ns = 0;
    if (columns_.duration) {
      const std::string_view duration = trim(record[*columns_.duration]);
      const auto microseconds = duration.empty() ? std::optional(0.0) : parse_double(duration);
      if (!microseconds || *microseconds > kLongestFlow_us) {
        return bad("flow duration", duration, "a number of microseconds");
      }
      // Published files have -1 and smaller here.
      duration_ns = static_cast<std::int64_t>(std::fmax(0, *microseconds)) * kMicrosecond;
    }
    row.begin_ns = time->ns;
    if (__builtin_add_overflow(time->ns, duration_ns, &row.end_ns) || row.end_ns > kLatest_ns) {
      return bad("time", text, "with its duration a time before 2262");
    }
    row.has_seconds = time->has_seconds;
    row.may_be_afternoon = time->is_clock && time->hour >= 1 && time->hour <= 7;
    saw_clock_ = saw_clock_ || time->is_clock;
    saw_day_half_ = saw_day_half_ || time->has_day_half;
    saw_late_hour_ = saw_late_hour_ || (time->is_clock && time->hour > 12);
    return "";
  }

  std::uint32_t intern(const std::string& name) {
    const auto [at, is_new] = by_name_.emplace(name, static_cast<std::uint32_t>(out_.names.size()));
    if (is_new) {
      out_.names.push_back(name);
    }
    return at->second;
  }

  const Columns& columns_;
  const bool reads_times_;
  LabelRows& out_;
  std::map<std::string, std::uint32_t> by_name_;
  bool saw_clock_ = false, saw_day_half_ = false, saw_late_hour_ = false;
};

}  // namespace

void LabelKey::make_undirected() {
  if (std::tie(b, port_b) < std::tie(a, port_a)) {
    std::swap(a, b);
    std::swap(port_a, port_b);
  }
}

LabelRows read_label_rows(CsvScanner& scanner, const std::string& what, LabelTimes times,
                          BadRows bad_rows) {
  do {
    if (!scanner.next()) {
      throw DataError(what + ": the label file is empty");
    }
  } while (scanner.is_blank());
  const Columns columns = find_columns(scanner, what);
  LabelRows result;
  RowReader reader(columns, times, result);
  while (scanner.next()) {
    if (scanner.is_blank()) {
      continue;
    }
    const std::string problem = reader.add(scanner);
    if (problem.empty()) {
      continue;
    }
    if (bad_rows == BadRows::kRefuse) {
      refuse(what, scanner.line(), problem);
    }
    ++result.skipped;
  }
  reader.finish();
  return result;
}

}  // namespace netml
