#include "pcapng_blocks.hpp"

#include <algorithm>
#include <utility>

#include "netml/core/interrupt.hpp"

#include "link_type.hpp"

namespace netml {
namespace {

constexpr std::uint32_t kSection = 0x0a0d0d0a;  // the same in both byte orders
constexpr std::uint32_t kInterface = 1;
constexpr std::uint32_t kPacket = 2;  // obsolete
constexpr std::uint32_t kSimplePacket = 3;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;

constexpr std::uint16_t kEndOfOptions = 0;
constexpr std::uint16_t kResolutionOption = 9;
constexpr std::uint16_t kOffsetOption = 14;

constexpr std::size_t kBlockHeader = 8;
constexpr std::size_t kBlockTrailer = 4;
constexpr std::size_t kMagicEnd = 12;
constexpr std::size_t kSectionFields = 16;
constexpr std::size_t kInterfaceFields = 8;

constexpr std::uint32_t kLargestFirstSection = 1U << 20;
constexpr std::uint32_t kLargestBlock = 16U << 20;
// An enhanced packet block around the longest packet, with 128 KiB of options.
constexpr std::uint32_t kBlockAroundPacket = (128U << 10) + 32;
// They are kept until the section ends: 16 MiB of them.
constexpr std::size_t kMostInterfaces = std::size_t{1} << 20;

constexpr std::int64_t kSecond = 1'000'000'000;

std::string too_short(std::uint32_t type) {
  return "block of type " + std::to_string(type) + " in pcapng dump file is too short";
}

}  // namespace

bool PcapngBlocks::knows(const std::uint8_t* first) noexcept {
  const FileNumbers native(false), swapped(true);
  return native.u32(first) == kSection && (native.u32(first + kBlockHeader) == kByteOrderMagic ||
                                           swapped.u32(first + kBlockHeader) == kByteOrderMagic);
}

PcapngBlocks::PcapngBlocks(std::unique_ptr<BlockInput> input)
    : BlockReader(std::move(input)), largest_block_(kLargestBlock) {
  read_first_section();
  find_first_interface();
}

// Section header block: type(4) length(4) byte-order magic(4) major(2) minor(2) section length(8),
// options, length(4). Of the first one libpcap looks at neither the second length nor its multiple
// of four.
void PcapngBlocks::read_first_section() {
  BlockInput& in = input();
  const std::uint8_t* block = in.data();
  number_ = FileNumbers(number_.u32(block + kBlockHeader) != kByteOrderMagic);
  const std::uint32_t length = number_.u32(block + 4);
  constexpr std::uint32_t kSmallest = kBlockHeader + kSectionFields + kBlockTrailer;
  if (length < kSmallest || length > kLargestFirstSection) {
    refuse("Section Header Block in pcapng dump file has invalid length " + std::to_string(length) +
           ", not in " + std::to_string(kSmallest) + " to " + std::to_string(kLargestFirstSection));
  }
  if (!in.require(length)) {
    refuse("truncated pcapng dump file; tried to read " + std::to_string(length - kMagicEnd) +
           " bytes, only got " + std::to_string(in.size() - kMagicEnd));
  }
  block = in.data();
  const unsigned major = number_.u16(block + kMagicEnd);
  const unsigned minor = number_.u16(block + kMagicEnd + 2);
  if (major != 1 || (minor != 0 && minor != 2)) {
    refuse("unsupported pcapng savefile version " + std::to_string(major) + "." +
           std::to_string(minor));
  }
  in.skip(length);
}

// Packets cannot come before; anything else that does, further section headers included, is not
// looked into.
void PcapngBlocks::find_first_interface() {
  Block block;
  ReadStatus status = read_block(block);
  while (status == ReadStatus::kPacket && block.type != kInterface) {
    if (block.type == kPacket || block.type == kSimplePacket || block.type == kEnhancedPacket) {
      refuse("the capture file has a packet block before any Interface Description Blocks");
    }
    input().skip(block.length);
    status = read_block(block);
  }
  if (status != ReadStatus::kPacket) {
    refuse(status == ReadStatus::kDamaged ? damage()
                                          : "the capture file has no Interface Description Blocks");
  }
  if (const std::string wrong = add_interface(block); !wrong.empty()) {
    damaged_block(block, wrong);
    refuse(damage());
  }
  link_type_ = interfaces_.front().dlt;
  largest_block_ = std::max(kLargestBlock, largest_snaplen(link_type_) + kBlockAroundPacket);
  input().skip(block.length);
}

ReadStatus PcapngBlocks::next(RawPacket& packet) {
  Block block;
  while (true) {
    if (interrupt::pending() != 0) {
      return ReadStatus::kInterrupted;
    }
    const ReadStatus status = read_block(block);
    if (status != ReadStatus::kPacket) {
      return status;
    }
    if (block.type == kEnhancedPacket || block.type == kSimplePacket || block.type == kPacket) {
      return read_packet(block, packet);
    }
    if (block.type == kInterface || block.type == kSection) {
      std::string wrong = block.type == kSection ? begin_section(block) : add_interface(block);
      if (!wrong.empty()) {
        return damaged_block(block, std::move(wrong));
      }
    }
    input().skip(block.length);
  }
}

ReadStatus PcapngBlocks::damaged_block(const Block& block, std::string reason) {
  return damaged(std::move(reason), block.length);
}

// Block: type(4) length(4) body length(4), padded to four bytes; the length is that of it all.
// This is the way of a sound block that is in the window; all else goes the other.
inline ReadStatus PcapngBlocks::read_block(Block& block) {
  const BlockInput& in = input();
  if (in.size() >= kBlockHeader + kBlockTrailer) [[likely]] {
    block.type = number_.u32(in.data());
    block.length = number_.u32(in.data() + 4);
    if (block.type != kSection && block.length >= kBlockHeader + kBlockTrailer &&
        block.length % 4 == 0 && block.length <= largest_block_ && block.length <= in.size() &&
        number_.u32(in.data() + block.length - kBlockTrailer) == block.length) [[likely]] {
      block.body = {in.data() + kBlockHeader, block.length - kBlockHeader - kBlockTrailer};
      return ReadStatus::kPacket;
    }
  }
  return read_any_block(block);
}

ReadStatus PcapngBlocks::read_any_block(Block& block) {
  BlockInput& in = input();
  if (!in.require(kBlockHeader)) [[unlikely]] {
    return ended(in.size() == 0, "truncated pcapng dump file; tried to read " +
                                     std::to_string(kBlockHeader) + " bytes, only got " +
                                     std::to_string(in.size()));
  }
  block.type = number_.u32(in.data());
  if (block.type == kSection && in.require(kMagicEnd) && turns_byte_order(in.data())) {
    number_ = FileNumbers(!number_.is_swapped());
  }
  const std::uint32_t length = number_.u32(in.data() + 4);
  if (length < kBlockHeader + kBlockTrailer) [[unlikely]] {
    return damaged("block in pcapng dump file has a length of " + std::to_string(length) + " < " +
                       std::to_string(kBlockHeader + kBlockTrailer),
                   kBlockHeader);
  }
  if (length % 4 != 0) [[unlikely]] {
    return damaged("block in pcapng dump file has a length of " + std::to_string(length) +
                       " that is not a multiple of 4",
                   kBlockHeader);
  }
  if (length > largest_block_) [[unlikely]] {
    return damaged("pcapng block size " + std::to_string(length) + " > maximum " +
                       std::to_string(largest_block_),
                   kBlockHeader);
  }
  if (!in.require(length)) [[unlikely]] {
    return ended(false, "truncated pcapng dump file; tried to read " +
                            std::to_string(length - kBlockHeader) + " bytes, only got " +
                            std::to_string(in.size() - kBlockHeader));
  }
  if (number_.u32(in.data() + length - kBlockTrailer) != length) [[unlikely]] {
    return damaged("block total length in header and trailer don't match", length);
  }
  block.length = length;
  block.body = {in.data() + kBlockHeader, length - kBlockHeader - kBlockTrailer};
  return ReadStatus::kPacket;
}

// Its length must make sense in the new order too, or the magic alone may be what is damaged.
bool PcapngBlocks::turns_byte_order(const std::uint8_t* block) const noexcept {
  const FileNumbers turned(!number_.is_swapped());
  return turned.u32(block + kBlockHeader) == kByteOrderMagic &&
         turned.u32(block + 4) <= largest_block_;
}

std::string PcapngBlocks::begin_section(const Block& block) {
  if (block.body.size() < kSectionFields) {
    return too_short(block.type);
  }
  if (number_.u32(block.body.data()) != kByteOrderMagic) {
    return "the file has a section with a bad byte order magic field";
  }
  if (const unsigned major = number_.u16(block.body.data() + 4); major != 1) {
    return "unknown pcapng savefile major version number " + std::to_string(major);
  }
  interfaces_.clear();
  selected_ = kNone;
  return {};
}

// Interface description block: link type(2) reserved(2) snaplen(4), options.
std::string PcapngBlocks::add_interface(const Block& block) {
  if (block.body.size() < kInterfaceFields) {
    return too_short(block.type);
  }
  if (interfaces_.size() == kMostInterfaces) {
    return "more than " + std::to_string(kMostInterfaces) + " interfaces in a section";
  }
  Interface interface;
  const int dlt = dlt_of_file(number_.u16(block.body.data()));
  interface.dlt = static_cast<std::uint16_t>(dlt);
  interface.snaplen = effective_snaplen(dlt, number_.u32(block.body.data() + 4));
  std::string wrong = read_options(block.body.subspan(kInterfaceFields), interface);
  if (wrong.empty()) {
    interfaces_.push_back(interface);
    if (dlt != link_type_) {  // libpcap ends here: the 128 MiB of a D-Bus packet are for nobody
      largest_block_ = kLargestBlock;
    }
  }
  return wrong;
}

// Option: code(2) length(2) value, padded to four bytes.
std::string PcapngBlocks::read_options(std::span<const std::uint8_t> options,
                                       Interface& interface) const {
  constexpr std::size_t kHeader = 4;
  const auto wrong_length = [](const char* option, std::size_t length, std::size_t right) {
    return std::string("Interface Description Block has ") + option + " option with length " +
           std::to_string(length) + " != " + std::to_string(right);
  };
  bool has_resolution = false;
  bool has_offset = false;
  while (!options.empty()) {
    if (options.size() < kHeader) {
      return too_short(kInterface);
    }
    const std::uint16_t code = number_.u16(options.data());
    const std::size_t length = number_.u16(options.data() + 2);
    const std::size_t padded = (length + 3) / 4 * 4;
    if (options.size() - kHeader < padded) {
      return too_short(kInterface);
    }
    const std::uint8_t* value = options.data() + kHeader;
    options = options.subspan(kHeader + padded);
    if (code == kEndOfOptions) {
      return length == 0 ? "" : wrong_length("opt_endofopt", length, 0);
    }
    if (code == kResolutionOption) {
      if (length != 1) {
        return wrong_length("if_tsresol", length, 1);
      }
      if (std::exchange(has_resolution, true)) {
        return "Interface Description Block has more than one if_tsresol option";
      }
      interface.resolution = *value;
      if (!TickClock::is_valid(interface.resolution)) {
        return std::string("Interface Description Block if_tsresol option resolution ") +
               (interface.resolution < 0x80 ? "10" : "2") + "^-" +
               std::to_string(interface.resolution & 0x7f) + " is too high";
      }
    } else if (code == kOffsetOption) {
      if (length != 8) {
        return wrong_length("if_tsoffset", length, 8);
      }
      if (std::exchange(has_offset, true)) {
        return "Interface Description Block has more than one if_tsoffset option";
      }
      interface.offset_s = static_cast<std::int64_t>(number_.u64(value));
    }
  }
  return {};
}

// Enhanced packet block: interface(4) ticks, upper half first(4+4) captured(4) wire(4) data.
// Packet block: interface(2) drops(2), then the same. Simple packet block: wire(4) data; it is the
// first interface's and has no time.
inline bool PcapngBlocks::read_fields(const Block& block, Fields& fields,
                                      std::span<const std::uint8_t>& data) const {
  const std::size_t size = block.type == kSimplePacket ? 4 : 20;
  if (block.body.size() < size) {
    return false;
  }
  const std::uint8_t* body = block.body.data();
  data = block.body.subspan(size);
  if (block.type == kSimplePacket) {
    fields.wire = number_.u32(body);
    fields.captured = interfaces_.empty() ? 0 : std::min(fields.wire, interfaces_.front().snaplen);
    return true;
  }
  fields.interface_id = block.type == kPacket ? number_.u16(body) : number_.u32(body);
  fields.ticks = std::uint64_t{number_.u32(body + 4)} << 32 | number_.u32(body + 8);
  fields.captured = number_.u32(body + 12);
  fields.wire = number_.u32(body + 16);
  return true;
}

inline ReadStatus PcapngBlocks::read_packet(const Block& block, RawPacket& packet) {
  Fields fields;
  std::span<const std::uint8_t> data;
  if (!read_fields(block, fields, data)) [[unlikely]] {
    return damaged_block(block, too_short(block.type));
  }
  if (fields.interface_id != selected_) [[unlikely]] {
    select(fields.interface_id);
  }
  if (fields.interface_id != selected_ || fields.captured > snaplen_ ||
      fields.captured > data.size()) [[unlikely]] {
    return damaged_packet(block, fields);
  }
  packet.bytes = data.first(fields.captured);
  packet.wire_length = fields.wire;
  packet.link_type = dlt_;
  set_time(fields.ticks, packet);
  input().skip(block.length);
  count_packet();
  return ReadStatus::kPacket;
}

ReadStatus PcapngBlocks::damaged_packet(const Block& block, const Fields& fields) {
  if (fields.interface_id != selected_) {
    return damaged_block(block,
                         "a packet arrived on interface " + std::to_string(fields.interface_id) +
                             ", but there's no Interface Description Block for that interface");
  }
  return damaged_block(block, fields.captured > snaplen_
                                  ? "invalid packet capture length " +
                                        std::to_string(fields.captured) +
                                        ", bigger than snaplen of " + std::to_string(snaplen_)
                                  : too_short(block.type));
}

// Where there is no such interface, none is selected.
void PcapngBlocks::select(std::uint32_t interface_id) {
  selected_ = kNone;
  if (interface_id >= interfaces_.size()) {
    return;
  }
  const Interface& interface = interfaces_[interface_id];
  selected_ = interface_id;
  clock_ = TickClock(interface.resolution, interface.offset_s);
  snaplen_ = interface.snaplen;
  dlt_ = interface.dlt;
}

inline void PcapngBlocks::set_time(std::uint64_t ticks, RawPacket& packet) {
  packet.seconds = clock_.seconds(ticks);
  packet.subsecond_ns = clock_.subsecond_ns(ticks);
  if (__builtin_mul_overflow(packet.seconds, kSecond, &packet.ts_ns) ||
      __builtin_add_overflow(packet.ts_ns, packet.subsecond_ns, &packet.ts_ns)) [[unlikely]] {
    packet.ts_ns = packet.seconds < 0 ? INT64_MIN : INT64_MAX;
    ++clock_out_of_range_;
  }
}

}  // namespace netml
