#pragma once

#include <span>
#include <string>
#include <string_view>

namespace netml {

/// The known name nearest to `name` by edit distance (insert, delete, replace, swap neighbours),
/// else the only one that begins with it, or an empty string when none is worth proposing.
std::string nearest_name(std::string_view name, std::span<const std::string> known);

/// "; did you mean 'x'?" or nothing.
std::string did_you_mean(std::string_view name, std::span<const std::string> known);

}  // namespace netml
