#pragma once

#include <string>
#include <vector>

#include "netml/models/params.hpp"

namespace netml {

/// The greatest finite number: "no upper end" in a ParamSpec.
inline constexpr double kNoEnd = 1.7976931348623157e308;

/// low < value <= high, or low <= value where `low_is_open` is false.
struct NumberRange {
  double low = 0;
  double high = 1;
  bool low_is_open = false;
};

inline ParamSpec real_param(const std::string& name, const std::string& default_text,
                            const NumberRange& range, const std::string& help) {
  return {name, ParamType::kReal, default_text, range.low, range.high, range.low_is_open, {}, help};
}

inline ParamSpec integer_param(const std::string& name, const std::string& default_text,
                               const NumberRange& range, const std::string& help) {
  return {name,       ParamType::kInteger, default_text, range.low,
          range.high, range.low_is_open,   {},           help};
}

inline ParamSpec choice_param(const std::string& name, const std::vector<std::string>& choices,
                              const std::string& help) {
  return {name, ParamType::kChoice, choices.front(), 0, 1, false, choices, help};
}

inline ParamSpec real_or_choice_param(const std::string& name, const std::string& default_text,
                                      const NumberRange& range,
                                      const std::vector<std::string>& choices,
                                      const std::string& help) {
  return {name,       ParamType::kRealOrChoice, default_text, range.low,
          range.high, range.low_is_open,        choices,      help};
}

inline ParamSpec max_rows_param(const std::string& default_text) {
  return integer_param("max_rows", default_text, {0, 1e9},
                       "Above this many training rows a subsample is used; 0: never.");
}

}  // namespace netml
