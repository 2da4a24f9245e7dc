#include "report_plots.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "netml/core/text_format.hpp"

namespace netml {
namespace {

// All drawings have the same frame: the plot inside, numbers left and below.
constexpr double kWidth = 360, kHeight = 260, kLeft = 46, kRight = 12, kTop = 12, kBottom = 42;
constexpr double kPlotWidth = kWidth - kLeft - kRight;
constexpr double kPlotHeight = kHeight - kTop - kBottom;

std::string at(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

double to_x(double share) {
  return kLeft + share * kPlotWidth;
}
double to_y(double share) {
  return kTop + (1 - share) * kPlotHeight;
}

std::string open_svg(const std::string& label) {
  return "<svg viewBox=\"0 0 " + at(kWidth) + " " + at(kHeight) + "\" role=\"img\" aria-label=\"" +
         html_text(label) + "\">";
}

std::string text_at(double x, double y, const char* anchor, const std::string& text,
                    const char* more = "") {
  return "<text x=\"" + at(x) + "\" y=\"" + at(y) + "\" text-anchor=\"" + anchor + "\"" + more +
         ">" + html_text(text) + "</text>";
}

std::string line(double x1, double y1, double x2, double y2, const char* kind) {
  return "<line class=\"" + std::string(kind) + "\" x1=\"" + at(x1) + "\" y1=\"" + at(y1) +
         "\" x2=\"" + at(x2) + "\" y2=\"" + at(y2) + "\"/>";
}

std::string titles(const std::string& x, const std::string& y) {
  return text_at(to_x(.5), kHeight - 8, "middle", x, " class=\"axis\"") +
         "<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(12 " + at(to_y(.5)) +
         ") rotate(-90)\">" + html_text(y) + "</text>";
}

std::string unit_grid() {
  std::string out;
  for (const double share : {0.0, .25, .5, .75, 1.0}) {
    out += line(to_x(0), to_y(share), to_x(1), to_y(share), "grid");
    out += line(to_x(share), to_y(0), to_x(share), to_y(1), "grid");
    out += text_at(to_x(0) - 6, to_y(share) + 4, "end", plain_number(share));
    out += text_at(to_x(share), to_y(0) + 16, "middle", plain_number(share));
  }
  return out;
}

std::string bar(double x, double width, double height, const char* kind, const std::string& tip) {
  return "<rect class=\"" + std::string(kind) + "\" x=\"" + at(x) + "\" y=\"" + at(to_y(height)) +
         "\" width=\"" + at(width) + "\" height=\"" + at(height * kPlotHeight) + "\"><title>" +
         html_text(tip) + "</title></rect>";
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'') {
      out += c == '&'   ? "&amp;"
             : c == '<' ? "&lt;"
             : c == '>' ? "&gt;"
             : c == '"' ? "&quot;"
                        : "&#39;";
    } else if (byte < 0x20 || byte == 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\x%02X", byte);
      out += escape;
    } else {
      out += c;
    }
  }
  return out;
}

std::string plain_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  const std::optional<double> rounded = parse_double(text);
  return rounded ? number_text(*rounded) : text;
}

std::string percent(double share) {
  char text[32];
  const double value = 100 * share;
  std::snprintf(text, sizeof text, value != 0 && std::fabs(value) < 1 ? "%.2f %%" : "%.1f %%",
                value);
  return text;
}

std::string curve_svg(const std::vector<CurvePoint>& curve, const CurveTitles& names) {
  std::string upper, lower, middle;
  for (const CurvePoint& point : curve) {
    upper += at(to_x(point.x)) + "," + at(to_y(point.high)) + " ";
    lower.insert(0, at(to_x(point.x)) + "," + at(to_y(point.low)) + " ");
    middle += at(to_x(point.x)) + "," + at(to_y(point.y)) + " ";
  }
  std::string svg = open_svg(names.label) + unit_grid();
  if (names.diagonal) {
    svg += line(to_x(0), to_y(0), to_x(1), to_y(1), "chance");
  }
  svg += "<polygon class=\"band\" points=\"" + upper + lower + "\"/>";
  svg += "<polyline class=\"curve\" points=\"" + middle + "\"/>";
  return svg + titles(names.x, names.y) + "</svg>";
}

std::string histogram_svg(const ScoreHistogram& histogram, std::optional<double> threshold) {
  std::uint64_t most = 1;
  for (const auto* counts : {&histogram.normal, &histogram.abnormal, &histogram.unlabelled}) {
    most = std::max(most, *std::max_element(counts->begin(), counts->end()));
  }
  const double low = histogram.edges.front(), high = histogram.edges.back();
  const auto bins = static_cast<double>(histogram.normal.size());
  std::string svg = open_svg("Scores of the flows; a higher score is more novel");
  for (const double share : {0.0, .5, 1.0}) {
    svg += line(to_x(0), to_y(share), to_x(1), to_y(share), "grid");
    svg += text_at(to_x(0) - 6, to_y(share) + 4, "end",
                   plain_number(std::round(share * share * static_cast<double>(most))));
    svg += text_at(to_x(share), to_y(0) + 16,
                   share == 0   ? "start"
                   : share == 1 ? "end"
                                : "middle",
                   plain_number(std::lerp(low, high, share)) + (share == 1 ? "+" : ""));
  }
  const struct {
    const std::vector<std::uint64_t>& counts;
    const char* kind;
    const char* name;
    double offset;
  } kClasses[] = {{histogram.unlabelled, "bar none", "flows", 0},
                  {histogram.normal, "bar normal", "normal flows", 0},
                  {histogram.abnormal, "bar abnormal", "abnormal flows", .5}};
  for (std::size_t i = 0; i < histogram.normal.size(); ++i) {
    const bool has_both = histogram.normal[i] != 0 && histogram.abnormal[i] != 0;
    for (const auto& one : kClasses) {
      if (one.counts[i] != 0) {
        const double wide = kPlotWidth / bins - 1, shift = has_both ? one.offset * wide : 0;
        svg += bar(
            to_x(static_cast<double>(i) / bins) + .5 + shift, has_both ? wide / 2 : wide,
            std::sqrt(static_cast<double>(one.counts[i]) / static_cast<double>(most)), one.kind,
            std::to_string(one.counts[i]) + " " + one.name + ", score " +
                plain_number(histogram.edges[i]) + " to " + plain_number(histogram.edges[i + 1]));
      }
    }
  }
  if (threshold && *threshold >= low && *threshold <= high) {
    const double x = to_x((*threshold / 2 - low / 2) / (high / 2 - low / 2));
    svg += line(x, to_y(0), x, to_y(1), "threshold");
    svg += text_at(x + (x > kWidth - 90 ? -5 : 5), to_y(1) + 12, x > kWidth - 90 ? "end" : "start",
                   "threshold", " class=\"axis\"");
  }
  return svg + titles("score (greater = more novel)", "flows (root scale)") + "</svg>";
}

}  // namespace netml
