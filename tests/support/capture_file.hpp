#pragma once

#include <cstdint>
#include <vector>

#include "support/link_frames.hpp"

// Capture files in memory. Classic pcap: draft-ietf-opsawg-pcap; pcapng: draft-ietf-opsawg-pcapng.
namespace netml::test {

enum class ByteOrder { kLittle, kBig };
enum class Precision { kMicro, kNano };

/// Numbers in the byte order of the file.
class FileNumbers {
 public:
  explicit FileNumbers(ByteOrder order) : order_(order) {}
  Bytes u16(std::size_t value) const { return ordered(test::u16(value)); }
  Bytes u32(std::size_t value) const { return ordered(test::u32(value)); }
  Bytes u64(std::uint64_t value) const {
    return ordered(test::u32(value >> 32) + test::u32(value & 0xffffffff));
  }

 private:
  Bytes ordered(const Bytes& big) const { return order_ == ByteOrder::kBig ? big : reversed(big); }
  ByteOrder order_;
};

struct FilePacket {
  std::uint32_t seconds = 0;
  std::uint32_t subsecond = 0;
  Bytes bytes = {};
  std::size_t wire_length = 0;  ///< 0: as many as captured
};

struct PcapFormat {
  ByteOrder order = ByteOrder::kLittle;
  Precision precision = Precision::kMicro;
  int link_type = dlt::kEthernet;
  std::size_t snaplen = 262144;
};

inline Bytes pcap_record(const FilePacket& packet, const PcapFormat& format = {}) {
  const FileNumbers number(format.order);
  const std::size_t wire = packet.wire_length != 0 ? packet.wire_length : packet.bytes.size();
  return number.u32(packet.seconds) + number.u32(packet.subsecond) +
         number.u32(packet.bytes.size()) + number.u32(wire) + packet.bytes;
}

inline Bytes pcap_file(const std::vector<FilePacket>& packets, const PcapFormat& format = {}) {
  const FileNumbers number(format.order);
  Bytes file = number.u32(format.precision == Precision::kMicro ? 0xa1b2c3d4 : 0xa1b23c4d) +
               number.u16(2) + number.u16(4) + zeros(8) + number.u32(format.snaplen) +
               number.u32(static_cast<std::size_t>(format.link_type));
  for (const FilePacket& packet : packets) {
    file = std::move(file) + pcap_record(packet, format);
  }
  return file;
}

/// Builds a pcapng section block by block.
class PcapngFile {
 public:
  explicit PcapngFile(ByteOrder order = ByteOrder::kLittle) : number_(order) {
    block(0x0a0d0d0a, number_.u32(0x1a2b3c4d) + number_.u16(1) + number_.u16(0) + Bytes(8, 0xff));
  }

  PcapngFile& interface(int link_type, const Bytes& options = {}, std::size_t snaplen = 0) {
    return block(1, number_.u16(static_cast<std::size_t>(link_type)) + zeros(2) +
                        number_.u32(snaplen) + options);
  }
  /// Option 9: negative power of ten, with 0x80 of two. `seconds` is option 14.
  Bytes tsresol(std::uint8_t value) const {
    return number_.u16(9) + number_.u16(1) + Bytes{value, 0, 0, 0};
  }
  Bytes tsoffset(std::int64_t seconds) const {
    return number_.u16(14) + number_.u16(8) + number_.u64(static_cast<std::uint64_t>(seconds));
  }
  /// An enhanced packet block; `ticks` in the unit of the interface.
  PcapngFile& packet(std::uint64_t ticks, const Bytes& bytes, std::size_t interface_id = 0) {
    return block(6, number_.u32(interface_id) + number_.u32(ticks >> 32) +
                        number_.u32(ticks & 0xffffffff) + number_.u32(bytes.size()) +
                        number_.u32(bytes.size()) + bytes + zeros((4 - bytes.size() % 4) % 4));
  }
  /// The obsolete packet block.
  PcapngFile& old_packet(std::uint64_t ticks, const Bytes& bytes, std::size_t interface_id = 0) {
    return block(2, number_.u16(interface_id) + zeros(2) + number_.u32(ticks >> 32) +
                        number_.u32(ticks & 0xffffffff) + number_.u32(bytes.size()) +
                        number_.u32(bytes.size()) + bytes + zeros((4 - bytes.size() % 4) % 4));
  }
  PcapngFile& simple_packet(const Bytes& bytes) {
    return block(3, number_.u32(bytes.size()) + bytes + zeros((4 - bytes.size() % 4) % 4));
  }
  PcapngFile& block(std::size_t type, const Bytes& body) {
    const Bytes length = number_.u32(12 + body.size());
    bytes_ = std::move(bytes_) + number_.u32(type) + length + body + length;
    return *this;
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  FileNumbers number_;
  Bytes bytes_;
};

}  // namespace netml::test
