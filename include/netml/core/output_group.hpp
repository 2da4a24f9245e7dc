#pragma once

#include <memory>
#include <string>
#include <vector>

#include "netml/core/output_file.hpp"

namespace netml {

/// The files that one run writes: none takes its place before all are on the disk, so that one that
/// cannot be written leaves every old file as it was. Without commit() all of them do.
///
/// The reader of standard output may leave before it has all; the files take their places all the
/// same, and the run ends with 141.
class OutputGroup {
 public:
  /// The file of that name, opened where it is not yet: known before any work whether that can be.
  /// Valid as long as the group. Throws as OutputFile does.
  OutputFile& file(const std::string& path, FileMode mode = FileMode::kShared) {
    for (const std::unique_ptr<OutputFile>& known : files_) {
      if (known->path() == path) {
        return *known;
      }
    }
    const Reader reader = path == "-" ? Reader::kMayMiss : Reader::kMustStay;
    files_.push_back(std::make_unique<OutputFile>(path, mode, reader));
    return *files_.back();
  }

  /// Hands what standard output is to get to its reader: true where that one has gone away.
  bool has_lost_reader() {
    bool is_lost = false;
    for (const std::unique_ptr<OutputFile>& file : files_) {
      if (file->path() == "-") {
        file->flush();
        is_lost = file->has_lost_reader();
      }
    }
    return is_lost;
  }

  /// All of commit() that can fail for want of room or by a bad disk. Nothing may be written
  /// afterwards.
  void prepare() {
    for (const std::unique_ptr<OutputFile>& file : files_) {
      file->prepare();
    }
  }

  /// The files take their places in the order in which they were opened.
  void commit() {
    prepare();
    for (const std::unique_ptr<OutputFile>& file : files_) {
      file->commit();
    }
  }

 private:
  std::vector<std::unique_ptr<OutputFile>> files_;
};

}  // namespace netml
