#include "fuzz.hpp"

namespace netml::fuzz {
namespace {

// The code point at the start of `text` and its length; length 0 where it is not UTF-8.
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;
};

CodePoint first_code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) {
    return {lead, 1};
  }
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc0 || lead > 0xf7 || text.size() < length) {
    return {};
  }
  std::uint32_t value = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0U) != 0x80) {
      return {};
    }
    value = value << 6 | (byte & 0x3fU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
  return value < kLeast[length] || value > 0x10ffff || is_surrogate ? CodePoint{}
                                                                    : CodePoint{value, length};
}

bool steers_a_terminal(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = first_code_point(text).length;
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

void require_message(std::string_view message) {
  require(!message.empty(), "a message says something");
  for (std::string_view rest = message; !rest.empty();) {
    const CodePoint code = first_code_point(rest);
    require(code.length != 0, "a message is UTF-8", message);
    require(!steers_a_terminal(code.value), "a message is one printable line", message);
    rest.remove_prefix(code.length);
  }
}

void require_refusal(const Error& error, ErrorKind kind, std::string_view what) {
  const std::string_view message = error.what();
  require(error.kind() == kind, "a refusal is of its kind", message);
  require_message(message);
  require(message.substr(0, what.size()) == what, "a refusal names its input", message);
}

}  // namespace netml::fuzz
