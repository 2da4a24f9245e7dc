#pragma once

#include <memory>
#include <string>
#include <vector>

#include "netml/core/output_file.hpp"

namespace netml {

/// The files that one run writes: none takes its place before all are on the disk, so that one that
/// cannot be written leaves every old file as it was. Without commit() all of them do.
///
/// Of standard output the reader may leave, as in every command: BrokenPipe. Where its last bytes
/// show it, the other files take their places all the same.
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
    const Reader reader = path == "-" ? Reader::kMayLeave : Reader::kMustStay;
    files_.push_back(std::make_unique<OutputFile>(path, mode, reader));
    return *files_.back();
  }

  /// All of commit() that can fail for want of room or by a bad disk. Nothing may be written
  /// afterwards.
  void prepare() {
    for (std::unique_ptr<OutputFile>& file : files_) {
      try {
        file->prepare();
      } catch (const BrokenPipe&) {
        has_lost_reader_ = true;
        file.reset();
      }
    }
    std::erase(files_, nullptr);
  }

  /// The files take their places in the order in which they were opened.
  void commit() {
    prepare();
    for (const std::unique_ptr<OutputFile>& file : files_) {
      file->commit();
    }
    if (has_lost_reader_) {
      throw BrokenPipe{};
    }
  }

 private:
  bool has_lost_reader_ = false;
  std::vector<std::unique_ptr<OutputFile>> files_;
};

}  // namespace netml
