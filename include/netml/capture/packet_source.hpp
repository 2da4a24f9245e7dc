#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace netml {

/// One captured packet as read. A view: the bytes are valid until the next read.
struct RawPacket {
  std::int64_t ts_ns = 0;    ///< nanoseconds since 1970, saturated at the ends of the range
  std::int64_t seconds = 0;  ///< the timestamp's parts as the file has them, sign and all
  std::int64_t subsecond_ns = 0;
  std::uint32_t wire_length = 0;        ///< bytes on the wire, link header included
  std::span<const std::uint8_t> bytes;  ///< captured bytes
  int link_type = 0;  ///< DLT_ value as libpcap gives it (LINKTYPE_ of the file, mapped); in pcapng
                      ///< that of the packet's interface
};

/// Outcome of a read.
enum class ReadStatus {
  kPacket,
  kEnd,          ///< the input is complete, or CaptureOptions::on_idle had enough
  kDamaged,      ///< the input is damaged from here on; `damage()` says how
  kInterrupted,  ///< a signal asked to stop
};

/// Packets of one capture, in file order. Not thread-safe.
class PacketSource {
 public:
  virtual ~PacketSource() = default;

  virtual ReadStatus next(RawPacket& packet) = 0;
  /// Of the capture; of its first interface where they differ.
  virtual int link_type() const noexcept = 0;
  /// After kDamaged: one line without the file's name, with packet number and byte offset.
  virtual std::string damage() const = 0;
  /// Packets read so far, those that the filter left out included.
  virtual std::uint64_t packets_seen() const noexcept = 0;
  /// Timestamps that had to be saturated so far.
  virtual std::uint64_t clock_out_of_range() const noexcept = 0;
};

}  // namespace netml
