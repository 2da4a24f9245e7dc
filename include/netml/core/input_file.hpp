#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "netml/core/input_descriptor.hpp"

namespace netml {

/// A file that is used whole or not at all, block by block: a regular file, a FIFO or, for "-",
/// standard input.
///
/// Throws InputError `<path>: …`, and Interrupted when a signal asked to stop where it may have to
/// wait, for a writer or for bytes: a part is of no use.
class InputFile {
 public:
  explicit InputFile(const std::string& path);

  /// Fills the span from its start, as far as there is something to be had: the number of bytes, 0
  /// at the end.
  std::size_t read(std::span<char> block);

 private:
  const std::string name_;
  InputDescriptor descriptor_;
};

/// The input at `path` as messages name it: "standard input" for "-", else its name, printable.
std::string input_name(const std::string& path);

/// Throws InputError where a file cannot be opened: before the work that comes ahead of its turn.
/// It is not opened, since a FIFO can be read but once. Empty names and "-" are fine.
void check_input(const std::string& path);

/// Reads a whole file of at most `limit` bytes; larger ones are an InputError too.
std::string read_file(const std::string& path, std::size_t limit);

}  // namespace netml
