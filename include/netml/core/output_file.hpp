#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace netml {

/// Who may read a file that we create (before the umask). One that replaces another is open to
/// nobody whom the other was closed to.
enum class FileMode { kShared = 0666, kPrivate = 0600 };

/// What it means when the reader of a pipe goes away.
enum class Reader {
  kMayLeave,  ///< BrokenPipe: of a run's rows, whose reader has seen enough
  kMayMiss,   ///< nothing: what is left goes nowhere, and has_lost_reader() tells
  kMustStay,  ///< OutputError: of what belongs to a run's result
};

/// A result on its way to a file, whole or not at all.
///
/// A regular file is written under a temporary name in the same directory and takes its place in
/// `commit()` (flush, fsync, close, rename, fsync of the directory). Of the permissions that a new
/// file has it takes those that the old one has too. Only the last step can fail
/// with the new file in place: it stands there, but a power cut may bring the old one back.
/// Devices, FIFOs and stdout
/// ("-") are written directly. Without `commit()` the destructor removes the temporary file and the
/// old file stays as it was.
/// Every member that writes throws OutputError naming the path as typed, and BrokenPipe as Reader
/// says. Opening a FIFO waits for its reader; a signal ends that with Interrupted.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path, FileMode mode = FileMode::kShared,
                      Reader reader = Reader::kMayLeave);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Buffered: what belongs to a run's result leaves in flush() and prepare() while it is smaller
  /// than 256 KiB, large slices of rows at once. Whole calls are handed over in one write(2).
  void write(std::string_view bytes);
  /// Hands everything buffered to the system.
  void flush();
  /// Overwrites bytes that were already written. Requires: is_regular().
  void write_at(std::size_t offset, std::string_view bytes);
  /// All of `commit()` that can fail for want of room or by a bad disk, up to the rename: for
  /// several files that belong together. Nothing may be written afterwards.
  void prepare();
  void commit();

  /// True when the result appears under its name only in commit().
  bool is_regular() const noexcept { return !temporary_.empty(); }
  /// Of Reader::kMayMiss: the reader went away before all was written that has left our buffer.
  bool has_lost_reader() const noexcept { return has_lost_reader_; }
  /// True for a pipe, a terminal or a socket: somebody may be reading along.
  bool is_followed() const noexcept { return followed_; }
  const std::string& path() const noexcept { return path_; }
  /// Bytes written so far.
  std::uint64_t size() const noexcept { return size_; }

 private:
  OutputFile(const std::string& path, Reader reader) : path_(path), reader_(reader) {}
  [[noreturn]] void fail(int error_number) const;
  void open_temporary(mode_t mode);
  void write_all(std::string_view bytes);
  void close_descriptor();

  std::string path_;
  Reader reader_;
  std::string temporary_;
  int descriptor_ = -1;
  int directory_ = -1;  ///< from prepare() on, of a regular file
  std::string target_;  ///< the name to be taken; from prepare() on
  bool owned_ = false;
  bool has_lost_reader_ = false;
  bool followed_ = false;
  std::string buffer_;
  std::uint64_t size_ = 0;
};

/// The reader of our output has gone away; the run ends quietly with status 141.
struct BrokenPipe {};

/// A name for a file on its way to `path`, in the same folder; another one each time.
std::string temporary_name(const std::string& path);
/// The file that a name stands for: where symbolic links lead, or `path` where there is none yet.
std::string resolve_links(const std::string& path);
/// The folder of a file.
std::string directory_of(const std::string& path);
/// The full name of a file, or the one that it will have: without symbolic links, `.` and `..`.
std::string place_of(const std::string& path);

/// Throws OutputError where a file of that name could not be written: before the work whose result
/// it is to hold. Nothing is left behind, and FIFOs and devices are not opened. Empty names and "-"
/// are fine.
void check_output(const std::string& path);

/// Writes a whole small file by the rules above.
void write_file(const std::string& path, std::string_view bytes, FileMode mode = FileMode::kShared);

}  // namespace netml
