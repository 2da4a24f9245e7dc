#include "netml/commands/run_summary.hpp"
#include "netml/core/text_format.hpp"

#include "completion.hpp"

namespace netml::cli {
namespace {

// Text for roff: backslashes and hyphens mean themselves, and no line begins with a dot or a quote
// that would be a request.
std::string roff(const std::string& text) {
  std::string out;
  bool is_at_start = true;
  for (const char c : text) {
    if (is_at_start && (c == '.' || c == '\'')) {
      out += "\\&";
    }
    is_at_start = c == '\n';
    out += c == '\\' ? "\\e" : c == '-' ? "\\-" : std::string(1, c);
  }
  return out;
}

std::string option_names(const OptionWords& option) {
  std::vector<std::string> names;
  for (const std::vector<std::string>* some : {&option.short_names, &option.long_names}) {
    for (const std::string& name : *some) {
      names.push_back("\\fB" + roff(name) + "\\fR");
    }
  }
  return join(names, ", ") + (option.value.empty() ? "" : " \\fI" + roff(option.value) + "\\fR");
}

std::string options_text(const CommandWords& command) {
  std::string text, group;
  for (const OptionWords& option : command.options) {
    if (option.group != group) {
      group = option.group;
      text += ".PP\n\\fI" + roff(group) + "\\fR\n";
    }
    text += ".TP\n" + option_names(option) + "\n" + roff(option.description) + "\n";
  }
  return text;
}

// Lines as they stand.
std::string verbatim(const std::string& text) {
  return text.empty() ? "" : ".PP\n.nf\n" + roff(text) + "\n.fi\n";
}

std::string command_text(const CommandWords& command) {
  std::string usage = "\\fBnetml " + roff(command.path) + "\\fR [\\fIoptions\\fR]";
  for (const std::string& argument : command.arguments) {
    usage += " [\\fI" + roff(argument) + "\\fR...]";
  }
  return ".SS netml " + roff(command.path) + "\n" + usage + "\n.PP\n" + roff(command.description) +
         ".\n" + options_text(command) + verbatim(command.footer);
}

constexpr const char* kStatus = R"(.SH EXIT STATUS
.TP
0
everything asked for was done
.TP
1
internal error
.TP
2
usage
.TP
3
an input cannot be used at all
.TP
4
a capture was damaged part\-way; everything before was used
.TP
5
an output could not be written
.TP
6
a resource limit was reached, or memory ran out
.TP
10
only with \fBclassify \-\-exit\-code\fR: an anomaly was reported
.TP
11
only with \fBclassify \-\-fail\-on\-drift\fR: the input has drifted
.TP
130, 143
ended by SIGINT, SIGTERM
.TP
141
the reader of standard output went away
)";

}  // namespace

std::string manual_page(const std::vector<CommandWords>& commands) {
  const CommandWords& program = commands.front();
  std::string text = ".TH NETML 1 \"\" \"netml " + roff(version()) +
                     "\" \"User Commands\"\n.SH NAME\nnetml \\- " + roff(program.description) +
                     "\n.SH SYNOPSIS\n\\fBnetml\\fR [\\fIglobal options\\fR] "
                     "\\fIcommand\\fR [\\fIoptions\\fR]\n.SH OPTIONS\n" +
                     options_text(program) + ".SH COMMANDS\n";
  for (const CommandWords& command : commands) {
    text += command.path.empty() ? "" : command_text(command);
  }
  return text + kStatus + ".SH EXAMPLES\n" + verbatim(program.footer);
}

}  // namespace netml::cli
