#pragma once

#include <string>
#include <string_view>

namespace netml {

/// Appends `text` as Python's repr() of it: in single quotes, or in double quotes where it holds
/// only single ones. Bytes that are not UTF-8 are replaced first. Characters above U+00FF count as
/// printable, which a few are not.
void append_python_text(std::string& out, std::string_view text);

}  // namespace netml
