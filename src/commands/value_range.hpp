#pragma once

#include <cstdint>
#include <string>

#include "netml/table/schema.hpp"

namespace netml {

/// The numbers of a column, and how many cells have none. Whole numbers are kept as they are: a
/// time in nanoseconds has more digits than a double.
class ValueRange {
 public:
  /// NaN, for text, is no number.
  void add(double value);
  void add(std::int64_t value);
  /// A number of any kind, or nothing.
  void add(const Cell& cell);
  void add_missing() { ++missing_; }

  bool has_numbers() const noexcept { return has_numbers_; }
  /// ", 1 to 5, 2 missing", or parts of it.
  std::string text() const;

 private:
  void include(double value);

  bool has_numbers_ = false;
  bool is_whole_ = true;  ///< whole_low_ and whole_high_ hold
  double low_ = 0;
  double high_ = 0;
  std::int64_t whole_low_ = INT64_MAX;
  std::int64_t whole_high_ = INT64_MIN;
  std::uint64_t missing_ = 0;
};

}  // namespace netml
