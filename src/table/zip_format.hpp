#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netml {

// As much of the zip format (PKWARE APPNOTE 6.3) as a NumPy archive needs: stored members, with
// 64-bit sizes.

/// A member on its way into an archive, or found in one.
struct ZipMember {
  std::string name;
  std::uint32_t crc = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;  ///< of the local header
};

/// The local header, always with 64-bit sizes; its length depends on the name only.
std::string zip_local_header(const ZipMember& member);
/// Central directory and end records for members whose data end at `offset`.
std::string zip_directory(const std::vector<ZipMember>& members, std::uint64_t offset);

/// The members' names and bytes, borrowed. Throws DataError for anything damaged (checksums
/// included), compressed or encrypted.
struct ZipEntry {
  std::string name;
  std::string_view bytes;
};
std::vector<ZipEntry> read_zip(std::string_view bytes, const std::string& what);

std::uint32_t zip_crc(std::uint32_t crc, std::string_view bytes);

}  // namespace netml
