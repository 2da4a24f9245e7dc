#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netml/capture/packet_source.hpp"

#include "support/frames.hpp"

namespace netml::test {

/// A packet with bytes of its own.
struct ReadPacket {
  std::int64_t ts_ns = 0;
  std::int64_t seconds = 0;
  std::int64_t subsecond_ns = 0;
  std::uint32_t wire_length = 0;
  int link_type = -1;
  Bytes bytes;

  bool operator==(const ReadPacket&) const = default;
};

/// A capture read to its end.
struct ReadCapture {
  std::vector<ReadPacket> packets;
  ReadStatus end = ReadStatus::kPacket;
  std::string damage;
  std::uint64_t packets_seen = 0;
  std::uint64_t clock_out_of_range = 0;
  int link_type = -1;
};

inline ReadCapture read_all(PacketSource& source) {
  ReadCapture read;
  RawPacket packet;
  read.end = source.next(packet);
  while (read.end == ReadStatus::kPacket) {
    read.packets.push_back({packet.ts_ns,
                            packet.seconds,
                            packet.subsecond_ns,
                            packet.wire_length,
                            packet.link_type,
                            {packet.bytes.begin(), packet.bytes.end()}});
    read.end = source.next(packet);
  }
  if (read.end == ReadStatus::kDamaged) {
    read.damage = source.damage();
  }
  read.packets_seen = source.packets_seen();
  read.clock_out_of_range = source.clock_out_of_range();
  read.link_type = source.link_type();
  return read;
}

}  // namespace netml::test
