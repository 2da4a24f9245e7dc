#pragma once

#include <memory>
#include <string>

namespace CLI {
class App;
class Config;
}  // namespace CLI

namespace netml::cli {

/// Reads the file of --config for `app`, which must outlive it: TOML as CLI11 has it, of at most 1
/// MiB and with names at most eight deep, because CLI11 makes an entry for every level of a
/// section, and each holds all levels above. A list with commas may be an array, and `true` and
/// `false` stand for a flag that may have a value. Throws UsageError for others, and for sections
/// that no command has.
std::shared_ptr<CLI::Config> make_config_reader(const CLI::App& app);

}  // namespace netml::cli
