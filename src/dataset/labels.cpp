#include "netml/dataset/labels.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <vector>

#include "netml/core/compression.hpp"
#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/text_format.hpp"
#include "netml/core/words.hpp"
#include "netml/table/text_source.hpp"

#include "label_formats.hpp"
#include "label_index.hpp"
#include "label_rule_index.hpp"

namespace netml {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kFarthestZone = 14;
constexpr std::uint64_t kFarthestZoneMinutes = std::uint64_t{14} * 60;

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
  if (text == "auto") {
    return LabelFormat::kAuto;
  }
  std::vector<std::string> known = {"auto"};
  for (const LabelFormatInfo& format : label_formats()) {
    if (format.name == text) {
      return format.format;
    }
    known.emplace_back(format.name);
  }
  refuse_word(text, known, "--label-format");
}

LabelConflict parse_label_conflict(std::string_view text) {
  static constexpr Word<LabelConflict> kRules[] = {{"any-attack", LabelConflict::kAnyAttack},
                                                   {"first", LabelConflict::kFirst},
                                                   {"last", LabelConflict::kLast},
                                                   {"error", LabelConflict::kError}};
  return parse_word(text, kRules, "--label-conflict");
}

std::optional<std::int64_t> parse_label_timezone(std::string_view text) {
  if (text == "auto") {
    return std::nullopt;
  }
  const bool has_form = text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':';
  const auto hours = has_form ? parse_u64(text.substr(1, 2)) : std::nullopt;
  const auto minutes = has_form ? parse_u64(text.substr(4, 2)) : std::nullopt;
  if (!hours || !minutes || *minutes > 59 || *hours * 60 + *minutes > kFarthestZoneMinutes) {
    throw UsageError("--label-timezone: '" + printable(text) +
                     "' is neither auto nor ±HH:MM (at most 14:00)");
  }
  const auto offset = static_cast<std::int64_t>(*hours * 60 + *minutes) * 60 * kSecond;
  return text[0] == '-' ? -offset : offset;
}

std::int64_t parse_label_slack(std::string_view text) {
  const auto seconds = parse_double(text);
  if (!seconds || *seconds < 0 || *seconds > 1e6) {
    throw UsageError("--label-slack: '" + printable(text) +
                     "' is not a number of seconds from 0 to 1e6");
  }
  return static_cast<std::int64_t>(*seconds * static_cast<double>(kSecond));
}

int label_value(std::string_view name) {
  const std::string plain = to_lower(trim(name));
  return plain == "benign" || plain == "normal" || plain == "0" || plain == "-" ? 0 : 1;
}

// The rows of a file, and what was found with them.
class LabelFile::Finder {
 public:
  Finder(const LabelFormatInfo& format, LabelRows rows, std::string what,
         const LabelOptions& options)
      : options_(options),
        rows_(std::move(rows)),
        is_directed_(format.is_directed),
        first_rule_counts_(format.is_rule_file && !options.conflict),
        conflict_(options.conflict.value_or(format.conflict)),
        classes_(classes_of(rows_.labels, format.names_differ)) {
    report.file = std::move(what);
    report.rows = rows_.rows.size();
    report.rows_skipped = rows_.skipped;
    report.rows_left_out = rows_.left_out;
    report.timezone_ns = options.timezone_ns.value_or(0);
    report.warnings = std::move(rows_.warnings);
    if (rows_.skipped > 0) {
      report.warnings.push_back(report.file + ": " + std::to_string(rows_.skipped) +
                                " bad rows left out");
    }
    for (LabelRow& row : rows_.rows) {
      prepare(row, format);
    }
    const auto pick = [this](const LabelRow& row, std::uint32_t number) {
      return LabelPick::of(number, classes_[row.label], rows_.labels[row.label].value);
    };
    index_ = std::make_unique<LabelIndex>(rows_.rows, pick);
    rules_ = std::make_unique<LabelRuleIndex>(rows_, pick);
  }

  void begin_capture(std::int64_t first_packet_ns) {
    if (!report.first_ns || options_.timezone_ns || rows_.has_zones) {
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
              report.file + ": the labels' times are taken as UTC" + zone_text(offset) +
              ", because the capture begins outside their span (" + span_text() +
              ") otherwise; --label-timezone says it for certain");
          return;
        }
      }
    }
  }

  std::optional<LabelMatch> find(const FlowIdentity& flow) {
    LabelledFlow wanted{{flow.src, flow.dst, flow.src_port, flow.dst_port, flow.protocol},
                        add_saturating(flow.first_ns, report.timezone_ns),
                        add_saturating(flow.last_ns, report.timezone_ns)};
    LabelPick found = first_rule_counts_ ? rules_->find_first(wanted) : rules_->find_all(wanted);
    if (!is_directed_) {
      wanted.key.make_undirected();
    }
    found = joined(found, index_->find(wanted.key, wanted.first_ns, wanted.last_ns));
    report.rows_matched = index_->rows_found() + rules_->rows_found();
    if (found.is_empty()) {
      ++report.flows_unmatched;
      return std::nullopt;
    }
    ++report.flows_matched;
    if (found.other != LabelPick::kNone) {
      count_contradiction(found.first, found.other);
    }
    const LabelRows::Label& label = rows_.labels[rows_.rows[decide(found)].label];
    return LabelMatch{label.value, label.name};
  }

  std::string span_text() const {
    return report.first_ns ? time_text(*report.first_ns) + " to " + time_text(*report.last_ns)
                           : std::string("without times");
  }

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

  // Labels are the same when both are normal, or when only case tells them apart; and, where names
  // do not count, when their values are the same.
  static std::vector<std::uint32_t> classes_of(const std::vector<LabelRows::Label>& labels,
                                               bool names_differ) {
    std::map<std::string, std::uint32_t> known;
    std::vector<std::uint32_t> classes;
    for (const LabelRows::Label& label : labels) {
      std::string same = std::to_string(label.value);
      if (label.value != 0 && names_differ) {
        same += to_lower(label.name);
      }
      const auto next = static_cast<std::uint32_t>(known.size());
      classes.push_back(known.emplace(std::move(same), next).first->second);
    }
    return classes;
  }

  void prepare(LabelRow& row, const LabelFormatInfo& format) {
    if (!is_directed_) {
      row.key.make_undirected();
    }
    row.may_be_afternoon = row.may_be_afternoon && format.knows_halves_of_days;
    const bool begins = row.begin_ns != INT64_MIN, ends = row.end_ns != INT64_MAX;
    if (!begins && !ends) {
      return;
    }
    const std::int64_t earliest = begins ? row.begin_ns : row.end_ns;
    const std::int64_t latest = ends ? row.end_ns : row.begin_ns;
    report.first_ns = std::min(report.first_ns.value_or(INT64_MAX), earliest);
    report.last_ns = std::max(report.last_ns.value_or(INT64_MIN), latest);
    const std::int64_t slack = options_.slack_ns.value_or((row.has_seconds ? 1 : 60) * kSecond);
    const std::int64_t later = row.may_be_afternoon ? 12 * kHour : 0;
    as_written_.add(earliest - slack, latest + slack);
    afternoon_.add(earliest - slack + later, latest + slack + later);
    row.begin_ns -= begins ? slack : 0;
    row.end_ns += ends ? slack : 0;
  }

  bool covers(std::int64_t local_ns) const {
    return as_written_.holds(local_ns) || afternoon_.holds(local_ns);
  }

  // Rows of one key, and rules. Where the first rule counts, the sooner of the two does, and a rule
  // contradicts nothing: those further down are for what those above leave.
  LabelPick joined(LabelPick rules, const LabelPick& rows) const {
    if (!first_rule_counts_) {
      rules.merge(rows);
      return rules;
    }
    return rules.first < rows.first ? rules : rows;
  }

  // The row that decides.
  std::uint32_t decide(const LabelPick& found) const {
    if (conflict_ == LabelConflict::kLast) {
      return found.last;
    }
    return conflict_ == LabelConflict::kAnyAttack && found.attack != LabelPick::kNone ? found.attack
                                                                                      : found.first;
  }

  void count_contradiction(std::uint32_t one_row, std::uint32_t other_row) {
    const LabelRow &one = rows_.rows[one_row], &other = rows_.rows[other_row];
    const LabelContradiction found{one.line, other.line, rows_.labels[one.label].name,
                                   rows_.labels[other.label].name};
    if (conflict_ == LabelConflict::kError) {
      throw DataError(report.file + ": lines " + std::to_string(found.first_line) + " and " +
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

  LabelOptions options_;
  LabelRows rows_;
  bool is_directed_;
  bool first_rule_counts_;
  LabelConflict conflict_;
  std::vector<std::uint32_t> classes_;  // per label
  Span as_written_, afternoon_;
  std::unique_ptr<LabelIndex> index_;
  std::unique_ptr<LabelRuleIndex> rules_;
};

LabelFile::LabelFile(std::unique_ptr<Finder> finder) : finder_(std::move(finder)) {}
LabelFile::LabelFile(LabelFile&&) noexcept = default;
LabelFile& LabelFile::operator=(LabelFile&&) noexcept = default;
LabelFile::~LabelFile() = default;

namespace {

// The first bytes, which the source then gives again.
std::string look_ahead(TextSource& source) {
  constexpr std::size_t kHeadBytes = std::size_t{64} << 10;
  std::string head(kHeadBytes, '\0');
  std::size_t filled = 0;
  while (filled < head.size()) {
    const std::size_t count = source(std::span(head).subspan(filled));
    if (count == 0) {
      break;
    }
    filled += count;
  }
  head.resize(filled);
  source = [head, given = std::size_t{0},
            rest = std::move(source)](std::span<char> block) mutable -> std::size_t {
    if (given == head.size()) {
      return rest(block);
    }
    const std::size_t count = head.copy(block.data(), block.size(), given);
    given += count;
    return count;
  };
  return head;
}

}  // namespace

LabelFile LabelFile::read(TextSource source, const std::string& what, const LabelOptions& options) {
  const std::string head = look_ahead(source);
  refuse_compressed(head, what);
  const LabelFormatInfo& format = find_label_format(options, label_head(head), what);
  LabelRowBuilder builder(what, options);
  LabelRows rows = format.read(std::move(source), builder, options);
  return LabelFile(std::make_unique<Finder>(format, std::move(rows), what, options));
}

LabelFile LabelFile::read(const std::string& path, const LabelOptions& options) {
  return read(open_text(path), input_name(path), options);
}

LabelFile LabelFile::parse(std::string_view text, const std::string& what,
                           const LabelOptions& options) {
  return read(text_over(text), what, options);
}

void LabelFile::begin_capture(std::int64_t first_packet_ns) {
  finder_->begin_capture(first_packet_ns);
}
std::optional<LabelMatch> LabelFile::find(const FlowIdentity& flow) {
  return finder_->find(flow);
}
const LabelReport& LabelFile::report() const noexcept {
  return finder_->report;
}

std::string LabelFile::nothing_matched(std::int64_t capture_first_ns,
                                       std::int64_t capture_last_ns) const {
  return report().file + ": no flow has a label: the capture runs from " +
         time_text(capture_first_ns) + " to " + time_text(capture_last_ns) + " UTC, the labels " +
         finder_->span_text() + " (UTC" + zone_text(report().timezone_ns) + ")";
}

}  // namespace netml
