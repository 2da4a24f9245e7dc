#pragma once

#include <string>

#include "netml/core/input_descriptor.hpp"

namespace netml {

/// A file whose first bytes are looked at before it is read, pipes included: they stay in the pipe.
/// While the object lives the writer of a FIFO has a reader.
class PeekedFile {
 public:
  /// "-" is standard input. A file that cannot be opened has no bytes.
  explicit PeekedFile(const std::string& path) : path_(path), file_(path) {}

  /// At most kMost; fewer when the file is shorter, none where nobody can look (a terminal). Throws
  /// Interrupted, and InputError for a FIFO whose writer has gone without a byte: who opens it
  /// again waits for another one.
  std::string first_bytes() const;

  static constexpr std::size_t kMost = 128;

 private:
  const std::string path_;
  InputDescriptor file_;
};

}  // namespace netml
