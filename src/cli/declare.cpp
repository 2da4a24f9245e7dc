#include "declare.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <CLI/CLI.hpp>

#include "netml/core/text_format.hpp"
#include "netml/core/words.hpp"

namespace netml::cli {

CLI::Validator whole_number() {
  return {[](std::string& text) {
            return parse_u64(text) ? std::string()
                                   : "'" + printable(text) + "' is not a whole number from 0";
          },
          ""};
}

CLI::Validator whole_number(std::uint64_t low, std::uint64_t high) {
  return {[low, high](std::string& text) {
            const auto number = parse_u64(text);
            return number && *number >= low && *number <= high
                       ? std::string()
                       : "'" + printable(text) + "' is not a whole number from " +
                             std::to_string(low) + " to " + std::to_string(high);
          },
          ""};
}

namespace {

constexpr std::string_view kWordsMark = "words:";

}  // namespace

CLI::Validator one_of(std::vector<std::string> words) {
  const std::string name = std::string(kWordsMark) + join(words, "|");
  const auto check = [words = std::move(words)](std::string& text) {
    const bool is_known = std::find(words.begin(), words.end(), text) != words.end();
    return is_known ? std::string() : none_of(text, words);
  };
  return CLI::Validator(check, "", name);
}

std::vector<std::string> values_of(const CLI::Option& option) {
  try {
    // Throws when there is none; an option has one at most.
    const std::string& name = const_cast<CLI::Option&>(option).get_validator(0)->get_name();
    if (name.rfind(kWordsMark, 0) == 0) {
      return split(std::string_view(name).substr(kWordsMark.size()), '|');
    }
  } catch (const CLI::OptionNotFound&) {
  }
  return {};
}

bool takes_list(const CLI::Option& option) {
  constexpr std::string_view kTypes[] = {"LIST", "COLUMNS", "KEY=NAME,…"};
  return std::find(std::begin(kTypes), std::end(kTypes), option.get_type_name()) !=
         std::end(kTypes);
}

CLI::Validator not_empty() {
  return {[](std::string& text) { return std::string(text.empty() ? "the value is empty" : ""); },
          ""};
}

CLI::Option* add_text(CLI::App& group, const std::string& names, std::string& value,
                      const std::string& type, const std::string& help) {
  return group.add_option(names, value, help)->type_name(type);
}

CLI::Option* add_text(CLI::App& group, const std::string& names, std::optional<std::string>& value,
                      const std::string& type, const std::string& help) {
  return group.add_option(names, value, help)->type_name(type);
}

CLI::Option* add_count(CLI::App& group, const std::string& names,
                       std::optional<std::uint64_t>& value, const std::string& help) {
  return group.add_option(names, value, help)->check(whole_number())->type_name("N");
}

CLI::Option* add_file(CLI::App& group, const std::string& names, std::string& value,
                      const std::string& help) {
  return group.add_option(names, value, help)->check(not_empty())->type_name("FILE");
}

CLI::Option* add_files(CLI::App& group, const std::string& names, std::vector<std::string>& values,
                       const std::string& help) {
  // One value per occurrence: a positional file after it is not swallowed.
  return group.add_option(names, values, help)
      ->allow_extra_args(false)
      ->check(not_empty())
      ->type_name("FILE");
}

}  // namespace netml::cli
