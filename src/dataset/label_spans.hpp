#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "label_pick.hpp"

namespace netml {

/// When a row holds; both bounds belong to it.
struct LabelSpan {
  std::int64_t begin_ns;
  std::int64_t end_ns;
  std::uint32_t row;
};

/// The rows of one key, found by time however many overlap.
///
/// A segment tree over the moments where a row begins or ends. A node keeps the pick of the rows
/// that hold all through its stretch of time (`through`) and of those that hold in any part of it
/// (`within`), so that a flow's span is answered from O(log n) nodes. Memory: at most 180 bytes per
/// span.
class LabelSpans {
 public:
  /// `picks`: of each span by itself.
  LabelSpans(std::span<const LabelSpan> spans, std::span<const LabelPick> picks);

  /// Of all rows that hold at some moment of [first, last]. O(log n).
  LabelPick find(std::int64_t first_ns, std::int64_t last_ns) const;

 private:
  struct Node {
    LabelPick through, within;
  };

  /// The stretch of time that holds `t`, which is not before the first.
  std::size_t stretch(std::int64_t t) const;

  std::vector<std::int64_t> begins_;  // of the stretches, in order
  std::size_t leaves_ = 0;
  std::vector<Node> nodes_;  // the leaves are the last half; the parent of i is i / 2
};

/// Spans that were not found yet. Each is found once, so that counting the rows that matched
/// anything costs O(log n) per span in all, and O(log n) per flow.
class UnfoundSpans {
 public:
  static constexpr std::size_t kNone = SIZE_MAX;

  /// `spans` in the order of their begins; borrowed.
  explicit UnfoundSpans(std::span<const LabelSpan> spans);

  /// Index of a span that meets [first, last]; it is not found again. kNone where there is none.
  std::size_t take(std::int64_t first_ns, std::int64_t last_ns);

 private:
  std::span<const LabelSpan> spans_;
  std::size_t leaves_ = 1;
  std::vector<std::int64_t> latest_ends_;  // by node; INT64_MIN: nothing left below it
};

}  // namespace netml
