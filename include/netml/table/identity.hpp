#pragma once

#include <span>
#include <string>
#include <string_view>

namespace netml {

/// True for a column that no model ever sees, going by its name alone: addresses, ports, MACs, ids,
/// absolute times, end reasons and labels, in our own spelling and in that of published feature
/// files ("Source IP", "Dst Port"). Case and surrounding spaces do not matter. A column without a
/// name (as pandas writes its row numbers) counts as identity too.
bool is_identity_name(std::string_view name);

/// True for a table that begins with the columns that netml puts before sets without identity:
/// src_ip, src_port, dst_ip, dst_port, protocol, start_ns. There `protocol` is identity too.
bool begins_with_identity(std::span<const std::string> names);

/// True for a table that begins with `run` and a column of identity, as the flows of a database
/// that netml collects runs in do: it counts runs, and is identity there.
bool begins_with_run(std::span<const std::string> names);

}  // namespace netml
