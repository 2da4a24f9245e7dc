#include "python_text.hpp"

#include "netml/core/text_format.hpp"

namespace netml {
namespace {

void append_escape(std::string& out, unsigned value) {
  constexpr char kDigits[] = "0123456789abcdef";
  out += "\\x";
  out += kDigits[value >> 4 & 15];
  out += kDigits[value & 15];
}

// Returns how many bytes it took.
std::size_t append_character(std::string& out, std::string_view rest, char quote) {
  const auto c = static_cast<unsigned char>(rest[0]);
  switch (rest[0]) {
    case '\n':
      out += "\\n";
      return 1;
    case '\r':
      out += "\\r";
      return 1;
    case '\t':
      out += "\\t";
      return 1;
    default:
      break;
  }
  if (rest[0] == quote || rest[0] == '\\') {
    out += '\\';
    out += rest[0];
  } else if (c < 0x20 || c == 0x7f) {
    append_escape(out, c);
  } else if (c == 0xc2 && rest.size() > 1) {  // U+0080 to U+00BF
    const auto value = static_cast<unsigned char>(rest[1]);
    if (value <= 0xa0 || value == 0xad) {
      append_escape(out, value);
    } else {
      out += rest.substr(0, 2);
    }
    return 2;
  } else {
    out += rest[0];
  }
  return 1;
}

}  // namespace

void append_python_text(std::string& out, std::string_view text) {
  const std::string valid = valid_utf8(text);
  const bool has_single = valid.find('\'') != std::string::npos;
  const char quote = has_single && valid.find('"') == std::string::npos ? '"' : '\'';
  out += quote;
  for (std::size_t i = 0; i < valid.size();) {
    i += append_character(out, std::string_view(valid).substr(i), quote);
  }
  out += quote;
}

}  // namespace netml
