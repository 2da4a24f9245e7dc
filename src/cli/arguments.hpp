#pragma once

#include <string>
#include <vector>

namespace netml::cli {

/// The arguments after the program's name, with every `-v` turned into `--verbosity=N`: a single
/// digit after it is the level, as in netml; otherwise each raises the level by one. It never
/// swallows a file name. Everything behind `--` stays as it is.
/// Throws UsageError for `--option=` without a value.
std::vector<std::string> expand_verbosity(const std::vector<std::string>& arguments);

/// One line that a shell would read as these words.
std::string quoted_command_line(const std::vector<std::string>& words);

}  // namespace netml::cli
