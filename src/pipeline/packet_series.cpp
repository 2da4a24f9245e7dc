#include "netml/pipeline/packet_series.hpp"

namespace netml {
namespace {

// Requires: later >= earlier. Saturated.
std::int64_t gap_ns(std::int64_t later, std::int64_t earlier) {
  std::int64_t gap = 0;
  return __builtin_sub_overflow(later, earlier, &gap) ? INT64_MAX : gap;
}

}  // namespace

std::optional<SeriesEntry> PacketSeries::add(const PacketFacts& packet) {
  const std::optional<PacketDirection> direction = id_.direction_of(packet);
  if (!direction) {
    return std::nullopt;
  }
  SeriesEntry entry{packet.ts_ns, *direction, packet.outer_ip_length, 0};
  std::optional<std::int64_t>& latest = latest_ns_[static_cast<std::size_t>(*direction)];
  if (latest && packet.ts_ns < *latest) {
    ++clock_steps_back_;
    return entry;
  }
  entry.iat_ns = latest ? gap_ns(packet.ts_ns, *latest) : 0;
  latest = packet.ts_ns;
  return entry;
}

const std::vector<ColumnInfo>& series_columns() {
  constexpr const char* kSource = "netml";
  static const std::vector<ColumnInfo> kColumns = {
      {"time_ns", ColumnType::kI64, "ns", "when it was captured, since 1970", kSource, true},
      {"direction", ColumnType::kText, "", "from or to the one whose packets they are", kSource,
       true},
      {"size", ColumnType::kU64, "bytes", "of the outermost IP packet, its header included",
       kSource},
      {"iat_ns", ColumnType::kI64, "ns", "since the previous packet of the same direction, else 0",
       kSource}};
  return kColumns;
}

std::string_view to_text(PacketDirection direction) noexcept {
  return direction == PacketDirection::kFrom ? "from" : "to";
}

}  // namespace netml
