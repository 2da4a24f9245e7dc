#include "zip_format.hpp"

#include <algorithm>
#include <span>

#include <zlib.h>

#include "netml/core/byte_reader.hpp"
#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kCentralSignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::uint16_t kVersion64 = 45;
constexpr std::uint16_t kExtra64 = 1;
constexpr std::uint16_t kFirstDate = 0x21;  // 1980-01-01: the same rows give the same bytes
constexpr std::uint32_t kIn64 = 0xffffffff;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kLocatorBytes = 20;
constexpr std::size_t kMostMembers = 64;

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    out += static_cast<char>(value >> (8 * i));
  }
}

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

[[noreturn]] void fail(const std::string& what, const std::string& reason) {
  throw DataError(what + ": " + reason);
}

struct Directory {
  std::uint64_t members = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
};

Directory find_directory(std::string_view bytes, const std::string& what) {
  // The end record is the last one that fits; a comment of up to 64 KiB may follow it.
  const std::size_t earliest =
      bytes.size() > kEndBytes + 65535 ? bytes.size() - kEndBytes - 65535 : 0;
  const std::size_t found = bytes.rfind(std::string_view("PK\x05\x06", 4));
  if (found == std::string_view::npos || found < earliest || bytes.size() - found < kEndBytes) {
    fail(what, "the archive has no directory; it is damaged or cut short");
  }
  ByteReader end(as_bytes(bytes.substr(found)));
  end.skip(10);
  Directory directory;
  directory.members = end.u16le();
  directory.size = end.u32le();
  directory.offset = end.u32le();
  if (directory.members == 0xffff || directory.size == kIn64 || directory.offset == kIn64) {
    if (found < kLocatorBytes) {
      fail(what, "the archive's directory is damaged");
    }
    ByteReader locator(as_bytes(bytes.substr(found - kLocatorBytes, kLocatorBytes)));
    const bool is_locator = locator.u32le() == kLocator64Signature;
    locator.skip(4);
    const std::uint64_t at = locator.u64le();
    if (!is_locator || at > bytes.size()) {
      fail(what, "the archive's directory is damaged");
    }
    ByteReader end64(as_bytes(bytes.substr(static_cast<std::size_t>(at))));
    const bool is_end64 = end64.u32le() == kEnd64Signature;
    end64.skip(28);
    directory.members = end64.u64le();
    directory.size = end64.u64le();
    directory.offset = end64.u64le();
    if (!is_end64 || !end64.ok()) {
      fail(what, "the archive's directory is damaged");
    }
  }
  if (directory.offset > bytes.size() || directory.size > bytes.size() - directory.offset) {
    fail(what, "the archive's directory lies outside the file");
  }
  if (directory.members > kMostMembers) {
    fail(what, "more than " + std::to_string(kMostMembers) + " members");
  }
  return directory;
}

// Takes the 64-bit values that stand in for `kIn64` ones, in the order the format fixes.
void apply_extra64(std::span<const std::uint8_t> extra, std::uint64_t& size, std::uint64_t& packed,
                   std::uint64_t& offset, const std::string& what) {
  ByteReader reader(extra);
  while (reader.remaining() >= 4) {
    const std::uint16_t id = reader.u16le();
    ByteReader field(reader.take(reader.u16le()));
    if (id != kExtra64) {
      continue;
    }
    for (std::uint64_t* value : {&size, &packed, &offset}) {
      if (*value == kIn64) {
        *value = field.u64le();
      }
    }
    if (!field.ok()) {
      fail(what, "a 64-bit size in the archive's directory is cut short");
    }
  }
}

ZipEntry read_entry(ByteReader& directory, std::string_view bytes, const std::string& what) {
  const bool is_entry = directory.u32le() == kCentralSignature;
  directory.skip(4);
  const std::uint16_t flags = directory.u16le();
  const std::uint16_t method = directory.u16le();
  directory.skip(4);
  const std::uint32_t crc = directory.u32le();
  std::uint64_t packed = directory.u32le();
  std::uint64_t size = directory.u32le();
  const std::uint16_t name_length = directory.u16le();
  const std::uint16_t extra_length = directory.u16le();
  const std::uint16_t comment_length = directory.u16le();
  directory.skip(8);
  std::uint64_t offset = directory.u32le();
  const auto name = directory.take(name_length);
  const auto extra = directory.take(extra_length);
  directory.skip(comment_length);
  if (!is_entry || !directory.ok()) {
    fail(what, "the archive's directory is damaged");
  }
  apply_extra64(extra, size, packed, offset, what);

  ZipEntry entry;
  entry.name.assign(name.begin(), name.end());
  const std::string where = what + ": member '" + printable(entry.name) + "'";
  if (method != 0) {
    fail(where, "it is compressed; save with np.savez, not np.savez_compressed");
  }
  if ((flags & 1U) != 0 || packed != size) {
    fail(where, "it is encrypted or its sizes do not agree");
  }
  if (offset > bytes.size()) {
    fail(where, "it lies outside the file");
  }
  ByteReader local(as_bytes(bytes.substr(static_cast<std::size_t>(offset))));
  const bool is_local = local.u32le() == kLocalSignature;
  local.skip(22);
  const std::uint16_t local_name = local.u16le();
  const std::uint16_t local_extra = local.u16le();
  local.skip(std::size_t{local_name} + local_extra);
  if (!is_local || !local.ok() || size > local.remaining()) {
    fail(where, "it lies outside the file");
  }
  entry.bytes = bytes.substr(bytes.size() - local.remaining(), static_cast<std::size_t>(size));
  if (zip_crc(0, entry.bytes) != crc) {
    fail(where, "its checksum does not match; the file is damaged");
  }
  return entry;
}

}  // namespace

std::uint32_t zip_crc(std::uint32_t crc, std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

std::string zip_local_header(const ZipMember& member) {
  std::string out;
  put(out, kLocalSignature, 4);
  put(out, kVersion64, 2);
  put(out, 0, 2);  // flags
  put(out, 0, 2);  // stored
  put(out, 0, 2);  // time
  put(out, kFirstDate, 2);
  put(out, member.crc, 4);
  put(out, kIn64, 4);
  put(out, kIn64, 4);
  put(out, member.name.size(), 2);
  put(out, 20, 2);
  out += member.name;
  put(out, kExtra64, 2);
  put(out, 16, 2);
  put(out, member.size, 8);
  put(out, member.size, 8);
  return out;
}

std::string zip_directory(const std::vector<ZipMember>& members, std::uint64_t offset) {
  std::string out;
  for (const ZipMember& member : members) {
    const bool is_large = member.size >= kIn64 || member.offset >= kIn64;
    put(out, kCentralSignature, 4);
    put(out, kVersion64, 2);
    put(out, kVersion64, 2);
    put(out, 0, 2);
    put(out, 0, 2);
    put(out, 0, 2);
    put(out, kFirstDate, 2);
    put(out, member.crc, 4);
    put(out, is_large ? kIn64 : member.size, 4);
    put(out, is_large ? kIn64 : member.size, 4);
    put(out, member.name.size(), 2);
    put(out, is_large ? 28 : 0, 2);
    put(out, 0, 2);  // comment
    put(out, 0, 2);  // disk
    put(out, 0, 2);  // internal attributes
    put(out, std::uint64_t{0600} << 16, 4);
    put(out, is_large ? kIn64 : member.offset, 4);
    out += member.name;
    if (is_large) {
      put(out, kExtra64, 2);
      put(out, 24, 2);
      put(out, member.size, 8);
      put(out, member.size, 8);
      put(out, member.offset, 8);
    }
  }
  const std::uint64_t size = out.size();
  const bool is_large = offset >= kIn64;
  if (is_large) {
    const std::uint64_t at = offset + size;
    put(out, kEnd64Signature, 4);
    put(out, 44, 8);
    put(out, kVersion64, 2);
    put(out, kVersion64, 2);
    put(out, 0, 4);
    put(out, 0, 4);
    put(out, members.size(), 8);
    put(out, members.size(), 8);
    put(out, size, 8);
    put(out, offset, 8);
    put(out, kLocator64Signature, 4);
    put(out, 0, 4);
    put(out, at, 8);
    put(out, 1, 4);
  }
  put(out, kEndSignature, 4);
  put(out, 0, 4);
  put(out, members.size(), 2);
  put(out, members.size(), 2);
  put(out, size, 4);
  put(out, is_large ? kIn64 : offset, 4);
  put(out, 0, 2);
  return out;
}

std::vector<ZipEntry> read_zip(std::string_view bytes, const std::string& what) {
  const Directory directory = find_directory(bytes, what);
  ByteReader reader(as_bytes(bytes.substr(static_cast<std::size_t>(directory.offset),
                                          static_cast<std::size_t>(directory.size))));
  std::vector<ZipEntry> entries;
  for (std::uint64_t i = 0; i < directory.members; ++i) {
    entries.push_back(read_entry(reader, bytes, what));
    const std::string& name = entries.back().name;
    if (std::any_of(entries.begin(), entries.end() - 1,
                    [&](const ZipEntry& other) { return other.name == name; })) {
      fail(what, "member '" + printable(name) + "' stands twice");
    }
  }
  return entries;
}

}  // namespace netml
