#include "netml/cli/app.hpp"

#include <algorithm>
#include <functional>
#include <new>

#include <CLI/CLI.hpp>

#include "netml/commands/run_summary.hpp"
#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/log.hpp"
#include "netml/core/output_file.hpp"
#include "netml/core/text_format.hpp"

#include "arguments.hpp"
#include "command_line.hpp"
#include "complaints.hpp"
#include "config_file.hpp"
#include "declare.hpp"
#include "progress.hpp"

namespace netml {
namespace {

using namespace cli;

// Option groups under their own titles, without CLI11's frame around them.
class HelpFormatter final : public CLI::Formatter {
 public:
  // A flag's value when none is given ("--by-source{60}") is for the parser; its text says it.
  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    std::string names = CLI::Formatter::make_option_name(option, is_positional);
    const std::size_t value = names.find('{');
    return value == std::string::npos ? names : names.erase(value, names.find('}') + 1 - value);
  }

  std::string make_expanded(const CLI::App* group) const override {
    if (!group->get_name().empty()) {
      return CLI::Formatter::make_expanded(group);
    }
    constexpr std::string_view kTitle = "\nOptions:\n";
    std::string text = make_groups(group, CLI::AppFormatMode::Sub);
    const std::string about =
        group->get_description().empty() ? "" : " (" + group->get_description() + ")";
    const std::size_t title = text.find(kTitle);
    if (title != std::string::npos) {
      text.replace(title, kTitle.size(), "\n" + group->get_group() + about + ":\n");
    }
    return text.substr(0, text.find_last_not_of('\n') + 1) + "\n";
  }
};

void add_global_options(CLI::App& app, GlobalText& global) {
  auto* group = app.add_option_group("Global options", "accepted before and after the command");
  group
      ->add_option("--verbosity", global.verbosity,
                   "0 errors, 1 default, 2 details, 3 debug; -v raises it, -v N sets it")
      ->check(whole_number(0, 3))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->type_name("N")
      ->capture_default_str();
  group->add_flag("-q,--quiet", global.is_quiet, "errors only (= --verbosity 0)");
  group->add_option("--log-format", global.log_format, "text or json")
      ->check(one_of({"text", "json"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  group
      ->add_option(
          "--threads", global.threads,
          "threads in all; 0 (default): one per processor, at most 8; no output depends on it")
      ->check(whole_number(0, 1024))
      ->type_name("N")
      ->capture_default_str();
  group->add_option("--random-state,--seed", global.seed, "seed of everything that is drawn")
      ->check(whole_number())
      ->type_name("N")
      ->capture_default_str();
  group
      ->add_option("--progress", global.progress,
                   "a meter on stderr: auto (on a terminal), always or never")
      ->check(one_of({"auto", "always", "never"}))
      ->type_name("WHEN")
      ->capture_default_str();
  group->add_option("--color", global.color, "auto, always or never; NO_COLOR is honoured")
      ->check(one_of({"auto", "always", "never"}))
      ->type_name("WHEN")
      ->capture_default_str();
  group->add_option("--summary", global.summary, "write the counters of the run as JSON")
      ->check(not_empty())
      ->type_name("FILE");
}

// A complaint about the options themselves has the form that they ask for.
log::Format log_format_of(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--log-format=json" ||
        (words[i] == "--log-format" && i + 1 < words.size() && words[i + 1] == "json")) {
      return log::Format::kJson;
    }
  }
  return log::Format::kText;
}

int print(const std::string& text) {
  OutputFile out("-");
  out.write(text);
  out.commit();
  return exit_status::kOk;
}

// Every command's help says that there is more.
void point_at_global_options(CLI::App& app) {
  for (CLI::App* command :
       app.get_subcommands([](CLI::App* sub) { return !sub->get_name().empty(); })) {
    command->footer(command->get_footer() +
                    "\n\nBefore or after the command too: -v, -q, --summary, --config, --threads, "
                    "--random-state,\n--log-format, --progress, --color (netml --help)");
    point_at_global_options(*command);
  }
}

log::Level log_level(const GlobalText& global) {
  return static_cast<log::Level>(global.is_quiet ? 0 : global.verbosity);
}

void set_about(CLI::App& app) {
  app.set_version_flag("--version", "netml " + version());
  app.set_config("--config", "", "read options from a TOML file")->type_name("FILE");
  app.config_formatter(make_config_reader(app));
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.formatter(std::make_shared<HelpFormatter>());
  app.get_formatter()->column_width(38);
  app.option_defaults()->always_capture_default(false);
  app.fallthrough();
  app.require_subcommand(0, 1);
  app.footer(
      "Examples:\n  netml learn --pcap=data/demo.pcap --label=data/demo.csv --output=model.netml\n"
      "  tcpdump -U -w - | netml classify --model=model.netml\n\n"
      "`netml COMMAND --help` describes a command; `netml columns` lists every column.");
}

// Files that are read for what options say, whatever the command.
void add_option_files(const CLI::App& app, std::vector<std::string>& files) {
  for (const char* name : {"--config", "--anonymize-key", "--param"}) {
    const CLI::Option* option = app.get_option_no_throw(name);
    if (option != nullptr && option->count() != 0) {
      const std::vector<std::string>& values = option->results();
      files.insert(files.end(), values.begin(), values.end());
    }
  }
  for (const CLI::App* command : app.get_subcommands()) {
    add_option_files(*command, files);
  }
}

void set_context(const GlobalText& global, RunContext& context) {
  log::configure(log_level(global),
                 global.log_format == "json" ? log::Format::kJson : log::Format::kText);
  context.summary_path = global.summary;
  context.seed = global.seed;
  context.threads = global.threads;
  context.color = global.color;
}

// Runs a command; where it ends in the middle, with a summary of what was read.
int run_to_summary(const std::function<int()>& run, const RunContext& context) {
  try {
    return run();
  } catch (const LimitError&) {
    write_unfinished_summary(context, exit_status::kLimitReached);
    throw;
  } catch (const std::bad_alloc&) {
    write_unfinished_summary(context, exit_status::kLimitReached);
    throw;
  } catch (const BrokenPipe&) {
    write_unfinished_summary(context, exit_status::kBrokenPipe);
    throw;
  } catch (const SummaryInterrupted&) {
    throw;
  } catch (const Interrupted& interrupted) {
    write_unfinished_summary(context, 128 + interrupted.signal_number);
    throw;
  }
}

}  // namespace

int run_command_line(int argc, char** argv) {
  interrupt::install_handlers();
  const std::vector<std::string> words(argv, argv + argc);
  log::configure(log::Level::kDefault, log_format_of(words));
  CLI::App app("Bidirectional-flow features and novelty detection for network captures.", "netml");
  GlobalText global;
  add_global_options(app, global);
  set_about(app);
  RunContext context;
  context.command_line = quoted_command_line(words);
  std::function<int()> run;
  CommandLine commands(context, run);
  commands.add_to(app);
  point_at_global_options(app);
  try {
    std::vector<std::string> arguments =
        expand_verbosity({words.begin() + (argc > 0 ? 1 : 0), words.end()});
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    app.parse(arguments);
    set_context(global, context);
    add_option_files(app, context.option_files);
    if (!run && argc > 1) {
      throw UsageError("no command was given (" + join(command_names(app), ", ") + ")");
    }
    const ProgressMeter meter(global.progress);
    return run ? run_to_summary(run, context) : print(app.help());
  } catch (const CLI::CallForHelp&) {
    return print(app.help());
  } catch (const CLI::CallForVersion&) {
    return print(app.version() + "\n");
  } catch (const CLI::ParseError& error) {
    refuse(app, error, words);
  } catch (const UsageError& error) {
    throw UsageError(with_typed_name(app, error.what(), words));
  }
}

}  // namespace netml
