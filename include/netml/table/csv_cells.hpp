#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "netml/core/number_text.hpp"
#include "netml/table/schema.hpp"

namespace netml {

/// Texts of long integers that came up lately: the times of a flow stand in several columns.
class LongIntegers {
 public:
  static constexpr std::int64_t kLeast = 1'000'000'000;

  /// Requires: value >= kLeast.
  char* write(char* out, std::int64_t value) noexcept {
    for (const Known& known : known_) {
      if (known.value == value) {
        std::memcpy(out, known.text, sizeof known.text);
        return out + known.length;
      }
    }
    Known& known = known_[next_];
    next_ ^= 1U;
    char* const end = write_number(out, value);
    known.value = value;
    known.length = static_cast<std::size_t>(end - out);
    std::memcpy(known.text, out, sizeof known.text);
    return end;
  }

 private:
  struct Known {
    std::int64_t value = 0;
    std::size_t length = 0;
    char text[20] = {};
  };
  static_assert(sizeof(Known::text) <= kNumberRoom);

  Known known_[2];
  std::size_t next_ = 0;
};

/// Writes the values of one row as RFC 4180 text, a comma behind each: what CsvWriter makes of the
/// same cells, without cells in between.
class CsvCells {
 public:
  /// Characters to have ready for a row of so many values of which none is a text longer than 48.
  static constexpr std::size_t room(std::size_t values) noexcept {
    return (values + 1) * (kNumberRoom + 20);
  }

  CsvCells(char* out, LongIntegers& long_integers) noexcept
      : end_(out), long_integers_(long_integers) {}

  char* end() const noexcept { return end_; }

  template <std::unsigned_integral Value>
  void put(Value value) noexcept {
    if (value < 10) {
      *end_++ = static_cast<char>('0' + value);
    } else {
      end_ = write_number(end_, std::uint64_t{value});
    }
    *end_++ = ',';
  }
  void put(std::int64_t value) noexcept {
    end_ = value < LongIntegers::kLeast ? write_number(end_, value)
                                        : long_integers_.write(end_, value);
    *end_++ = ',';
  }
  /// Not finite: missing.
  void put(double value) noexcept {
    if (value == 0 && !std::signbit(value)) {
      *end_++ = '0';
    } else if (std::isfinite(value)) {
      end_ = write_number(end_, value);
    }
    *end_++ = ',';
  }
  void put_millionths(std::int64_t value) noexcept {
    end_ = write_millionths(end_, value);
    *end_++ = ',';
  }
  /// As Cell::plain().
  void put_plain(std::string_view text) noexcept {
    std::memcpy(end_, text.data(), text.size());
    end_ += text.size();
    *end_++ = ',';
  }
  /// All of them zeros.
  void put_zeros(std::span<const Cell> cells) noexcept {
    for (std::size_t i = 0; i < cells.size(); i += 4) {
      std::memcpy(end_ + 2 * i, "0,0,0,0,", 8);
    }
    end_ += 2 * cells.size();
  }

 private:
  char* end_;
  LongIntegers& long_integers_;
};

}  // namespace netml
