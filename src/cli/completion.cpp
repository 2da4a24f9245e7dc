#include "completion.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "netml/commands/run_files.hpp"
#include "netml/core/output_file.hpp"
#include "netml/core/text_format.hpp"

#include "declare.hpp"

namespace netml::cli {
namespace {

std::vector<std::string> with_dashes(const std::vector<std::string>& names, const char* dashes) {
  std::vector<std::string> words;
  words.reserve(names.size());
  for (const std::string& name : names) {
    words.push_back(dashes + name);
  }
  return words;
}

OptionWords option_words(const CLI::Option& option, const std::string& group) {
  OptionWords words;
  words.short_names = with_dashes(option.get_snames(), "-");
  words.long_names = with_dashes(option.get_lnames(), "--");
  words.value = option.get_items_expected_max() == 0 ? "" : option.get_type_name();
  words.values = values_of(option);
  words.description = option.get_description();
  words.group = group;
  return words;
}

// The options of a command and of its groups, which have no name.
void add_options(const CLI::App& app, const std::string& group, CommandWords& command) {
  for (const CLI::Option* option : app.get_options()) {
    if (app.get_name().empty() && app.get_parent() != nullptr && option == app.get_help_ptr()) {
      continue;  // CLI11 gives one to each group
    }
    if (option->nonpositional()) {
      command.options.push_back(option_words(*option, group));
    } else {
      command.arguments.push_back(option->get_name(true));
      const std::vector<std::string> values = values_of(*option);
      command.values.insert(command.values.end(), values.begin(), values.end());
    }
  }
  for (const CLI::App* part : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (part->get_name().empty()) {
      add_options(*part, part->get_group(), command);
    }
  }
}

void add_commands(const CLI::App& app, const std::string& path,
                  std::vector<CommandWords>& commands) {
  const std::size_t place = commands.size();
  commands.push_back({path, app.get_description(), app.get_footer(), {}, {}, {}, {}});
  add_options(app, "Options", commands[place]);
  for (const CLI::App* part : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!part->get_name().empty()) {
      commands[place].commands.push_back(part->get_name());
      add_commands(*part, path + (path.empty() ? "" : " ") + part->get_name(), commands);
    }
  }
}

}  // namespace

std::vector<CommandWords> command_words(const CLI::App& app) {
  std::vector<CommandWords> commands;
  add_commands(app, "", commands);
  return commands;
}

void CompletionLine::add_to(CLI::App& app) {
  CLI::App* command = app.add_subcommand("completion", "prints the completion script of a shell");
  command->add_option("SHELL", shell_, "bash, zsh or fish; man: the manual page netml(1)")
      ->required()
      ->check(one_of({"bash", "zsh", "fish", "man"}))
      ->type_name("");
  command->footer(
      "Examples:\n  source <(netml completion bash)\n"
      "  netml completion fish > ~/.config/fish/completions/netml.fish");
  command->callback([this, &app] {
    run_ = [this, &app] {
      require_one_standard_output(context_, {{"what completion prints", "-"}});
      const std::vector<CommandWords> commands = command_words(app);
      OutputFile out("-");
      out.write(shell_ == "man" ? manual_page(commands) : completion_script(commands, shell_));
      out.commit();
      write_summary(context_, summary_of_files({}, 0));
      return 0;
    };
  });
}

}  // namespace netml::cli
