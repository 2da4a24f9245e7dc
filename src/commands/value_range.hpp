#pragma once

#include <cstdint>
#include <string>

namespace netml {

/// The numbers of a column, and how many cells have none.
class ValueRange {
 public:
  /// NaN, for text, is no number.
  void add(double value);
  void add_missing() { ++missing_; }

  bool has_numbers() const noexcept { return has_numbers_; }
  /// ", 1 to 5, 2 missing", or parts of it.
  std::string text() const;

 private:
  bool has_numbers_ = false;
  double low_ = 0;
  double high_ = 0;
  std::uint64_t missing_ = 0;
};

}  // namespace netml
