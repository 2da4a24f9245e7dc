#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netml/decode/packet.hpp"

namespace netml {

/// A run of packets as the reader hands it to the flow tables. Where epochs are cut never shows in
/// any output.
struct Epoch {
  std::vector<PacketRecord> records;  ///< in arrival order, `index` ascending
  std::vector<std::int64_t> clocks;   ///< the capture clock at each record: largest time so far
  std::vector<std::uint8_t> arena;    ///< captured payloads, when a column asks for them
  std::vector<std::uint32_t> payload_begins;  ///< into the arena, one per record, when it is used
  bool clock_was_set_back = false;  ///< just before the first record; clocks[0] is the new clock

  bool empty() const noexcept { return records.empty(); }
  /// Adds the payload of the last record. For every record, or for none.
  void add_payload(std::span<const std::uint8_t> bytes) {
    payload_begins.push_back(static_cast<std::uint32_t>(arena.size()));
    arena.insert(arena.end(), bytes.begin(), bytes.end());
  }
  std::int64_t clock() const noexcept { return clocks.back(); }
  void clear() noexcept {
    records.clear();
    clocks.clear();
    arena.clear();
    payload_begins.clear();
    clock_was_set_back = false;
  }
};

/// The capture clock: the largest packet time so far. When 1000 packets in a row are each more than
/// one hour earlier, it is set back to the latest of those, so that one packet dated 2106 ends the
/// open flows once and no more.
class CaptureClock {
 public:
  /// Moves the clock by one packet. True when it was set back.
  bool advance(std::int64_t ts_ns) noexcept;
  std::int64_t now() const noexcept { return now_; }

 private:
  static constexpr int kPacketsToSetBack = 1000;
  static constexpr std::int64_t kHourNs = 3'600'000'000'000;

  std::int64_t now_ = INT64_MIN;
  std::int64_t latest_early_ = INT64_MIN;
  int early_in_a_row_ = 0;
};

}  // namespace netml
