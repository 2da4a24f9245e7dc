#include "value_range.hpp"

#include <algorithm>
#include <cmath>

#include "netml/core/text_format.hpp"

namespace netml {

void ValueRange::add(double value) {
  if (std::isnan(value)) {
    return;
  }
  is_whole_ = false;
  include(value);
}

void ValueRange::add(std::int64_t value) {
  whole_low_ = std::min(whole_low_, value);
  whole_high_ = std::max(whole_high_, value);
  include(static_cast<double>(value));
}

void ValueRange::add(const Cell& cell) {
  if (cell.kind == Cell::Kind::kMissing) {
    add_missing();
  } else if (cell.kind == Cell::Kind::kI64) {
    add(cell.i64);
  } else if (cell.kind == Cell::Kind::kU64 && cell.u64 <= INT64_MAX) {
    add(static_cast<std::int64_t>(cell.u64));
  } else {
    add(cell.number());
  }
}

void ValueRange::include(double value) {
  low_ = has_numbers_ ? std::min(low_, value) : value;
  high_ = has_numbers_ ? std::max(high_, value) : value;
  has_numbers_ = true;
}

std::string ValueRange::text() const {
  const std::string low = is_whole_ ? std::to_string(whole_low_) : number_text(low_);
  const std::string high = is_whole_ ? std::to_string(whole_high_) : number_text(high_);
  return (has_numbers_ ? ", " + low + " to " + high : "") +
         (missing_ != 0 ? ", " + std::to_string(missing_) + " missing" : "");
}

}  // namespace netml
