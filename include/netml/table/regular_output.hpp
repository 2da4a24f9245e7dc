#pragma once

#include <string>

namespace netml {

/// Throws UsageError naming `format`, and `why` in one clause, when `path` is standard output or
/// anything that is there and not a regular file.
void require_regular_output(const std::string& path, const std::string& format,
                            const std::string& why);

}  // namespace netml
