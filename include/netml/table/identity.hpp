#pragma once

#include <string_view>

namespace netml {

/// True for a column that no model ever sees, going by its name alone: addresses, ports, MACs, ids,
/// absolute times, end reasons and labels, in our own spelling and in that of published feature
/// files ("Source IP", "Dst Port"). Case and surrounding spaces do not matter. A column without a
/// name (as pandas writes its row numbers) counts as identity too.
bool is_identity_name(std::string_view name);

}  // namespace netml
