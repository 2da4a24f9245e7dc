#include "netml/dataset/labels.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"
#include "netml/core/words.hpp"

#include "label_rows.hpp"

namespace netml {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kHalfDay = 12 * kHour;
constexpr std::int64_t kFarthestZone = 14;
constexpr std::uint64_t kFarthestZoneMinutes = 14 * 60;

const std::vector<std::string> kLaterFormats = {"zeek", "unsw-nb15", "ctu13", "suricata", "csv"};

std::int64_t add_saturating(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? (b < 0 ? INT64_MIN : INT64_MAX) : sum;
}

std::string two_digits(std::int64_t value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

// "2017-07-03 12:08:09".
std::string time_text(std::int64_t ns) {
  // In seconds before days: the day of the earliest times does not fit nanoseconds.
  const auto time = std::chrono::floor<std::chrono::seconds>(
      std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::nanoseconds(ns)});
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(midnight);
  const std::int64_t second = (time - midnight).count();
  return std::to_string(static_cast<int>(date.year())) + "-" +
         two_digits(static_cast<unsigned>(date.month())) + "-" +
         two_digits(static_cast<unsigned>(date.day())) + " " + two_digits(second / 3600) + ":" +
         two_digits(second / 60 % 60) + ":" + two_digits(second % 60);
}

std::string zone_text(std::int64_t offset_ns) {
  const std::int64_t minutes = (offset_ns < 0 ? -offset_ns : offset_ns) / (60 * kSecond);
  return (offset_ns < 0 ? "-" : "+") + two_digits(minutes / 60) + ":" + two_digits(minutes % 60);
}

}  // namespace

LabelFormat parse_label_format(std::string_view text) {
  static constexpr Word<LabelFormat> kFormats[] = {{"auto", LabelFormat::kAuto},
                                                   {"cicids2017", LabelFormat::kCicids2017},
                                                   {"netml", LabelFormat::kNetml}};
  if (std::find(kLaterFormats.begin(), kLaterFormats.end(), text) != kLaterFormats.end()) {
    throw UsageError("this build does not read labels of format '" + std::string(text) +
                     "'; it reads auto, cicids2017, netml");
  }
  return parse_word(text, kFormats, "unknown label format");
}

LabelConflict parse_label_conflict(std::string_view text) {
  static constexpr Word<LabelConflict> kRules[] = {{"any-attack", LabelConflict::kAnyAttack},
                                                   {"first", LabelConflict::kFirst},
                                                   {"last", LabelConflict::kLast},
                                                   {"error", LabelConflict::kError}};
  return parse_word(text, kRules, "unknown rule for contradictory labels");
}

std::optional<std::int64_t> parse_label_timezone(std::string_view text) {
  if (text == "auto") {
    return std::nullopt;
  }
  const bool has_form = text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':';
  const auto hours = has_form ? parse_u64(text.substr(1, 2)) : std::nullopt;
  const auto minutes = has_form ? parse_u64(text.substr(4, 2)) : std::nullopt;
  if (!hours || !minutes || *minutes > 59 || *hours * 60 + *minutes > kFarthestZoneMinutes) {
    throw UsageError("time zone '" + printable(text) + "' is not auto or ±HH:MM (at most 14:00)");
  }
  const auto offset = static_cast<std::int64_t>(*hours * 60 + *minutes) * 60 * kSecond;
  return text[0] == '-' ? -offset : offset;
}

std::int64_t parse_label_slack(std::string_view text) {
  const auto seconds = parse_double(text);
  if (!seconds || *seconds < 0 || *seconds > 1e6) {
    throw UsageError("label slack '" + printable(text) +
                     "' is not a number of seconds from 0 to 1e6");
  }
  return static_cast<std::int64_t>(*seconds * static_cast<double>(kSecond));
}

int label_value(std::string_view name) {
  const std::string plain = to_lower(trim(name));
  return plain == "benign" || plain == "normal" || plain == "0" || plain == "-" ? 0 : 1;
}

// The rows in the order of their keys, and what was found with them.
class LabelFile::Index {
 public:
  Index(LabelRows rows, std::string what, const LabelOptions& options)
      : what_(std::move(what)), options_(options), data_(std::move(rows)) {
    is_directed_ = options.format == LabelFormat::kNetml;
    rule_ =
        options.conflict.value_or(is_directed_ ? LabelConflict::kLast : LabelConflict::kAnyAttack);
    for (const std::string& name : data_.names) {
      values_.push_back(label_value(name));
      // Labels are the same when both are normal, or when only case tells them apart.
      classes_.push_back(values_.back() == 0 ? "" : to_lower(name));
    }
    report.rows = data_.rows.size();
    report.rows_skipped = data_.skipped;
    report.timezone_ns = options.timezone_ns.value_or(0);
    if (data_.skipped > 0) {
      report.warnings.push_back(what_ + ": " + std::to_string(data_.skipped) +
                                " bad rows left out");
    }
    prepare_rows();
    std::sort(data_.rows.begin(), data_.rows.end(), [](const LabelRow& a, const LabelRow& b) {
      return std::tie(a.key, a.begin_ns, a.line) < std::tie(b.key, b.begin_ns, b.line);
    });
    build_groups();
  }

  void begin_capture(std::int64_t first_packet_ns) {
    if (!data_.has_times || options_.timezone_ns || data_.rows.empty()) {
      return;
    }
    report.timezone_ns = 0;
    if (covers(first_packet_ns)) {
      return;
    }
    for (std::int64_t hours = 1; hours <= kFarthestZone; ++hours) {
      for (const std::int64_t offset : {hours * kHour, -hours * kHour}) {
        if (covers(add_saturating(first_packet_ns, offset))) {
          report.timezone_ns = offset;
          report.warnings.push_back(
              what_ + ": the labels' times are taken as UTC" + zone_text(offset) +
              ", because the capture begins outside their span (" + span_text() +
              ") otherwise; --label-timezone says it for certain");
          return;
        }
      }
    }
  }

  std::optional<LabelMatch> find(const FlowIdentity& flow) {
    LabelKey key{flow.src, flow.dst, flow.src_port, flow.dst_port, flow.protocol};
    if (!is_directed_) {
      key.make_undirected();
    }
    candidates_.clear();
    collect(key, flow);
    if (candidates_.empty()) {
      ++report.flows_unmatched;
      return std::nullopt;
    }
    ++report.flows_matched;
    const LabelRow& row = data_.rows[decide()];
    return LabelMatch{values_[row.label], data_.names[row.label]};
  }

  std::string span_text() const {
    return data_.has_times && !data_.rows.empty()
               ? time_text(*report.first_ns) + " to " + time_text(*report.last_ns)
               : std::string("without times");
  }
  const std::string& what() const { return what_; }

  LabelReport report;

 private:
  struct Span {
    std::int64_t begin = INT64_MAX;
    std::int64_t end = INT64_MIN;

    void add(std::int64_t from, std::int64_t to) {
      begin = std::min(begin, from);
      end = std::max(end, to);
    }
    bool holds(std::int64_t t) const { return t >= begin && t <= end; }
  };
  // The rows of one key.
  struct Group {
    std::size_t begin;
    std::size_t end;
    // Without times every flow of the key gets the same answer: found once.
    bool is_decided = false;
    std::size_t decision = 0;
    bool is_contradictory = false;
  };

  void prepare_rows() {
    for (LabelRow& row : data_.rows) {
      if (!is_directed_) {
        row.key.make_undirected();
      }
      if (!data_.has_times) {
        continue;
      }
      report.first_ns = std::min(report.first_ns.value_or(INT64_MAX), row.begin_ns);
      report.last_ns = std::max(report.last_ns.value_or(INT64_MIN), row.end_ns);
      const std::int64_t slack = options_.slack_ns.value_or((row.has_seconds ? 1 : 60) * kSecond);
      row.begin_ns -= slack;
      row.end_ns += slack;
      row.may_be_afternoon = row.may_be_afternoon && data_.is_twelve_hour;
      const std::int64_t later = row.may_be_afternoon ? kHalfDay : 0;
      as_written_.add(row.begin_ns, row.end_ns);
      afternoon_.add(row.begin_ns + later, row.end_ns + later);
    }
  }

  void build_groups() {
    std::vector<LabelRow>& rows = data_.rows;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool is_new = i == 0 || rows[i].key != rows[i - 1].key;
      if (is_new) {
        groups_.push_back({i, i});
      }
      groups_.back().end = i + 1;
      rows[i].latest_end_ns =
          is_new ? rows[i].end_ns : std::max(rows[i - 1].latest_end_ns, rows[i].end_ns);
    }
  }

  bool covers(std::int64_t local_ns) const {
    return as_written_.holds(local_ns) || afternoon_.holds(local_ns);
  }

  // Fills candidates_ with the rows that match, in the order of their lines.
  void collect(const LabelKey& key, const FlowIdentity& flow) {
    const auto group = std::lower_bound(
        groups_.begin(), groups_.end(), key,
        [&](const Group& g, const LabelKey& k) { return data_.rows[g.begin].key < k; });
    if (group == groups_.end() || data_.rows[group->begin].key != key) {
      return;
    }
    group_ = static_cast<std::size_t>(group - groups_.begin());
    if (!data_.has_times) {
      if (group->is_decided) {
        candidates_.push_back(group->decision);
        return;
      }
      for (std::size_t i = group->begin; i < group->end; ++i) {
        candidates_.push_back(i);
      }
    } else {
      const std::int64_t first = add_saturating(flow.first_ns, report.timezone_ns);
      const std::int64_t last = add_saturating(flow.last_ns, report.timezone_ns);
      collect_between(*group, first, last, false);
      if (data_.is_twelve_hour) {
        collect_between(*group, add_saturating(first, -kHalfDay), add_saturating(last, -kHalfDay),
                        true);
      }
    }
    const auto by_line = [&](std::size_t a, std::size_t b) {
      return data_.rows[a].line < data_.rows[b].line;
    };
    std::sort(candidates_.begin(), candidates_.end(), by_line);
    candidates_.erase(std::unique(candidates_.begin(), candidates_.end()), candidates_.end());
  }

  void collect_between(const Group& group, std::int64_t first, std::int64_t last,
                       bool afternoon_only) {
    const auto begin = data_.rows.begin() + static_cast<std::ptrdiff_t>(group.begin);
    const auto end = data_.rows.begin() + static_cast<std::ptrdiff_t>(group.end);
    const auto from = std::partition_point(
        begin, end, [&](const LabelRow& row) { return row.latest_end_ns < first; });
    const auto to =
        std::partition_point(from, end, [&](const LabelRow& row) { return row.begin_ns <= last; });
    for (auto row = from; row < to; ++row) {
      if (row->end_ns >= first && (!afternoon_only || row->may_be_afternoon)) {
        candidates_.push_back(static_cast<std::size_t>(row - data_.rows.begin()));
      }
    }
  }

  // The row that decides among candidates_, which is not empty.
  std::size_t decide() {
    Group& group = groups_[group_];
    if (group.is_decided) {
      report.flows_contradictory += group.is_contradictory ? 1 : 0;
      return group.decision;
    }
    for (const std::size_t i : candidates_) {
      report.rows_matched += data_.rows[i].is_matched ? 0 : 1;
      data_.rows[i].is_matched = true;
    }
    const std::size_t first = candidates_.front();
    const auto other = std::find_if(candidates_.begin(), candidates_.end(), [&](std::size_t i) {
      return classes_[data_.rows[i].label] != classes_[data_.rows[first].label];
    });
    if (other != candidates_.end()) {
      count_contradiction(data_.rows[first], data_.rows[*other]);
    }
    std::size_t decision = first;
    if (rule_ == LabelConflict::kLast) {
      decision = candidates_.back();
    } else if (rule_ == LabelConflict::kAnyAttack) {
      const auto attack = std::find_if(candidates_.begin(), candidates_.end(), [&](std::size_t i) {
        return values_[data_.rows[i].label] == 1;
      });
      decision = attack == candidates_.end() ? first : *attack;
    }
    if (!data_.has_times) {
      group.is_decided = true;
      group.decision = decision;
      group.is_contradictory = other != candidates_.end();
    }
    return decision;
  }

  void count_contradiction(const LabelRow& one, const LabelRow& other) {
    const LabelContradiction found{one.line, other.line, data_.names[one.label],
                                   data_.names[other.label]};
    if (rule_ == LabelConflict::kError) {
      throw DataError(what_ + ": lines " + std::to_string(found.first_line) + " and " +
                      std::to_string(found.second_line) + " give one flow the labels '" +
                      printable(found.first_name) + "' and '" + printable(found.second_name) +
                      "'; --label-conflict says which one counts");
    }
    ++report.flows_contradictory;
    const bool is_known = std::any_of(
        report.contradictions.begin(), report.contradictions.end(), [&](const auto& known) {
          return known.first_line == found.first_line && known.second_line == found.second_line;
        });
    if (!is_known && report.contradictions.size() < LabelReport::kMostContradictions) {
      report.contradictions.push_back(found);
    }
  }

  std::string what_;
  LabelOptions options_;
  LabelRows data_;
  bool is_directed_ = false;
  LabelConflict rule_ = LabelConflict::kAnyAttack;
  std::vector<int> values_;           // per name
  std::vector<std::string> classes_;  // per name
  std::vector<Group> groups_;         // sorted by key
  Span as_written_, afternoon_;
  std::size_t group_ = 0;
  std::vector<std::size_t> candidates_;
};

LabelFile::LabelFile(std::unique_ptr<Index> index) : index_(std::move(index)) {}
LabelFile::LabelFile(LabelFile&&) noexcept = default;
LabelFile& LabelFile::operator=(LabelFile&&) noexcept = default;
LabelFile::~LabelFile() = default;

namespace {

LabelRows read_rows(CsvScanner scanner, const std::string& what, const LabelOptions& options) {
  return read_label_rows(
      scanner, what,
      options.format == LabelFormat::kNetml ? LabelTimes::kIgnore : LabelTimes::kRead,
      options.skip_bad_rows ? BadRows::kSkip : BadRows::kRefuse);
}

}  // namespace

LabelFile LabelFile::read(const std::string& path, const LabelOptions& options) {
  const std::string what = path == "-" ? "standard input" : printable(path);
  return LabelFile(
      std::make_unique<Index>(read_rows(CsvScanner::open(path), what, options), what, options));
}

LabelFile LabelFile::parse(std::string_view text, const std::string& what,
                           const LabelOptions& options) {
  return LabelFile(
      std::make_unique<Index>(read_rows(CsvScanner::over(text), what, options), what, options));
}

void LabelFile::begin_capture(std::int64_t first_packet_ns) {
  index_->begin_capture(first_packet_ns);
}
std::optional<LabelMatch> LabelFile::find(const FlowIdentity& flow) {
  return index_->find(flow);
}
const LabelReport& LabelFile::report() const noexcept {
  return index_->report;
}

std::string LabelFile::nothing_matched(std::int64_t capture_first_ns,
                                       std::int64_t capture_last_ns) const {
  return index_->what() + ": no flow has a label: the capture runs from " +
         time_text(capture_first_ns) + " to " + time_text(capture_last_ns) + " UTC, the labels " +
         index_->span_text() + " (UTC" + zone_text(index_->report.timezone_ns) + ")";
}

}  // namespace netml
