#include "pcap_records.hpp"

#include <algorithm>
#include <climits>

#include "netml/core/interrupt.hpp"

#include "link_type.hpp"

namespace netml {
namespace {

constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4;
constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;
// A patched libpcap of the 1990s: record headers with interface, protocol and packet type.
constexpr std::uint32_t kKuznetzov = 0xa1b2cd34;

constexpr std::size_t kFileHeader = 24;
constexpr std::uint32_t kRecordHeader = 16;
constexpr std::uint32_t kKuznetzovRecordHeader = 24;
// That libpcap's snaplen did not count the Ethernet header it made up.
constexpr std::uint32_t kMadeUpHeader = 14;
constexpr std::int64_t kSecond = 1'000'000'000;

bool is_magic(std::uint32_t value) noexcept {
  return value == kMicroseconds || value == kNanoseconds || value == kKuznetzov;
}

}  // namespace

bool PcapRecords::knows(const std::uint8_t* magic) noexcept {
  return is_magic(FileNumbers(false).u32(magic)) || is_magic(FileNumbers(true).u32(magic));
}

PcapRecords::PcapRecords(std::unique_ptr<BlockInput> input) : BlockReader(std::move(input)) {
  read_header();
}

// File header: magic(4) major(2) minor(2) zone(4) accuracy(4) snaplen(4) link type(4); the upper
// six bits of the link type say something about a frame check sequence.
void PcapRecords::read_header() {
  BlockInput& in = input();
  if (!in.require(kFileHeader)) {
    refuse("truncated dump file; tried to read " + std::to_string(kFileHeader) +
           " file header bytes, only got " + std::to_string(in.size()));
  }
  const std::uint8_t* header = in.data();
  number_ = FileNumbers(!is_magic(number_.u32(header)));
  const std::uint32_t magic = number_.u32(header);
  order_ = order_of_version(number_.u16(header + 4), number_.u16(header + 6));
  is_plain_ = !number_.is_swapped() && order_ == LengthOrder::kCapturedFirst;
  link_type_ = dlt_of_file(number_.u32(header + 20) & 0x03ffffff);
  largest_ = largest_snaplen(link_type_);
  snaplen_ = effective_snaplen(link_type_, number_.u32(header + 16));
  subsecond_unit_ns_ = magic == kNanoseconds ? 1 : 1000;
  record_header_ = magic == kKuznetzov ? kKuznetzovRecordHeader : kRecordHeader;
  constexpr int kEthernet = 1;
  if (magic == kKuznetzov && link_type_ == kEthernet) {
    snaplen_ = std::min<std::uint32_t>(snaplen_ + kMadeUpHeader, INT_MAX);
  }
  in.skip(kFileHeader);
}

PcapRecords::LengthOrder PcapRecords::order_of_version(unsigned major, unsigned minor) const {
  if (major == 2 && minor <= 4) {
    return minor == 4   ? LengthOrder::kCapturedFirst
           : minor == 3 ? LengthOrder::kSmallerFirst
                        : LengthOrder::kWireFirst;
  }
  if (major == 543 && minor == 0) {  // DG/UX
    return LengthOrder::kWireFirst;
  }
  refuse(major < 2 ? "archaic pcap savefile format"
                   : "unsupported pcap savefile version " + std::to_string(major) + "." +
                         std::to_string(minor));
}

// Record: seconds(4) microseconds or nanoseconds(4) captured length(4) wire length(4), then for
// Kuznetzov 8 bytes more, then the captured bytes.
ReadStatus PcapRecords::next(RawPacket& packet) {
  if (interrupt::pending() != 0) {
    return ReadStatus::kInterrupted;
  }
  const bool is_taken =
      is_plain_ ? take_record<Shape::kPlain>(packet) : take_record<Shape::kAny>(packet);
  return is_taken ? ReadStatus::kPacket : read_and_take(packet);
}

// What every packet runs through. False when there is no whole and sound record in the window.
template <PcapRecords::Shape kShape>
inline bool PcapRecords::take_record(RawPacket& packet) noexcept {
  const FileNumbers number = kShape == Shape::kPlain ? FileNumbers(false) : number_;
  BlockInput& in = input();
  if (in.size() < record_header_) [[unlikely]] {
    return false;
  }
  const std::uint8_t* record = in.data();
  const std::uint32_t seconds = number.u32(record);
  const std::uint32_t subsecond = number.u32(record + 4);
  const Lengths lengths = kShape == Shape::kPlain
                              ? Lengths{number.u32(record + 8), number.u32(record + 12)}
                              : record_lengths(record);
  const std::size_t size = std::size_t{record_header_} + lengths.captured;
  if (lengths.captured > largest_ || in.size() < size) [[unlikely]] {
    return false;
  }
  in.skip(size);
  count_packet();
  packet.bytes = {record + record_header_, std::min(lengths.captured, snaplen_)};
  packet.wire_length = lengths.wire;
  packet.link_type = link_type_;
  packet.ts_ns = seconds * kSecond + subsecond * subsecond_unit_ns_;
  // libpcap before 1.10.5 has the parts signed, but not those that it swaps.
  if (number.is_swapped()) {
    packet.seconds = seconds;
    packet.subsecond_ns = subsecond * subsecond_unit_ns_;
  } else {
    packet.seconds = static_cast<std::int32_t>(seconds);
    packet.subsecond_ns = static_cast<std::int32_t>(subsecond) * subsecond_unit_ns_;
  }
  return true;
}

inline PcapRecords::Lengths PcapRecords::record_lengths(const std::uint8_t* record) const noexcept {
  const std::uint32_t first = number_.u32(record + 8);
  const std::uint32_t second = number_.u32(record + 12);
  if (order_ == LengthOrder::kCapturedFirst) {
    return {first, second};
  }
  // Writers of version 2.3 disagreed.
  const bool is_wire_first = order_ == LengthOrder::kWireFirst || first > second;
  return is_wire_first ? Lengths{second, first} : Lengths{first, second};
}

// Brings the next record into the window first. Not inlined: the way above needs no stack.
ReadStatus PcapRecords::read_and_take(RawPacket& packet) {
  BlockInput& in = input();
  if (!in.require(record_header_)) {
    return cut_in_header();
  }
  const std::uint32_t captured = record_lengths(in.data()).captured;
  if (captured > largest_) {
    return too_long(captured);
  }
  if (!in.require(std::size_t{record_header_} + captured)) {
    return cut_in_data(captured);
  }
  take_record<Shape::kAny>(packet);
  return ReadStatus::kPacket;
}

ReadStatus PcapRecords::cut_in_header() {
  return ended(input().size() == 0,
               "truncated dump file; tried to read " + std::to_string(record_header_) +
                   " header bytes, only got " + std::to_string(input().size()));
}

ReadStatus PcapRecords::too_long(std::uint32_t captured) {
  return damaged("invalid packet capture length " + std::to_string(captured) + ", bigger than " +
                     (captured > snaplen_ ? "snaplen of " + std::to_string(snaplen_)
                                          : "maximum of " + std::to_string(largest_)),
                 record_header_);
}

ReadStatus PcapRecords::cut_in_data(std::uint32_t captured) {
  const std::size_t got = input().size() - record_header_;
  const std::uint32_t wanted = got < snaplen_ ? std::min(captured, snaplen_) : captured;
  return ended(false, "truncated dump file; tried to read " + std::to_string(wanted) +
                          " captured bytes, only got " + std::to_string(got));
}

}  // namespace netml
