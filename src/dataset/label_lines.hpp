#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "netml/table/text_source.hpp"

namespace netml {

/// The lines of a text. Ends are LF or CR LF; a byte-order mark at the start is skipped. Memory:
/// one line, at most 16 MiB of it, and one block.
class LineScanner {
 public:
  explicit LineScanner(TextSource source);

  /// Moves to the next line; false at the end of the input.
  bool next();

  /// Without its end; lives until the next call of next().
  std::string_view line() const noexcept { return line_; }
  /// From 1.
  std::uint64_t number() const noexcept { return number_; }
  /// Why the line cannot be used; nothing for a good one.
  std::string problem() const;

 private:
  TextSource source_;
  std::vector<char> block_;
  std::size_t position_ = 0, filled_ = 0;
  std::string line_;
  bool is_too_long_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace netml
