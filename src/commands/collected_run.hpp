#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "netml/commands/inputs.hpp"
#include "netml/features/recipe.hpp"
#include "netml/pipeline/extractor.hpp"
#include "netml/table/anonymized_rows.hpp"
#include "netml/table/sqlite_writer.hpp"

namespace netml {

/// What --anonymize did, as JSON: columns, mode, and a mark by which the key is known again but not
/// found; null for a key of one run only.
nlohmann::ordered_json describe(const Anonymization& anonymization);

/// A run that adds to a database which other runs share. By its key it is known for what it is: the
/// same rows from the same bytes, whatever the files are called.
class CollectedRun {
 public:
  /// Reads the captures and label files for their SHA-256. `recipe` as given, before anything is
  /// fitted; `more`: what else decides the rows.
  CollectedRun(const CaptureInputs& inputs, const Recipe& recipe,
               const nlohmann::ordered_json& more);

  /// Empty when an input is no regular file: a pipe is new each time.
  const std::string& key() const noexcept { return key_; }
  /// What the database keeps. Without a key when an input has changed while it was read.
  RunRecord record(const ExtractResult& result, int status) const;

 private:
  /// A file's size, time of change and place.
  struct Stamp {
    std::string path;
    std::int64_t size = -1, changed_ns = -1;
    std::uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };
  static Stamp stamp_of(const std::string& path);

  std::vector<Stamp> stamps_;
  std::string key_, inputs_, options_;
};

}  // namespace netml
