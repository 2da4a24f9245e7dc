#include "netml/core/sip_hash.hpp"

#include <cerrno>

#include <sys/random.h>

#include "netml/core/error.hpp"

namespace netml {

HashKey random_hash_key() {
  HashKey key{};
  auto* bytes = reinterpret_cast<std::uint8_t*>(key.data());
  std::size_t have = 0;
  while (have < sizeof key) {
    const ssize_t count = getrandom(bytes + have, sizeof key - have, 0);
    if (count < 0 && errno != EINTR) {
      throw InternalError("no random bytes from the system");
    }
    have += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  return key;
}

}  // namespace netml
