#include "label_rows.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

// Leaves room for slack, time zones and half days behind every time.
constexpr std::int64_t kLatest_ns = INT64_MAX - std::int64_t{30} * 86'400 * 1'000'000'000;

// Every verdict on a flow carries its label, and tables of fixed width give each row the room of
// the longest.
constexpr std::size_t kLongestName = 1024;

// Why no flow can have this name; empty: there is no reason.
std::string problem_of(std::string_view name) {
  if (name.empty()) {
    return "the label is empty";
  }
  return name.size() > kLongestName
             ? "the label is longer than " + std::to_string(kLongestName) + " bytes"
             : "";
}

}  // namespace

void LabelKey::make_undirected() {
  if (std::tie(b, port_b) < std::tie(a, port_a)) {
    std::swap(a, b);
    std::swap(port_a, port_b);
  }
}

LabelRowBuilder::LabelRowBuilder(std::string what, const LabelOptions& options)
    : what_(std::move(what)), options_(options) {}

void LabelRowBuilder::add(LabelDraft draft, std::uint64_t line, std::string problem) {
  if (problem.empty() && draft.is_left_out) {
    ++rows_.left_out;
    return;
  }
  const std::string name = valid_utf8(trim(draft.name));
  if (problem.empty()) {
    problem = problem_of(name);
  }
  if (problem.empty() && line > std::numeric_limits<std::uint32_t>::max()) {
    problem = "the file has too many lines";
  }
  if (!problem.empty()) {
    if (!options_.skip_bad_rows) {
      throw DataError(what_ + ": line " + std::to_string(line) + ": " + problem +
                      "; --skip-bad-rows leaves such rows out");
    }
    ++rows_.skipped;
    return;
  }
  draft.row.line = static_cast<std::uint32_t>(line);
  draft.row.label = intern(name, draft.value.value_or(label_value(name)));
  if (draft.rule) {
    draft.row.rule = static_cast<std::uint32_t>(rows_.rules.size());
    rows_.rules.push_back(*draft.rule);
  }
  rows_.rows.push_back(draft.row);
}

// A time in the file's own zone. One that says its offset is moved to where the zone of the options
// takes it to UTC.
std::optional<std::int64_t> LabelRowBuilder::place(const LabelTime& time) {
  saw_clock_ = saw_clock_ || time.is_clock;
  saw_day_half_ = saw_day_half_ || time.has_day_half;
  saw_late_hour_ = saw_late_hour_ || (time.is_clock && time.hour > 12);
  rows_.has_zones = rows_.has_zones || time.zone_ns.has_value();
  const std::int64_t moved =
      time.zone_ns ? time.ns - *time.zone_ns + options_.timezone_ns.value_or(0) : time.ns;
  return moved > kLatest_ns ? std::nullopt : std::optional(moved);
}

bool LabelRowBuilder::set_times(LabelRow& row, const LabelTime& begin, std::int64_t duration_ns) {
  const auto at = place(begin);
  if (!at || __builtin_add_overflow(*at, duration_ns, &row.end_ns) || row.end_ns > kLatest_ns) {
    return false;
  }
  row.begin_ns = *at;
  row.has_seconds = begin.has_seconds;
  row.may_be_afternoon = begin.is_clock && begin.hour >= 1 && begin.hour <= 7;
  return true;
}

bool LabelRowBuilder::set_times(LabelRow& row, const std::optional<LabelTime>& begin,
                                const std::optional<LabelTime>& end) {
  for (const auto& [time, at] : {std::pair(&begin, &row.begin_ns), std::pair(&end, &row.end_ns)}) {
    if (!*time) {
      continue;
    }
    const auto placed = place(**time);
    if (!placed) {
      return false;
    }
    *at = *placed;
    row.has_seconds = row.has_seconds && (*time)->has_seconds;
  }
  return true;
}

std::uint32_t LabelRowBuilder::intern(const std::string& name, int value) {
  const auto next = static_cast<std::uint32_t>(rows_.labels.size());
  const auto [at, is_new] = by_name_.emplace(std::pair(name, value), next);
  if (is_new) {
    rows_.labels.push_back({name, value});
  }
  return at->second;
}

LabelRows LabelRowBuilder::finish() {
  // The published files of CICIDS2017 write 13:30 as 1:30.
  const bool is_twelve_hour = saw_clock_ && !saw_day_half_ && !saw_late_hour_;
  for (LabelRow& row : rows_.rows) {
    row.may_be_afternoon = row.may_be_afternoon && is_twelve_hour;
  }
  return std::move(rows_);
}

}  // namespace netml
