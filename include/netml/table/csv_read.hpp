#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "netml/table/table.hpp"

namespace netml {

/// Reads a CSV feature file that lies in memory.
///
/// The first record holds the names (surrounding spaces ignored). A column is u64, i64 or f64 when
/// all its cells are numbers of that kind, else text. An empty cell is missing, and so are `nan`
/// and `inf` in a column of numbers. Surrounding spaces and one '+' before a number are ignored.
/// Columns are identity by `is_identity_name`, or when they hold text; but for `label`, those hold
/// numbers only where all of them are written as the file has them: `007` and `1.50` are names. A
/// name that stands twice, or none, keeps its first column; the others are left out with a warning.
/// Throws DataError `<what>: line N: …`; LimitError when bytes and table together would take more
/// than `memory_limit`.
Table read_csv(std::string_view bytes, const std::string& what, std::vector<std::string>& warnings,
               const Schema& described = {}, std::uint64_t memory_limit = UINT64_MAX);

/// Where the only name of a table looks like several with ';' or tabs between them: what to say
/// behind a complaint about its columns. Else nothing.
std::string separator_hint(const std::vector<std::string>& names);

}  // namespace netml
