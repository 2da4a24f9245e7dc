#pragma once

// What `netml inspect` says of each kind of file. `path` as typed; "-" is standard input.

#include <string>
#include <string_view>

#include "netml/commands/inspect.hpp"

namespace netml {

/// `bytes`: the whole file. `full`: description and arrays as JSON. Throws ModelError.
std::string inspect_model(const std::string& path, std::string_view bytes, bool full);

/// A CSV, NPY or NPZ. Throws as read_feature_file does; DataError for a text that is no table of
/// features: no column of it has numbers, and none a name that netml or a published table uses.
std::string inspect_table(const std::string& path);

/// A database that extract has collected rows in. Throws DataError, also for one that is no regular
/// file.
std::string inspect_sqlite(const std::string& path);

/// One JSON object a line. Throws InputError, DataError naming the line; DataError also when none
/// of the names is one that netml or a published table uses: any log has objects with numbers.
std::string inspect_json_lines(const std::string& path);

/// Throws InputError and what an extraction throws.
Inspection inspect_capture(const std::string& path);

}  // namespace netml
