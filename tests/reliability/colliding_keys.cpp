#include "colliding_keys.hpp"

#include <algorithm>
#include <bitset>
#include <random>
#include <set>
#include <utility>

namespace netml::test {
namespace {

constexpr std::uint32_t kSourceMask = 0x7fffffff;
constexpr std::uint32_t kDestinationBit = 0x80000000;
constexpr std::uint8_t kTcp = 6;

TcpKey random_key(std::mt19937_64& random) {
  const std::uint64_t addresses = random(), ports = random();
  TcpKey key;
  key.source = static_cast<std::uint32_t>(addresses) & kSourceMask;
  key.destination = static_cast<std::uint32_t>(addresses >> 32) | kDestinationBit;
  key.source_port = static_cast<std::uint16_t>(ports);
  key.destination_port = static_cast<std::uint16_t>(ports >> 16);
  return key;
}

class DistinctKeys {
 public:
  void add(const TcpKey& key) {
    const std::uint64_t addresses = std::uint64_t{key.source} << 32 | key.destination;
    const std::uint32_t ports = std::uint32_t{key.source_port} << 16 | key.destination_port;
    if (seen_.emplace(addresses, ports).second) {
      keys.push_back(key);
    }
  }
  std::vector<TcpKey> keys;

 private:
  std::set<std::pair<std::uint64_t, std::uint32_t>> seen_;
};

// ---------------------------------------------------------------- layouts

enum class AddressBytes { kFour, kSixteen };

// Feeds the bytes of an address to `step`, but for the last `left_out` of them.
template <typename Step>
void each_byte(std::uint32_t address, AddressBytes layout, Step step, int left_out = 0) {
  if (layout == AddressBytes::kSixteen) {
    for (int i = 0; i < 12; ++i) {
      step(static_cast<std::uint8_t>(i < 10 ? 0 : 0xff));
    }
  }
  for (int shift = 24; shift >= 8 * left_out; shift -= 8) {
    step(static_cast<std::uint8_t>(address >> shift));
  }
}

template <typename Step>
void each_byte(const TcpKey& key, AddressBytes layout, Step step) {
  each_byte(key.source, layout, step);
  each_byte(key.destination, layout, step);
  for (const std::uint16_t port : {key.source_port, key.destination_port}) {
    step(static_cast<std::uint8_t>(port >> 8));
    step(static_cast<std::uint8_t>(port));
  }
  step(kTcp);
}

// ---------------------------------------------------------------- FNV-1a

// One step is `state = (state ^ byte) * prime` modulo 2^32; the low half of the 64-bit hash steps
// by the low half of its prime (draft-eastlake-fnv). An odd prime has an inverse, so that states
// can be followed backwards too.
struct Fnv {
  std::uint32_t basis;
  std::uint32_t prime;

  std::uint32_t step(std::uint32_t state, std::uint8_t byte) const {
    return (state ^ byte) * prime;
  }
};
constexpr Fnv kFnv32{0x811c9dc5, 0x01000193};
constexpr Fnv kFnv64{0x84222325, 0x000001b3};
constexpr std::uint32_t kFnvTarget = 0x5eed5eed;

std::uint32_t inverse(std::uint32_t odd) {
  std::uint32_t x = odd;  // right in the lowest three bits; each round doubles them
  for (int i = 0; i < 5; ++i) {
    x *= 2 - odd * x;
  }
  return x;
}

// States from which a pair of ports and the protocol lead to the target.
class FnvTails {
 public:
  explicit FnvTails(const Fnv& fnv) : filter_(std::size_t{1} << 27) {
    const std::uint32_t back = inverse(fnv.prime);
    const std::uint32_t before_protocol = kFnvTarget * back ^ kTcp;
    constexpr std::uint32_t kTails = 1U << 22;
    tails_.reserve(kTails);
    for (std::uint32_t i = 0; i < kTails; ++i) {
      const std::uint32_t ports = i * 0x9e3779b1U;
      std::uint32_t state = before_protocol;
      for (int shift = 0; shift < 32; shift += 8) {
        state = state * back ^ (ports >> shift & 0xff);
      }
      tails_.emplace_back(state, ports);
      filter_[state >> 5] = true;
    }
    std::sort(tails_.begin(), tails_.end());
  }

  // Null when no tail begins in this state.
  const std::uint32_t* ports_from(std::uint32_t state) const {
    if (!filter_[state >> 5]) {
      return nullptr;
    }
    const auto found = std::lower_bound(tails_.begin(), tails_.end(), std::pair{state, 0U});
    return found != tails_.end() && found->first == state ? &found->second : nullptr;
  }

 private:
  std::vector<bool> filter_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> tails_;
};

// Meets in the middle: addresses from the front, ports from the back.
void add_fnv_keys(const Fnv& fnv, const FnvTails& tails, AddressBytes layout, std::size_t wanted,
                  std::mt19937_64& random, DistinctKeys& out) {
  while (out.keys.size() < wanted) {
    TcpKey key = random_key(random);
    key.destination &= 0xffff0000;
    std::uint32_t front = fnv.basis;
    const auto step = [&](std::uint8_t byte) { front = fnv.step(front, byte); };
    each_byte(key.source, layout, step);
    each_byte(key.destination, layout, step, 2);
    for (std::uint32_t low = 0; low <= 0xffff && out.keys.size() < wanted; ++low) {
      const std::uint32_t state = fnv.step(fnv.step(front, static_cast<std::uint8_t>(low >> 8)),
                                           static_cast<std::uint8_t>(low));
      if (const std::uint32_t* ports = tails.ports_from(state)) {
        TcpKey met = key;
        met.destination |= low;
        met.source_port = static_cast<std::uint16_t>(*ports >> 16);
        met.destination_port = static_cast<std::uint16_t>(*ports);
        out.add(met);
      }
    }
  }
}

// ---------------------------------------------------------------- CRC-32

std::uint32_t crc32(const TcpKey& key, AddressBytes layout) {
  std::uint32_t crc = 0xffffffff;
  each_byte(key, layout, [&](std::uint8_t byte) {
    crc ^= byte;
    for (int i = 0; i < 8; ++i) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0U);
    }
  });
  return ~crc;
}

// The free bits of a key: 31 of each address, and both ports.
constexpr std::size_t kFreeBits = 94;
using BitSet = std::bitset<kFreeBits>;

TcpKey flipped(TcpKey key, std::size_t bit) {
  if (bit < 31) {
    key.source ^= 1U << bit;
  } else if (bit < 62) {
    key.destination ^= 1U << (bit - 31);
  } else if (bit < 78) {
    key.source_port = static_cast<std::uint16_t>(key.source_port ^ 1U << (bit - 62));
  } else {
    key.destination_port = static_cast<std::uint16_t>(key.destination_port ^ 1U << (bit - 78));
  }
  return key;
}

// A CRC is linear up to a constant: what flipping a bit of the key changes in it depends on that
// bit alone. Sets of bits whose changes cancel leave it as it is. Gauss finds a basis of them, for
// both layouts at once: at least 30 sets, since 94 bits meet 64 equations.
std::vector<BitSet> neutral_bit_sets(const TcpKey& origin) {
  const auto value = [](const TcpKey& key) {
    return std::uint64_t{crc32(key, AddressBytes::kFour)} << 32 |
           crc32(key, AddressBytes::kSixteen);
  };
  std::vector<std::pair<std::uint64_t, BitSet>> rows;
  for (std::size_t bit = 0; bit < kFreeBits; ++bit) {
    rows.emplace_back(value(flipped(origin, bit)) ^ value(origin), BitSet().set(bit));
  }
  std::vector<BitSet> neutral;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto [change, bits] = rows[i];
    if (change == 0) {
      neutral.push_back(bits);
      continue;
    }
    const std::uint64_t pivot = change & (~change + 1);
    for (std::size_t j = i + 1; j < rows.size(); ++j) {
      if ((rows[j].first & pivot) != 0) {
        rows[j].first ^= change;
        rows[j].second ^= bits;
      }
    }
  }
  return neutral;
}

void add_crc_keys(std::size_t count, std::mt19937_64& random, DistinctKeys& out) {
  const TcpKey origin = random_key(random);
  const std::vector<BitSet> neutral = neutral_bit_sets(origin);
  BitSet chosen;
  // Gray code: each step changes one member of the basis.
  for (std::uint64_t i = 1; out.keys.size() < count && i >> neutral.size() == 0; ++i) {
    chosen ^= neutral[static_cast<std::size_t>(__builtin_ctzll(i))];
    TcpKey key = origin;
    for (std::size_t bit = 0; bit < kFreeBits; ++bit) {
      if (chosen[bit]) {
        key = flipped(key, bit);
      }
    }
    out.add(key);
  }
}

// ---------------------------------------------------------------- the others

TcpKey with_equal_halves(TcpKey key) {
  key.destination = key.source | kDestinationBit;
  key.destination_port = key.source_port;
  return key;
}

TcpKey high_bits_only(TcpKey key) {
  key.source &= 0xfff00000;
  key.destination &= 0xfff00000;
  key.source_port = static_cast<std::uint16_t>(key.source_port & 0xf000);
  key.destination_port = static_cast<std::uint16_t>(key.destination_port & 0xf000);
  return key;
}

void add_fnv_keys(const Fnv& fnv, std::size_t count, std::mt19937_64& random, DistinctKeys& out) {
  const FnvTails tails(fnv);
  add_fnv_keys(fnv, tails, AddressBytes::kFour, count / 2, random, out);
  add_fnv_keys(fnv, tails, AddressBytes::kSixteen, count, random, out);
  // Both layouts from the first packet on.
  std::shuffle(out.keys.begin(), out.keys.end(), random);
}

template <typename Change>
void add_changed_keys(std::size_t count, std::mt19937_64& random, DistinctKeys& out,
                      Change change) {
  while (out.keys.size() < count) {
    out.add(change(random_key(random)));
  }
}

}  // namespace

std::vector<TcpKey> colliding_keys(std::string_view kind, std::size_t count) {
  std::mt19937_64 random(42);
  DistinctKeys out;
  if (kind == "random") {
    add_changed_keys(count, random, out, [](const TcpKey& key) { return key; });
  } else if (kind == "fnv1a32") {
    add_fnv_keys(kFnv32, count, random, out);
  } else if (kind == "fnv1a64") {
    add_fnv_keys(kFnv64, count, random, out);
  } else if (kind == "crc32") {
    add_crc_keys(count, random, out);
  } else if (kind == "xor") {
    add_changed_keys(count, random, out, with_equal_halves);
  } else if (kind == "low-bits") {
    add_changed_keys(count, random, out, high_bits_only);
  }
  return out.keys;
}

}  // namespace netml::test
