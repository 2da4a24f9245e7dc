#include "complaints.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "netml/core/error.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"

namespace netml::cli {

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!sub->get_name().empty()) {
      names.push_back(sub->get_name());
    }
  }
  return names;
}

namespace {

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (sub->get_name().empty() || sub->parsed()) {
      const std::vector<std::string> more = option_names(*sub);
      names.insert(names.end(), more.begin(), more.end());
    }
  }
  return names;
}

bool is_of(const CLI::ParseError& error, CLI::ExitCodes code) {
  return error.get_exit_code() == static_cast<int>(code);
}

// True of `train` and `learn train`, which read a table and take no file without an option.
bool takes_feature_option(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
  }
  return command->get_name() == "train";
}

[[noreturn]] void refuse_extra(const CLI::App& app, const std::string& extra) {
  const std::string word = extra.substr(0, extra.find('='));
  if (word.rfind('-', 0) == 0) {
    throw UsageError("unknown option '" + printable(word) + "'" +
                     did_you_mean(word, option_names(app)));
  }
  if (app.get_subcommands().empty()) {
    if (word == "help" || word == "version") {
      throw UsageError("unknown command '" + word + "'; netml --" + word + " prints it" +
                       (word == "help" ? ", netml COMMAND --help that of a command" : ""));
    }
    throw UsageError("unknown command '" + printable(word) + "'" +
                     did_you_mean(word, command_names(app)) + " (" +
                     join(command_names(app), ", ") + ")");
  }
  const std::string hint = takes_feature_option(app) ? "; a table is given with -f, --feature" : "";
  throw UsageError("unexpected argument '" + printable(word) + "'" + hint);
}

const CLI::Option* find_option(const CLI::App& app, const std::string& name) {
  if (const CLI::Option* option = app.get_option_no_throw(name)) {
    return option;
  }
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (sub->get_name().empty() || sub->parsed()) {
      if (const CLI::Option* option = find_option(*sub, name)) {
        return option;
      }
    }
  }
  return nullptr;
}

[[noreturn]] void complain(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> extras = app.remaining(true);
  if (is_of(error, CLI::ExitCodes::ExtrasError) && !extras.empty()) {
    refuse_extra(app, extras.front());
  }
  std::string message = error.what();
  message = printable(message.substr(0, message.find('\n')));
  if (is_of(error, CLI::ExitCodes::FileError) || is_of(error, CLI::ExitCodes::ConfigError)) {
    const std::string file = printable(app.get_config_ptr()->as<std::string>());
    if (is_of(error, CLI::ExitCodes::FileError)) {
      const bool is_there = access(app.get_config_ptr()->as<std::string>().c_str(), R_OK) == 0;
      const std::string why =
          is_there ? "cannot read" : std::string("cannot open: ") + std::strerror(errno);
      throw InputError(file + ": " + why + "; --config names a TOML file of options");
    }
    constexpr std::string_view kUnknown = "not able to parse ";
    const std::size_t name = message.find(kUnknown);
    throw UsageError(
        file + ": unknown option '" +
        (name == std::string::npos ? message : message.substr(name + kUnknown.size())) +
        "'; those of a command stand under its name, as in [extract]");
  }
  if (is_of(error, CLI::ExitCodes::ArgumentMismatch)) {
    // "--output: At Most 1 required but received 2", "--threads: 1 required N missing"
    const std::string option = message.substr(0, message.find(':'));
    constexpr std::string_view kReceived = "received ";
    const std::size_t count = message.find(kReceived);
    throw UsageError(option + (count == std::string::npos
                                   ? ": a value is missing"
                                   : ": given " + message.substr(count + kReceived.size()) +
                                         " times, at most once"));
  }
  if (is_of(error, CLI::ExitCodes::ConversionError)) {
    // "Could not convert: --fft = maybe", of a flag
    const std::size_t option = message.find("--"), value = message.find(" = ");
    if (option != std::string::npos && value != std::string::npos && option < value) {
      throw UsageError(message.substr(option, value - option) + ": '" + message.substr(value + 3) +
                       "' is neither true nor false");
    }
  }
  throw UsageError(message);
}

}  // namespace

void refuse(const CLI::App& app, const CLI::ParseError& error,
            const std::vector<std::string>& words) {
  try {
    complain(app, error);
  } catch (const UsageError& complaint) {
    throw UsageError(with_typed_name(app, complaint.what(), words));
  }
}

std::string with_typed_name(const CLI::App& app, const std::string& message,
                            const std::vector<std::string>& words) {
  const std::string name = message.substr(0, message.find_first_of(": "));
  const CLI::Option* option = name.starts_with("--") ? find_option(app, name) : nullptr;
  if (option == nullptr) {
    return message;
  }
  const auto is_typed = [&](const std::string& one) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
      return word == one || word.starts_with(one + "=") ||
             (one.size() == 2 && word.starts_with(one));
    });
  };
  if (is_typed(name)) {
    return message;
  }
  for (const std::string& other : split(option->get_name(false, true), ',')) {
    if (is_typed(other)) {
      return other + message.substr(name.size());
    }
  }
  return message;
}

}  // namespace netml::cli
