#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "block_reader.hpp"
#include "file_numbers.hpp"
#include "tick_clock.hpp"

namespace netml {

/// Reads pcapng: draft-ietf-opsawg-pcapng, and what libpcap 1.10 makes of files that stray from it.
///
/// Unlike libpcap, it reads interfaces that differ in link type or snaplen, and sections in the
/// other byte order: each packet has the link type of its own interface, `link_type()` is that of
/// the first interface. A section may have 2^20 interfaces.
class PcapngBlocks final : public BlockReader {
 public:
  /// Whether a file that begins with these twelve bytes is for this reader.
  static bool knows(const std::uint8_t* first) noexcept;

  /// Reads up to the first interface. Requires: knows() of the bytes at the reading position.
  /// Throws InputError: version unknown, or damage before the first interface.
  explicit PcapngBlocks(std::unique_ptr<BlockInput> input);

  ReadStatus next(RawPacket& packet) override;
  std::uint64_t clock_out_of_range() const noexcept override { return clock_out_of_range_; }

 private:
  /// A block whose lengths are sound; it lies at the reading position.
  struct Block {
    std::uint32_t type = 0;
    std::uint32_t length = 0;
    std::span<const std::uint8_t> body;
  };
  /// As few bytes as will do: there may be many.
  struct Interface {
    std::int64_t offset_s = 0;
    std::uint32_t snaplen = 0;
    std::uint16_t dlt = 0;
    std::uint8_t resolution = 6;
  };
  /// A packet block's fields.
  struct Fields {
    std::uint32_t interface_id = 0;
    std::uint64_t ticks = 0;
    std::uint32_t captured = 0;
    std::uint32_t wire = 0;
  };

  void read_first_section();
  void find_first_interface();
  ReadStatus read_block(Block& block);
  [[gnu::noinline]] ReadStatus read_any_block(Block& block);
  bool turns_byte_order(const std::uint8_t* block) const noexcept;
  ReadStatus read_packet(const Block& block, RawPacket& packet);
  bool read_fields(const Block& block, Fields& fields, std::span<const std::uint8_t>& data) const;
  void select(std::uint32_t interface_id);
  void set_time(std::uint64_t ticks, RawPacket& packet);
  // Empty, or what is wrong.
  std::string begin_section(const Block& block);
  std::string add_interface(const Block& block);
  std::string read_options(std::span<const std::uint8_t> options, Interface& interface) const;
  ReadStatus damaged_block(const Block& block, std::string reason);
  [[gnu::noinline]] ReadStatus damaged_packet(const Block& block, const Fields& fields);

  FileNumbers number_{false};
  std::uint32_t largest_block_;
  std::vector<Interface> interfaces_;
  // The interface of the last packet, worked out.
  static constexpr std::uint64_t kNone = std::uint64_t{1} << 32;  // no interface has this number
  std::uint64_t selected_ = kNone;
  TickClock clock_;
  std::uint32_t snaplen_ = 0;
  int dlt_ = 0;
  std::uint64_t clock_out_of_range_ = 0;
};

}  // namespace netml
