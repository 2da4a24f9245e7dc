#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace netml {

/// Bytes that wait to be read back in their order, whatever their number: the first few in memory,
/// from then on in a file without a name beside an output, gone with the object or the process.
///
/// Throws OutputError `<path>: …`, with the path of that output.
class SpoolFile {
 public:
  explicit SpoolFile(std::string path) : path_(std::move(path)) {}
  ~SpoolFile();
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;

  void write(std::string_view bytes);
  /// What was written is read from its start; nothing more may be written.
  void begin_reading();
  /// The next bytes. Requires: so many are left.
  void read(char* bytes, std::size_t count);

 private:
  [[noreturn]] void fail(int error_number) const;
  void flush();
  void fill();

  const std::string path_;
  int descriptor_ = -1;  ///< none as long as the buffer is enough
  std::string buffer_;
  std::size_t position_ = 0;       ///< in the buffer, of what is read next
  std::uint64_t file_offset_ = 0;  ///< of what the buffer holds next
};

}  // namespace netml
