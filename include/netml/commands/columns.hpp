#pragma once

#include <set>
#include <string>
#include <vector>

namespace netml {

enum class ColumnsFormat { kText, kCsv, kMarkdown };

/// Prints what `netml columns` shows: every set with its columns, or only the named sets and
/// columns. Throws UsageError for a name that is neither.
std::string describe_columns(const std::vector<std::string>& names, ColumnsFormat format);

/// The names of the columns that netml writes. Of numbered ones (iat_0, …) the first few.
std::set<std::string> known_columns();

}  // namespace netml
