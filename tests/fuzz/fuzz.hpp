#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "netml/core/error.hpp"

/// What a target does with one input; libFuzzer and standalone.cpp call it. A finding is an abort:
/// by a sanitizer, or by require() for a promise that was not kept.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace netml::fuzz {

/// Ends the process with a clear message when a promise is broken.
inline void require(bool holds, std::string_view promise, std::string_view detail = "") {
  if (!holds) {
    std::fprintf(stderr, "BROKEN PROMISE: %.*s%s%.*s\n", static_cast<int>(promise.size()),
                 promise.data(), detail.empty() ? "" : ": ", static_cast<int>(detail.size()),
                 detail.data());
    std::abort();
  }
}

/// An input, taken from its start. Numbers are little-endian; behind the end there are zeros.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : bytes_(data, size) {}

  bool is_empty() const noexcept { return bytes_.empty(); }
  std::size_t size() const noexcept { return bytes_.size(); }

  std::uint64_t number(std::size_t width) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      value |= std::uint64_t{i < bytes_.size() ? bytes_[i] : std::uint8_t{0}} << (8 * i);
    }
    bytes_ = bytes_.subspan(std::min(width, bytes_.size()));
    return value;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }

  /// At most `count` bytes. Borrowed from the input.
  std::string_view text(std::size_t count) {
    const auto part = bytes_.first(std::min(count, bytes_.size()));
    bytes_ = bytes_.subspan(part.size());
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }
  std::string_view rest() { return text(bytes_.size()); }
  /// Up to the first NUL, which is taken too, or to the end.
  std::string_view text_to_nul() {
    const std::string_view all(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
    const std::size_t end = std::min(all.find('\0'), all.size());
    bytes_ = bytes_.subspan(std::min(end + 1, bytes_.size()));
    return all.substr(0, end);
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

/// A message for the user is one line of printable UTF-8 that says something: no control
/// characters, no bidirectional overrides.
void require_message(std::string_view message);

/// What refused an input: of the kind that its exit status asks for, and a message that begins with
/// `what`, the input's name.
void require_refusal(const Error& error, ErrorKind kind, std::string_view what);

/// True when the text is UTF-8 (RFC 3629). Not the product's own check.
bool is_utf8(std::string_view text);

}  // namespace netml::fuzz
