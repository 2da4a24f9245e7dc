#include <algorithm>
#include <map>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

#include "completion.hpp"

namespace netml::cli {
namespace {

std::vector<std::string> all_names(const OptionWords& option) {
  std::vector<std::string> names = option.short_names;
  names.insert(names.end(), option.long_names.begin(), option.long_names.end());
  return names;
}

// Options before the command count after it too.
std::vector<OptionWords> options_of(const std::vector<CommandWords>& commands,
                                    const CommandWords& command) {
  std::vector<OptionWords> options = command.options;
  for (const OptionWords& global : commands.front().options) {
    const bool is_known = std::any_of(
        options.begin(), options.end(),
        [&](const OptionWords& option) { return option.long_names == global.long_names; });
    if (!is_known) {
      options.push_back(global);
    }
  }
  return options;
}

bool takes_file(const OptionWords& option) {
  return option.value == "FILE";
}

bool takes_files(const CommandWords& command) {
  return std::any_of(command.arguments.begin(), command.arguments.end(),
                     [](const std::string& name) { return name.rfind("FILE", 0) == 0; });
}

// What may stand in the place of a command.
std::vector<std::string> following_words(const CommandWords& command) {
  std::vector<std::string> words = command.commands;
  words.insert(words.end(), command.values.begin(), command.values.end());
  return words;
}

// In single quotes for a shell: '\'' for one of them.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return out + "'";
}

// ---------------------------------------------------------------- bash

// What follows a value-taking option, as case branches of "path|option".
std::string bash_values(const std::vector<CommandWords>& commands) {
  std::map<std::string, std::string> patterns_of;  // reply -> patterns
  for (const CommandWords& command : commands) {
    for (const OptionWords& option : options_of(commands, command)) {
      if (option.value.empty()) {
        continue;
      }
      const std::string reply = !option.values.empty()
                                    ? "_netml_words " + quoted(join(option.values, " "))
                                : takes_file(option) ? "_netml_files"
                                                     : ":";
      for (const std::string& name : all_names(option)) {
        std::string& patterns = patterns_of[reply];
        patterns += (patterns.empty() ? "" : "|") + quoted(command.path + "|" + name);
      }
    }
  }
  std::string text;
  for (const auto& [reply, patterns] : patterns_of) {
    text += "    " + patterns + ")\n      " + reply + "\n      return ;;\n";
  }
  return text;
}

std::string bash_words(const std::vector<CommandWords>& commands) {
  std::string text;
  for (const CommandWords& command : commands) {
    std::vector<std::string> names;
    for (const OptionWords& option : options_of(commands, command)) {
      const std::vector<std::string> more = all_names(option);
      names.insert(names.end(), more.begin(), more.end());
    }
    text += "    " + quoted(command.path) + ")\n      options=" + quoted(join(names, " ")) +
            "\n      commands=" + quoted(join(following_words(command), " ")) +
            "\n      files=" + (takes_files(command) ? "1" : "") + " ;;\n";
  }
  return text;
}

std::string command_patterns(const std::vector<CommandWords>& commands) {
  std::string patterns;
  for (const CommandWords& command : commands) {
    if (!command.path.empty()) {
      patterns += (patterns.empty() ? "" : "|") + quoted(command.path);
    }
  }
  return patterns;
}

std::string bash_script(const std::vector<CommandWords>& commands) {
  return R"(# bash completion of netml; load it with: source <(netml completion bash)

_netml_words() {
  local reply
  while IFS= read -r reply; do
    COMPREPLY+=("$reply")
  done < <(compgen -W "$1" -- "$cur")
}

_netml_files() {
  local reply
  compopt -o filenames 2> /dev/null
  while IFS= read -r reply; do
    COMPREPLY+=("$reply")
  done < <(compgen -f -- "$cur")
}

_netml() {
  local cur=${COMP_WORDS[COMP_CWORD]} previous='' path='' next i options='' commands='' files=''
  COMPREPLY=()
  if ((COMP_CWORD > 0)); then
    previous=${COMP_WORDS[COMP_CWORD - 1]}
  fi
  # --option=value is three words here.
  if [[ $cur == = ]]; then
    cur=''
  elif [[ $previous == = ]] && ((COMP_CWORD > 1)); then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    next=${path:+$path }${COMP_WORDS[i]}
    case $next in
    )" + command_patterns(commands) +
         R"()
      path=$next ;;
    esac
  done
  case "$path|$previous" in
)" + bash_values(commands) +
         R"(  esac
  case $path in
)" + bash_words(commands) +
         R"(  esac
  if [[ $cur == -* ]]; then
    _netml_words "$options"
    return
  fi
  _netml_words "$commands"
  if [[ -n $files ]]; then
    _netml_files
  fi
}

complete -F _netml netml
)";
}

// ---------------------------------------------------------------- zsh

// Inside [] of a specification.
std::string zsh_description(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out +=
        c == '[' || c == ']' || c == '\\' || c == ':' ? std::string("\\") + c : std::string(1, c);
  }
  return out;
}

std::string zsh_option(const OptionWords& option) {
  std::string action;
  if (!option.value.empty()) {
    action = ":" + zsh_description(option.value) + ":" +
             (!option.values.empty() ? "(" + join(option.values, " ") + ")"
              : takes_file(option)   ? "_files"
                                     : " ");
  }
  std::string text;
  for (const std::string& name : all_names(option)) {
    const bool is_long = name.rfind("--", 0) == 0;
    text += "        " +
            quoted("*" + name +
                   (option.value.empty() ? ""
                    : is_long            ? "="
                                         : "+") +
                   "[" + zsh_description(option.description) + "]" + action) +
            "\n";
  }
  return text;
}

std::string zsh_script(const std::vector<CommandWords>& commands) {
  std::string text = R"(#compdef netml
# zsh completion of netml: a file named _netml in a folder of $fpath, or
# source <(netml completion zsh) after compinit.

_netml() {
  local place='' next
  local -a specs
  integer i
  for ((i = 2; i < CURRENT; i++)); do
    next="${place:+$place }${words[i]}"
    case $next in
    )" + command_patterns(commands) +
                     R"()
      place=$next ;;
    esac
  done
  case $place in
)";
  for (const CommandWords& command : commands) {
    text += "    " + quoted(command.path) + ")\n      specs=(\n";
    for (const OptionWords& option : options_of(commands, command)) {
      text += zsh_option(option);
    }
    text += "      )\n";
    const std::vector<std::string> following = following_words(command);
    text += "      specs+=(" +
            quoted(!following.empty()     ? "*:word:(" + join(following, " ") + ")"
                   : takes_files(command) ? "*:file:_files"
                                          : "*: : ") +
            ") ;;\n";
  }
  return text + R"(  esac
  _arguments -S $specs
}

if [[ $funcstack[1] == _netml ]]; then
  _netml "$@"
else
  compdef _netml netml
fi
)";
}

// ---------------------------------------------------------------- fish

// In single quotes for fish: \' and \\ only.
std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  }
  return out + "'";
}

std::string fish_option(const std::string& condition, const OptionWords& option) {
  std::string text = "complete -c netml -n " + condition;
  for (const std::string& name : option.short_names) {
    text += " -s " + name.substr(1);
  }
  for (const std::string& name : option.long_names) {
    text += " -l " + name.substr(2);
  }
  if (!option.value.empty()) {
    text += !option.values.empty() ? " -x -a " + fish_quoted(join(option.values, " "))
            : takes_file(option)   ? " -r -F"
                                   : " -x";
  }
  return text + " -d " + fish_quoted(option.description) + "\n";
}

std::string fish_script(const std::vector<CommandWords>& commands) {
  std::vector<std::string> paths;
  for (const CommandWords& command : commands) {
    if (!command.path.empty()) {
      paths.push_back(fish_quoted(command.path));
    }
  }
  std::string text =
      "# fish completion of netml\n\n"
      "function __netml_at\n"
      "  set -l place ''\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    set -l next (string trim -- \"$place $word\")\n"
      "    if contains -- $next " +
      join(paths, " ") +
      "\n"
      "      set place $next\n"
      "    end\n"
      "  end\n"
      "  test \"$place\" = \"$argv[1]\"\n"
      "end\n\n"
      "complete -c netml -f\n";
  for (const CommandWords& command : commands) {
    const std::string condition = fish_quoted("__netml_at \"" + command.path + "\"");
    for (const std::string& name : command.commands) {
      const std::string path = command.path + (command.path.empty() ? "" : " ") + name;
      const auto words = std::find_if(commands.begin(), commands.end(),
                                      [&](const CommandWords& one) { return one.path == path; });
      text += "complete -c netml -n " + condition + " -a " + name + " -d " +
              fish_quoted(words->description) + "\n";
    }
    if (!command.values.empty()) {
      text += "complete -c netml -n " + condition + " -a " +
              fish_quoted(join(command.values, " ")) + "\n";
    }
    if (takes_files(command)) {
      text += "complete -c netml -n " + condition + " -F\n";
    }
    for (const OptionWords& option : options_of(commands, command)) {
      text += fish_option(condition, option);
    }
  }
  return text;
}

}  // namespace

std::string completion_script(const std::vector<CommandWords>& commands, const std::string& shell) {
  if (shell == "bash") {
    return bash_script(commands);
  }
  if (shell == "zsh") {
    return zsh_script(commands);
  }
  if (shell == "fish") {
    return fish_script(commands);
  }
  throw InternalError("no completion for " + shell);
}

}  // namespace netml::cli
