#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "netml/pipeline/packet_id.hpp"
#include "netml/table/schema.hpp"

namespace netml {

/// One packet of a flow or device, as traffic models see it.
struct SeriesEntry {
  std::int64_t time_ns = 0;
  PacketDirection direction = PacketDirection::kFrom;
  /// Bytes of the outermost IP packet, its header included, by its own length field: neither the
  /// link layer nor a snaplen changes it.
  std::uint32_t size = 0;
  /// Since the latest packet of the same direction so far; 0 for its first, and for a packet that
  /// is earlier than that.
  std::int64_t iat_ns = 0;
};

/// Picks the packets of one flow or device out of a capture, in capture order.
class PacketSeries {
 public:
  explicit PacketSeries(const PacketId& id) : id_(id) {}

  /// The packet's entry; nothing when it is not of the flow or device.
  std::optional<SeriesEntry> add(const PacketFacts& packet);
  /// Between inputs that are not continuous: inter-arrival times begin anew.
  void start_input() { latest_ns_ = {}; }

  const PacketId& id() const noexcept { return id_; }
  /// Packets that were earlier than the latest of their direction.
  std::uint64_t clock_steps_back() const noexcept { return clock_steps_back_; }

 private:
  PacketId id_;
  std::array<std::optional<std::int64_t>, 2> latest_ns_;  ///< by direction
  std::uint64_t clock_steps_back_ = 0;
};

/// time_ns, direction, size, iat_ns.
const std::vector<ColumnInfo>& series_columns();

/// "from" or "to".
std::string_view to_text(PacketDirection direction) noexcept;

}  // namespace netml
