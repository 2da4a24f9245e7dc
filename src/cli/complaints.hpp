#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace netml::cli {

/// Throws CLI11's complaint as one line of ours, with a suggestion for what is misspelt.
/// `words`: the command line.
[[noreturn]] void refuse(const CLI::App& app, const CLI::ParseError& error,
                         const std::vector<std::string>& words);

/// A complaint that begins with the first name of an option, as all do, with the name of it that
/// stands among the words of the command line: "--min-packets: …" begins with
/// "--flow-pkts-threshold: …" when that was typed.
std::string with_typed_name(const CLI::App& app, const std::string& message,
                            const std::vector<std::string>& words);

std::vector<std::string> command_names(const CLI::App& app);

}  // namespace netml::cli
