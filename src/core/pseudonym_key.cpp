#include <sys/random.h>

#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/pseudonyms.hpp"

namespace netml {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// False for anything but 64 digits.
bool parse_hex(std::string_view text, PseudonymKey& key) {
  if (text.size() != 2 * key.size()) {
    return false;
  }
  for (std::size_t i = 0; i < key.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) {
      return false;
    }
    key[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

}  // namespace

PseudonymKey random_pseudonym_key() {
  PseudonymKey key{};
  if (getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size())) {
    throw InternalError("the system has no random numbers to give");
  }
  return key;
}

PseudonymKey read_pseudonym_key(const std::string& path) {
  constexpr std::size_t kLongest = 4096;
  const std::string bytes = read_file(path, kLongest);
  PseudonymKey key{};
  if (bytes.size() == key.size()) {
    for (std::size_t i = 0; i < key.size(); ++i) {
      key[i] = static_cast<std::uint8_t>(bytes[i]);
    }
    return key;
  }
  std::string_view text = bytes;
  if (text.ends_with('\n')) {
    text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
  }
  if (!parse_hex(text, key)) {
    throw DataError(input_name(path) +
                    ": a key is 32 bytes or 64 hexadecimal digits; make one with head -c 32 "
                    "/dev/urandom > FILE");
  }
  return key;
}

}  // namespace netml
