#pragma once

#include <algorithm>
#include <cstdint>

namespace netml {

/// What the rules for contradictory labels need to know of a set of rows. Rows are numbered in the
/// order of their file; classes number what counts as the same label.
///
/// Two sets can be merged without looking at their rows again, also when they overlap. That is what
/// lets the indexes answer for any number of rows that match one flow.
struct LabelPick {
  static constexpr std::uint32_t kNone = UINT32_MAX;

  std::uint32_t first = kNone;        ///< the first row
  std::uint32_t first_class = kNone;  ///< its class
  std::uint32_t other = kNone;        ///< the first row of another class than `first`
  std::uint32_t attack = kNone;       ///< the first row whose value is 1
  std::uint32_t last = 0;             ///< the last row; means nothing in an empty set

  bool is_empty() const noexcept { return first == kNone; }

  static LabelPick of(std::uint32_t row, std::uint32_t row_class, int value) noexcept {
    return {row, row_class, kNone, value == 1 ? row : kNone, row};
  }

  void merge(const LabelPick& more) noexcept {
    if (more.is_empty()) {
      return;
    }
    if (is_empty()) {
      *this = more;
      return;
    }
    const bool is_same = first_class == more.first_class;
    const LabelPick& later = first <= more.first ? more : *this;
    const LabelPick& sooner = first <= more.first ? *this : more;
    other = std::min(sooner.other, is_same ? later.other : later.first);
    first_class = sooner.first_class;
    first = sooner.first;
    attack = std::min(attack, more.attack);
    last = std::max(last, more.last);
  }
};

}  // namespace netml
