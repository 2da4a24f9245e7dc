#pragma once

#include <functional>
#include <string>

namespace netml::test {

/// Hands on the bytes of a file with one byte changed, the head's more often than others, and cut
/// short.
inline void for_each_damage(const std::string& bytes,
                            const std::function<void(const std::string&)>& try_on) {
  for (std::size_t at = 0; at < bytes.size(); at += at < 100 ? 3 : 613) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x5a);
    try_on(damaged);
  }
  for (std::size_t length = 1; length < bytes.size(); length += 1999) {
    try_on(bytes.substr(0, length));
  }
}

}  // namespace netml::test
