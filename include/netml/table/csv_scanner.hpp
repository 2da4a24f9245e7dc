#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netml {

/// Splits CSV text (RFC 4180) into records, reading its input block by block.
///
/// Lines end with LF or CR LF; a UTF-8 byte-order mark at the start is skipped; bytes are not
/// checked to be UTF-8. Memory: one record and one block. A record that breaks the rules is handed
/// out with `problem()` set, and the scanner goes on behind it, so that callers may skip bad rows.
class CsvScanner {
 public:
  /// Fills the span from its start; the number of bytes given, 0 at the end of the input.
  using Source = std::function<std::size_t(std::span<char>)>;

  explicit CsvScanner(Source source);
  /// Borrows `text`.
  static CsvScanner over(std::string_view text);
  /// Opens a file, FIFO or, for "-", stdin. Throws InputError, also from next().
  static CsvScanner open(const std::string& path);

  /// Moves to the next record; false at the end of the input.
  bool next();

  // The current record. Cells are unquoted and live until the next call of next().
  std::size_t size() const noexcept { return ends_.size(); }
  std::string_view operator[](std::size_t i) const noexcept;
  /// The line on which the record begins, from 1.
  std::uint64_t line() const noexcept { return line_; }
  /// An empty line.
  bool is_blank() const noexcept { return ends_.size() == 1 && record_.empty() && !quoted_; }
  /// Why the record is not CSV; empty for a good one.
  const std::string& problem() const noexcept { return problem_; }

 private:
  int get();
  int peek();
  void append(char c);
  bool fill();
  void finish_cell();
  void skip_byte_order_mark();

  Source source_;
  std::vector<char> block_;
  std::size_t position_ = 0;
  std::size_t filled_ = 0;
  std::string record_;  // the cells of the record, one behind the other
  std::vector<std::size_t> ends_;
  std::string problem_;
  bool quoted_ = false;
  bool started_ = false;
  std::uint64_t line_ = 0;
  std::uint64_t next_line_ = 1;
};

}  // namespace netml
