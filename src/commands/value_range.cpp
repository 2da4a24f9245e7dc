#include "value_range.hpp"

#include <algorithm>
#include <cmath>

#include "netml/core/text_format.hpp"

namespace netml {

void ValueRange::add(double value) {
  if (std::isnan(value)) {
    return;
  }
  low_ = has_numbers_ ? std::min(low_, value) : value;
  high_ = has_numbers_ ? std::max(high_, value) : value;
  has_numbers_ = true;
}

std::string ValueRange::text() const {
  return (has_numbers_ ? ", " + number_text(low_) + " to " + number_text(high_) : "") +
         (missing_ != 0 ? ", " + std::to_string(missing_) + " missing" : "");
}

}  // namespace netml
