#pragma once

// Options that take values, declared in one line each. `type`: what the help calls the value.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
class Validator;
}  // namespace CLI

namespace netml::cli {

/// Refuses what is not a whole number from 0; the text conversion alone would take -1 as 2^64 - 1.
CLI::Validator whole_number();
CLI::Validator whole_number(std::uint64_t low, std::uint64_t high);
/// Refuses all but a few words, whose list the help text gives already. Completion knows them.
CLI::Validator one_of(std::vector<std::string> words);
/// The words of one_of(); none for other options.
std::vector<std::string> values_of(const CLI::Option& option);
/// True of an option with one value that is a list with commas, by what the help calls the value.
bool takes_list(const CLI::Option& option);
/// Refuses an empty text.
CLI::Validator not_empty();

CLI::Option* add_text(CLI::App& group, const std::string& names, std::string& value,
                      const std::string& type, const std::string& help);
CLI::Option* add_text(CLI::App& group, const std::string& names, std::optional<std::string>& value,
                      const std::string& type, const std::string& help);
/// A whole number from 0.
CLI::Option* add_count(CLI::App& group, const std::string& names,
                       std::optional<std::uint64_t>& value, const std::string& help);
/// A file name, which is not empty.
CLI::Option* add_file(CLI::App& group, const std::string& names, std::string& value,
                      const std::string& help);
/// A file name for each time that the option is given.
CLI::Option* add_files(CLI::App& group, const std::string& names, std::vector<std::string>& values,
                       const std::string& help);

}  // namespace netml::cli
