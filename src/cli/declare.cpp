#include "declare.hpp"

#include <CLI/CLI.hpp>

#include "netml/core/text_format.hpp"

namespace netml::cli {

CLI::Validator whole_number() {
  return {[](std::string& text) {
            return parse_u64(text) ? std::string()
                                   : "'" + printable(text) + "' is not a whole number from 0";
          },
          ""};
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
