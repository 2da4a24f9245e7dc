#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "label_pick.hpp"
#include "label_rows.hpp"
#include "label_spans.hpp"

namespace netml {

/// The rows that speak of one key each, found by key and time.
///
/// Keys are bisected, so that no choice of keys makes lookups slow; keys of many rows get a tree of
/// their own when they are first asked for. O(log rows) per lookup, but for the rows that it finds
/// for the first time. Not thread-safe.
class LabelIndex {
 public:
  /// Of a row by itself.
  using PickOf = std::function<LabelPick(const LabelRow& row, std::uint32_t number)>;

  /// `rows`: with the slack in their times, and with canonical keys where direction does not
  /// matter; borrowed, as `pick_of` is, for as long as the index lives. Rules among them are not
  /// indexed.
  LabelIndex(const std::vector<LabelRow>& rows, PickOf pick_of);

  /// The rows of this key that hold at some moment of [first, last].
  LabelPick find(const LabelKey& key, std::int64_t first_ns, std::int64_t last_ns);

  std::uint64_t rows_found() const noexcept { return rows_found_; }

 private:
  struct Trees {
    LabelSpans spans;
    UnfoundSpans unfound;
  };

  LabelPick find_among(std::span<const LabelSpan> spans, std::int64_t first_ns,
                       std::int64_t last_ns);
  Trees& trees_of(std::size_t group, std::span<const LabelSpan> spans);
  void count(std::uint32_t row);

  const std::vector<LabelRow>& rows_;
  PickOf pick_of_;
  std::vector<LabelKey> keys_;         // sorted
  std::vector<std::uint32_t> starts_;  // of each key's spans; one more at the end
  std::vector<LabelSpan> spans_;       // by key, then by begin
  std::map<std::size_t, Trees> trees_;
  std::vector<bool> is_found_;  // by row
  std::uint64_t rows_found_ = 0;
};

}  // namespace netml
