#pragma once

#include <string>

#include "netml/core/output_group.hpp"
#include "netml/models/detector.hpp"
#include "netml/models/report.hpp"

namespace netml {

/// What a report says of the model itself: card, warnings, threshold and rates.
Report report_of(const Detector& detector);

/// "r.html" -> "r.json"; empty for an empty path.
std::string report_twin_path(const std::string& path);
/// Throws UsageError where page and twin would be one file, or the page is standard output.
void check_report_path(const std::string& path);

/// Opens the page and its twin; nothing for an empty path. Throws OutputError.
void open_report(OutputGroup& files, const std::string& path);
/// Writes the page and, beside it, its JSON twin. Throws OutputError. The files are still to be
/// committed.
void write_report(OutputGroup& files, const std::string& path, const Report& report);

}  // namespace netml
