#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netml/core/output_group.hpp"

namespace netml {

/// The captures that earlier runs of `classify --state` have done, so that a run that is repeated
/// adds nothing twice. A capture is known by size and SHA-256, whatever its name.
///
/// The file is JSON: {"format": 1, "done": [{"path", "size", "sha256"}]}.
class DoneCaptures {
 public:
  /// A file that does not exist holds nothing. Throws InputError, DataError.
  static DoneCaptures read(const std::string& path);

  /// Takes those out of `paths` that are done, and remembers the others until add(). Pipes always
  /// count as new.
  void remove_done(std::vector<std::string>& paths);
  /// How many were taken out.
  std::size_t skipped() const noexcept { return skipped_; }

  /// The capture of that path was used whole.
  void add(const std::string& path);
  /// Writes the file, which is still to be committed. Throws OutputError.
  void write(OutputGroup& files) const;

 private:
  struct Capture {
    std::string path;
    std::uint64_t size = 0;
    std::string sha256;
  };
  bool has(const Capture& capture) const;

  std::string path_;
  std::vector<Capture> done_;
  std::vector<Capture> pending_;
  std::size_t skipped_ = 0;
};

}  // namespace netml
