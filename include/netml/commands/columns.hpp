#pragma once

#include <string>
#include <vector>

namespace netml {

enum class ColumnsFormat { kText, kCsv, kMarkdown };

/// Prints what `netml columns` shows: every set with its columns, or only the named sets and
/// columns. Throws UsageError for a name that is neither.
std::string describe_columns(const std::vector<std::string>& names, ColumnsFormat format);

/// True when netml writes a column of one of these names (of numbered ones, iat_0, …, the first few
/// are known), or one of them is identity in some published table.
bool has_known_column(const std::vector<std::string>& names);

}  // namespace netml
