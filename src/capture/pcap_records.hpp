#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "block_reader.hpp"
#include "file_numbers.hpp"

namespace netml {

/// Reads classic pcap: draft-ietf-opsawg-pcap, and what libpcap 1.10 makes of files that stray from
/// it. Both byte orders, microseconds and nanoseconds, the versions before 2.4 and 543.0, whose
/// length fields are exchanged, and Kuznetzov's longer record header.
class PcapRecords final : public BlockReader {
 public:
  /// Whether a file that begins with these four bytes is for this reader.
  static bool knows(const std::uint8_t* magic) noexcept;

  /// Reads the file header. Requires: knows() of the bytes at the reading position.
  /// Throws InputError: header cut short, version unknown.
  explicit PcapRecords(std::unique_ptr<BlockInput> input);

  ReadStatus next(RawPacket& packet) override;
  /// 32 bits of seconds are always in the range.
  std::uint64_t clock_out_of_range() const noexcept override { return 0; }

 private:
  /// Which of the two length fields is the captured one.
  enum class LengthOrder { kCapturedFirst, kSmallerFirst, kWireFirst };
  /// Records whose numbers can be taken as they are, or any.
  enum class Shape { kPlain, kAny };
  struct Lengths {
    std::uint32_t captured;
    std::uint32_t wire;
  };

  void read_header();
  LengthOrder order_of_version(unsigned major, unsigned minor) const;
  Lengths record_lengths(const std::uint8_t* record) const noexcept;
  template <Shape kShape>
  bool take_record(RawPacket& packet) noexcept;
  [[gnu::noinline]] ReadStatus read_and_take(RawPacket& packet);
  ReadStatus cut_in_header();
  ReadStatus too_long(std::uint32_t captured);
  ReadStatus cut_in_data(std::uint32_t captured);

  FileNumbers number_{false};
  bool is_plain_ = false;
  std::uint32_t record_header_ = 0;
  std::uint32_t snaplen_ = 0;
  std::uint32_t largest_ = 0;
  std::int64_t subsecond_unit_ns_ = 1000;
  LengthOrder order_ = LengthOrder::kCapturedFirst;
};

}  // namespace netml
