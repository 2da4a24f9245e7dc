#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "netml/core/sha256.hpp"

namespace netml {

/// A fingerprint on its way: text of bounded length. Trivially copyable, part of a flow's state.
/// What does not fit is left out.
template <std::size_t kMost>
class FixedText {
 public:
  void clear() noexcept { size_ = 0; }
  bool empty() const noexcept { return size_ == 0; }
  std::string_view view() const noexcept { return {text_.data(), size_}; }

  void add(char c) noexcept {
    if (size_ < kMost) {
      text_[size_++] = c;
    }
  }
  void add(std::string_view text) noexcept {
    for (const char c : text) {
      add(c);
    }
  }
  /// `digits` decimal digits of a value below 10^digits.
  void add_decimal(std::size_t value, int digits) noexcept {
    if (digits > 1) {
      add_decimal(value / 10, digits - 1);
    }
    add(static_cast<char>('0' + value % 10));
  }
  void add_hex(std::uint8_t byte) noexcept {
    constexpr char kDigits[] = "0123456789abcdef";
    add(kDigits[byte >> 4]);
    add(kDigits[byte & 15]);
  }
  void add_hex(std::uint16_t value) noexcept {
    add_hex(static_cast<std::uint8_t>(value >> 8));
    add_hex(static_cast<std::uint8_t>(value));
  }

 private:
  std::array<char, kMost> text_;
  std::uint8_t size_ = 0;
  static_assert(kMost < 256);
};

/// A list of hex values between commas on its way through SHA-256, of which JA4 takes the first 12
/// digits; twelve zeros for an empty list.
class Ja4Hash {
 public:
  void add(std::uint16_t value) noexcept {
    FixedText<5> text;
    if (!is_empty_ && !has_just_begun_) {
      text.add(',');
    }
    text.add_hex(value);
    hash_.add(text.view());
    is_empty_ = has_just_begun_ = false;
  }
  /// The underscore before a second list.
  void begin_second() noexcept {
    hash_.add("_");
    has_just_begun_ = true;
    is_empty_ = false;
  }
  bool is_empty() const noexcept { return is_empty_; }

  template <std::size_t kMost>
  void append_to(FixedText<kMost>& out) noexcept {
    if (is_empty_) {
      out.add("000000000000");
      return;
    }
    const Sha256::Digest digest = hash_.digest();
    for (std::size_t i = 0; i < 6; ++i) {
      out.add_hex(digest[i]);
    }
  }

 private:
  Sha256 hash_;
  bool is_empty_ = true;
  bool has_just_begun_ = false;
};

}  // namespace netml
