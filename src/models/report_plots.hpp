#pragma once

#include <string>
#include <string_view>

#include "netml/models/report.hpp"

namespace netml {

// The drawings of the report: SVG elements whose colours come from the page's style sheet.

/// Text as HTML content or attribute value; bytes that are not UTF-8 become U+FFFD, control
/// characters \xNN.
std::string html_text(std::string_view text);

/// Three or four significant digits, for people.
std::string plain_number(double value);
/// "4.3 %".
std::string percent(double share);

/// A curve in the unit square with its band. `diagonal`: the line of chance from corner to corner.
struct CurveTitles {
  std::string label;  ///< for screen readers
  std::string x;
  std::string y;
  bool diagonal = false;
};
std::string curve_svg(const std::vector<CurvePoint>& curve, const CurveTitles& names);

/// Bars on a root scale, so that few abnormal rows show beside many normal ones; a line at the
/// threshold.
std::string histogram_svg(const ScoreHistogram& histogram, std::optional<double> threshold);

}  // namespace netml
