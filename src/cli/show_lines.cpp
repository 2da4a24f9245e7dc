#include "show_lines.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "netml/commands/columns.hpp"
#include "netml/commands/inspect.hpp"
#include "netml/commands/run_files.hpp"
#include "netml/commands/run_summary.hpp"
#include "netml/core/error.hpp"
#include "netml/core/output_file.hpp"

#include "declare.hpp"

namespace netml::cli {

void InspectLine::add_to(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("inspect", "what is in a model, a feature file or a capture");
  command->add_option("FILE", file_, "the file; - is standard input (also when none is given)")
      ->check(not_empty())
      ->type_name("");
  command->add_option_group("What is shown")
      ->add_flag("--full", is_full_, "of a model, also the arrays, as JSON");
  command->footer("Examples:\n  netml inspect model.netml\n  netml inspect capture.pcap");
  command->callback([this] { run_ = [this] { return show(); }; });
}

int InspectLine::show() const {
  if (file_.empty() && isatty(STDIN_FILENO) == 1) {
    throw UsageError("no file was named and standard input is a terminal; name one or pipe one in");
  }
  require_one_standard_output(context_, {{"what inspect prints", "-"}});
  check_summary(context_);
  OutputFile out("-");
  const Inspection found = inspect(file_.empty() ? "-" : file_, is_full_);
  out.write(found.text);
  out.commit();
  write_summary(context_, summary_of(found.result, found.status));
  return found.status;
}

void ColumnsLine::add_to(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "columns", "every column netml can write: name, type, unit, definition, source");
  command->add_option("NAME", names_, "sets or columns (all)")->type_name("");
  auto& group = *command->add_option_group("What is shown");
  add_text(group, "--format", format_, "FORMAT", "text, csv or markdown")
      ->check(one_of({"text", "csv", "markdown"}))
      ->capture_default_str();
  command->footer("Examples:\n  netml columns biflow\n  netml columns --format csv > columns.csv");
  command->callback([this] { run_ = [this] { return show(); }; });
}

int ColumnsLine::show() const {
  const ColumnsFormat format = format_ == "csv"        ? ColumnsFormat::kCsv
                               : format_ == "markdown" ? ColumnsFormat::kMarkdown
                                                       : ColumnsFormat::kText;
  require_one_standard_output(context_, {{"what columns prints", "-"}});
  check_summary(context_);
  OutputFile out("-");
  out.write(describe_columns(names_, format));
  out.commit();
  write_summary(context_, summary_of_files({}, 0));
  return 0;
}

}  // namespace netml::cli
