#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "support/frames.hpp"

// Small capture files for one test.
namespace netml::test {

/// A folder that goes away with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "netml-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::string path_;
};

inline std::string u32le(std::uint32_t value) {
  std::string text;
  for (int shift = 0; shift < 32; shift += 8) {
    text += static_cast<char>(value >> shift);
  }
  return text;
}

/// The bytes of a classic little-endian pcap with nanoseconds.
class CaptureBytes {
 public:
  explicit CaptureBytes(std::uint32_t link_type = 1)
      : bytes_(u32le(0xa1b23c4d) + u32le(0x00040002) + u32le(0) + u32le(0) + u32le(262144) +
               u32le(link_type)) {}

  CaptureBytes& add(std::int64_t ts_ns, const Bytes& frame) {
    const auto size = static_cast<std::uint32_t>(frame.size());
    bytes_ += u32le(static_cast<std::uint32_t>(ts_ns / 1'000'000'000)) +
              u32le(static_cast<std::uint32_t>(ts_ns % 1'000'000'000)) + u32le(size) + u32le(size);
    bytes_.append(frame.begin(), frame.end());
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

inline std::string write_bytes(const TemporaryFolder& folder, const std::string& name,
                               const std::string& bytes) {
  std::ofstream(folder.file(name), std::ios::binary) << bytes;
  return folder.file(name);
}

}  // namespace netml::test
