#include "label_index.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace netml {
namespace {

constexpr std::int64_t kHalfDay = std::int64_t{12} * 3600 * 1'000'000'000;
// So few rows are quicker looked through than found in a tree.
constexpr std::size_t kFewRows = 32;

}  // namespace

LabelIndex::LabelIndex(const std::vector<LabelRow>& rows, PickOf pick_of)
    : rows_(rows), pick_of_(std::move(pick_of)), is_found_(rows.size()) {
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    const LabelRow& row = rows[i];
    if (row.rule != LabelRow::kNoRule) {
      continue;
    }
    spans_.push_back({row.begin_ns, row.end_ns, i});
    if (row.may_be_afternoon) {
      spans_.push_back({row.begin_ns + kHalfDay, row.end_ns + kHalfDay, i});
    }
  }
  std::sort(spans_.begin(), spans_.end(), [&](const LabelSpan& x, const LabelSpan& y) {
    return std::tie(rows[x.row].key, x.begin_ns, x.row) <
           std::tie(rows[y.row].key, y.begin_ns, y.row);
  });
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    const LabelKey& key = rows[spans_[i].row].key;
    if (keys_.empty() || keys_.back() != key) {
      keys_.push_back(key);
      starts_.push_back(static_cast<std::uint32_t>(i));
    }
  }
  starts_.push_back(static_cast<std::uint32_t>(spans_.size()));
}

LabelPick LabelIndex::find(const LabelKey& key, std::int64_t first_ns, std::int64_t last_ns) {
  const auto at = std::lower_bound(keys_.begin(), keys_.end(), key);
  if (at == keys_.end() || *at != key) {
    return {};
  }
  const auto group = static_cast<std::size_t>(at - keys_.begin());
  const std::span<const LabelSpan> spans =
      std::span(spans_).subspan(starts_[group], starts_[group + 1] - starts_[group]);
  if (spans.size() <= kFewRows) {
    return find_among(spans, first_ns, last_ns);
  }
  Trees& trees = trees_of(group, spans);
  for (std::size_t i = trees.unfound.take(first_ns, last_ns); i != UnfoundSpans::kNone;
       i = trees.unfound.take(first_ns, last_ns)) {
    count(spans[i].row);
  }
  return trees.spans.find(first_ns, last_ns);
}

LabelPick LabelIndex::find_among(std::span<const LabelSpan> spans, std::int64_t first_ns,
                                 std::int64_t last_ns) {
  LabelPick found;
  for (const LabelSpan& span : spans) {
    if (span.begin_ns > last_ns) {
      break;
    }
    if (span.end_ns >= first_ns) {
      count(span.row);
      found.merge(pick_of_(rows_[span.row], span.row));
    }
  }
  return found;
}

LabelIndex::Trees& LabelIndex::trees_of(std::size_t group, std::span<const LabelSpan> spans) {
  const auto known = trees_.find(group);
  if (known != trees_.end()) {
    return known->second;
  }
  std::vector<LabelPick> picks;
  picks.reserve(spans.size());
  for (const LabelSpan& span : spans) {
    picks.push_back(pick_of_(rows_[span.row], span.row));
  }
  return trees_.emplace(group, Trees{LabelSpans(spans, picks), UnfoundSpans(spans)}).first->second;
}

void LabelIndex::count(std::uint32_t row) {
  rows_found_ += is_found_[row] ? 0 : 1;
  is_found_[row] = true;
}

}  // namespace netml
