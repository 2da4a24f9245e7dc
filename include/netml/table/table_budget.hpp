#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace netml {

/// What a table in memory takes, counted before it is taken, by constants: the same file fits the
/// same limit on every machine.
class TableBudget {
 public:
  /// A number, and its place in the matrix that is made of it.
  static constexpr std::uint64_t kNumberBytes = 16;
  /// Names, type and meaning of a column, its vectors and what is said of it.
  static constexpr std::uint64_t kColumnBytes = 512;
  /// A text of so many bytes: longer ones have a block of their own.
  static constexpr std::uint64_t text_bytes(std::size_t length) noexcept {
    constexpr std::size_t kInPlace = 15, kBlockBytes = 24;
    return sizeof(std::string) + (length > kInPlace ? length + kBlockBytes : 0);
  }

  /// `what` begins the message and must outlive the object.
  TableBudget(const std::string& what, std::uint64_t limit) : what_(what), left_(limit) {}

  /// Throws LimitError when they do not fit.
  void take(std::uint64_t bytes) { take(1, bytes); }
  void take(std::uint64_t count, std::uint64_t bytes_each);

 private:
  const std::string& what_;
  std::uint64_t left_;
};

}  // namespace netml
