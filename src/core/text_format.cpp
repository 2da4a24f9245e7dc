#include "netml/core/text_format.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace netml {
namespace {

constexpr std::size_t kLongestMessageText = 256;

// Length of the valid UTF-8 sequence at the start of `text` (RFC 3629, no overlong forms, no
// surrogates), or 0.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xc2 && lead <= 0xdf) {
    return continues(1) ? 2 : 0;
  }
  if (lead >= 0xe0 && lead <= 0xef) {
    const unsigned low = lead == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : 0xbf;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const unsigned low = lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xf4 ? 0x8f : 0xbf;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

void append_hex(std::string& out, std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

// C0, DEL, and C1 (U+0080-009F).
bool is_control(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) {
    return lead < 0x20 || lead == 0x7f;
  }
  return character.size() == 2 && lead == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

bool is_bidi_control(std::string_view character) {
  if (character.size() != 3 || character[0] != '\xe2') {
    return false;
  }
  const auto second = static_cast<unsigned char>(character[1]);
  const auto third = static_cast<unsigned char>(character[2]);
  return (second == 0x80 && third >= 0xaa && third <= 0xae) ||
         (second == 0x81 && third >= 0xa6 && third <= 0xa9);
}

// Calls `visit(character, is_valid)` for each UTF-8 character and each stray byte.
template <typename Visit>
void for_each_character(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    visit(text.substr(0, length == 0 ? 1 : length), length != 0);
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

template <typename T>
std::optional<T> parse_whole(std::string_view text) {
  T value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

bool is_plain_cell(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f || c == '"' || c == ',') {
      return false;
    }
  }
  return text.empty() || (text[0] != '=' && text[0] != '+' && text[0] != '-' && text[0] != '@');
}

}  // namespace

void append_number(std::string& out, std::uint64_t value) {
  char buffer[kNumberRoom];
  out.append(buffer, write_number(buffer, value));
}

void append_number(std::string& out, std::int64_t value) {
  char buffer[kNumberRoom];
  out.append(buffer, write_number(buffer, value));
}

void append_number(std::string& out, double value) {
  char buffer[kNumberRoom];
  out.append(buffer, write_number(buffer, value));
}

void append_millionths(std::string& out, std::int64_t value) {
  char buffer[kNumberRoom];
  out.append(buffer, write_millionths(buffer, value));
}

void append_python_repr(std::string& out, double value) {
  char buffer[kNumberRoom];
  out.append(buffer, write_python_repr(buffer, value));
}

std::string number_text(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

std::string rounded_text(double value, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  const std::optional<double> rounded = parse_double(text);
  return rounded ? number_text(*rounded) : text;
}

std::optional<double> parse_double(std::string_view text) {
  const auto value = parse_whole<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}
std::optional<std::int64_t> parse_i64(std::string_view text) {
  return parse_whole<std::int64_t>(text);
}
std::optional<std::uint64_t> parse_u64(std::string_view text) {
  return parse_whole<std::uint64_t>(text);
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0: all of it
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lower;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      break;
    }
    text.remove_prefix(end + 1);
    if (text.empty()) {
      parts.emplace_back();
    }
  }
  return parts;
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (&part != parts.data()) {
      text += separator;
    }
    text += part;
  }
  return text;
}

namespace {

// What a spreadsheet would compute.
bool begins_like_formula(std::string_view text) {
  return !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos;
}

}  // namespace

void append_cell_text(std::string& out, std::string_view text, TextMode mode) {
  if (is_plain_cell(text)) {
    out += text;
    return;
  }
  if (mode == TextMode::kSafe && begins_like_formula(text)) {
    out += '\'';
  }
  for_each_character(text, [&](std::string_view character, bool valid) {
    if (!valid) {
      out += "\xef\xbf\xbd";
    } else if (mode == TextMode::kSafe && is_control(character)) {
      append_hex(out, character);
    } else {
      out += character;
    }
  });
}

void append_csv_text(std::string& out, std::string_view text, TextMode mode) {
  if (is_plain_cell(text)) {
    out += text;
    return;
  }
  const std::size_t begin = out.size();
  out += '"';
  if (mode == TextMode::kSafe && begins_like_formula(text)) {
    out += '\'';
  }
  // U+FEFF: as the first bytes of a file it would be a mark that readers skip.
  bool needs_quotes = text.substr(0, 3) == "\xef\xbb\xbf";
  for_each_character(text, [&](std::string_view character, bool valid) {
    if (!valid) {
      out += "\xef\xbf\xbd";
    } else if (mode == TextMode::kSafe && is_control(character)) {
      append_hex(out, character);
    } else if (character == "\"") {
      out += "\"\"";
      needs_quotes = true;
    } else {
      needs_quotes = needs_quotes || character == "," || character == "\n" || character == "\r";
      out += character;
    }
  });
  if (needs_quotes) {
    out += '"';
  } else {
    out.erase(begin, 1);
  }
}

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  for_each_character(text, [&](std::string_view character, bool valid) {
    const auto lead = static_cast<unsigned char>(character[0]);
    if (!valid) {
      out += "\\ufffd";
    } else if (character == "\"" || character == "\\") {
      out += '\\';
      out += character;
    } else if (is_control(character)) {
      constexpr char kDigits[] = "0123456789abcdef";
      const unsigned code = character.size() == 2 ? static_cast<unsigned char>(character[1]) : lead;
      out += "\\u00";
      out += kDigits[code >> 4];
      out += kDigits[code & 15];
    } else {
      out += character;
    }
  });
  out += '"';
}

namespace {

void append_printable(std::string& out, std::string_view character, bool valid) {
  if (!valid || is_control(character) || is_bidi_control(character)) {
    append_hex(out, character);
  } else {
    out += character;
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string safe;
  std::size_t count = 0;
  for_each_character(text, [&](std::string_view character, bool valid) {
    if (++count <= kLongestMessageText) {
      append_printable(safe, character, valid);
    }
  });
  return count > kLongestMessageText ? safe + "…" : safe;
}

std::string printable_line(std::string_view text) {
  std::string safe;
  for_each_character(text, [&](std::string_view character, bool valid) {
    append_printable(safe, character, valid);
  });
  return safe;
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  for_each_character(text, [&](std::string_view character, bool is_valid) {
    valid += is_valid ? character : std::string_view("\xef\xbf\xbd");
  });
  return valid;
}

std::string drop_invalid_utf8(std::string_view text) {
  std::string valid;
  for_each_character(text, [&](std::string_view character, bool is_valid) {
    valid += is_valid ? character : std::string_view{};
  });
  return valid;
}

}  // namespace netml
