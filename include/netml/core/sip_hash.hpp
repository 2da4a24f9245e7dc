#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

namespace netml {

/// 16 secret bytes that keep attackers from choosing colliding keys.
using HashKey = std::array<std::uint64_t, 2>;

/// From getrandom(2). Throws InternalError when the system has no randomness to give.
HashKey random_hash_key();

/// SipHash-1-3 (Aumasson, Bernstein 2012) of whole 64-bit words.
class SipHash13 {
 public:
  explicit SipHash13(const HashKey& key) noexcept
      : v0_(0x736f6d6570736575U ^ key[0]),
        v1_(0x646f72616e646f6dU ^ key[1]),
        v2_(0x6c7967656e657261U ^ key[0]),
        v3_(0x7465646279746573U ^ key[1]) {}

  void add(std::uint64_t word) noexcept {
    v3_ ^= word;
    round();
    v0_ ^= word;
  }

  /// The hash of the words so far as a message of `length` bytes.
  std::uint64_t finish(std::uint64_t length) noexcept { return end(length << 56); }

  /// Ends the message with a word of the caller's in place of the one that holds the length.
  /// Requires: `last` tells messages of different lengths apart.
  std::uint64_t end(std::uint64_t last) noexcept {
    add(last);
    v2_ ^= 0xff;
    round();
    round();
    round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  static std::uint64_t rotate(std::uint64_t value, int bits) noexcept {
    return (value << bits) | (value >> (64 - bits));
  }

  void round() noexcept {
    v0_ += v1_;
    v1_ = rotate(v1_, 13) ^ v0_;
    v0_ = rotate(v0_, 32);
    v2_ += v3_;
    v3_ = rotate(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = rotate(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = rotate(v1_, 17) ^ v2_;
    v2_ = rotate(v2_, 32);
  }

  std::uint64_t v0_, v1_, v2_, v3_;
};

/// Hash of a trivially copyable value without padding.
template <typename T>
std::uint64_t sip_hash(const HashKey& key, const T& value) noexcept {
  static_assert(std::is_trivially_copyable_v<T>);
  std::array<std::uint64_t, (sizeof(T) + 7) / 8> words{};
  std::memcpy(words.data(), &value, sizeof(T));
  SipHash13 hash(key);
  for (const std::uint64_t word : words) {
    hash.add(word);
  }
  return hash.finish(sizeof(T));
}

}  // namespace netml
