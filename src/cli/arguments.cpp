#include "arguments.hpp"

#include <algorithm>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

namespace netml::cli {
namespace {

bool is_level(const std::string& text) {
  return text.size() == 1 && text[0] >= '0' && text[0] <= '3';
}

bool is_verbosity_flag(const std::string& text) {
  return text.size() >= 2 && text[0] == '-' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c == 'v'; });
}

// "--output=$NAME" with nothing in NAME must not take the next word as its value.
void refuse_empty_value(const std::string& argument) {
  if (argument.size() > 3 && argument.rfind("--", 0) == 0 &&
      argument.find('=') == argument.size() - 1) {
    throw UsageError(printable(argument.substr(0, argument.size() - 1)) + ": the value is empty");
  }
}

}  // namespace

std::vector<std::string> expand_verbosity(const std::vector<std::string>& arguments) {
  std::vector<std::string> expanded;
  int level = 1;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      expanded.insert(expanded.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i),
                      arguments.end());
      break;
    }
    if (const std::string level_text =
            argument == "-v" && i + 1 < arguments.size()         ? arguments[i + 1]
            : argument.size() == 3 && argument.starts_with("-v") ? argument.substr(2)
                                                                 : "";
        level_text.size() == 1 && level_text[0] > '3' && level_text[0] <= '9') {
      throw UsageError("-v: '" + level_text + "' is not from 0 to 3");
    }
    if (argument.size() == 3 && argument.substr(0, 2) == "-v" && is_level(argument.substr(2))) {
      level = argument[2] - '0';
    } else if (argument == "-v" && i + 1 < arguments.size() && is_level(arguments[i + 1])) {
      level = arguments[++i][0] - '0';
    } else if (is_verbosity_flag(argument)) {
      level = std::min(3, level + static_cast<int>(argument.size()) - 1);
    } else {
      refuse_empty_value(argument);
      expanded.push_back(argument);
      continue;
    }
    expanded.push_back("--verbosity=" + std::to_string(level));
  }
  return expanded;
}

std::string quoted_command_line(const std::vector<std::string>& words) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./,:@%";
  std::string line;
  for (const std::string& word : words) {
    line += line.empty() ? "" : " ";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) {
      line += c == '\'' ? "'\\''" : std::string(1, c);
    }
    line += '\'';
  }
  return line;
}

}  // namespace netml::cli
