// The set `early`: signed sizes and log gaps of a flow's first packets.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

#include "column_block.hpp"
#include "log_columns.hpp"

namespace netml {
namespace {

constexpr std::uint64_t kDefaultPackets = 10, kMostPackets = 1024;

// IP lengths, whatever --accounting says; times are in the flow's series.
template <std::size_t kRoom>
struct EarlyState {
  std::uint32_t count;
  std::int32_t sizes[kRoom];  // negative: backward

  void init(const Flow&, const PacketView& packet) noexcept {
    count = 0;
    add(packet);
  }
  void update(const Flow&, const PacketView& packet) noexcept {
    if (count < kRoom) {
      add(packet);
    }
  }

 private:
  void add(const PacketView& packet) noexcept {
    const auto size =
        static_cast<std::int32_t>(std::min<std::uint32_t>(packet.record.ip_length, INT32_MAX));
    sizes[count++] = packet.direction == Direction::kForward ? size : -size;
  }
};

template <std::size_t kRoom>
std::span<const std::int32_t> sizes_of(const ReadContext& context) noexcept {
  const auto& state = context.state_as<EarlyState<kRoom>>();
  return {state.sizes, state.count};
}

class EarlyBlock final : public ColumnBlock {
 public:
  explicit EarlyBlock(std::uint64_t packets) : packets_(packets) {
    series_packets = packets;
    choose_room<16, 128, kMostPackets>();
    for (std::uint64_t i = 1; i <= packets; ++i) {
      columns.push_back(
          {"early_size_" + std::to_string(i), ColumnType::kI64, "bytes",
           "IP length of packet " + std::to_string(i) + ", negative when it is backward; 0 without",
           "netml", false});
    }
    for (std::uint64_t i = 1; i < packets; ++i) {
      columns.push_back({"early_log_gap_" + std::to_string(i), ColumnType::kF64, "",
                         "ln(1 + µs) from packet " + std::to_string(i) + " to the next; 0 without",
                         "netml", false});
    }
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    const std::span<const SeriesPacket> series = context.view.series;
    const std::span<const std::int32_t> sizes = sizes_(context);
    for (std::size_t i = 0; i < packets_; ++i) {
      cells[i] = Cell::of(i < sizes.size() ? std::int64_t{sizes[i]} : std::int64_t{0});
    }
    for (std::size_t i = 1; i < packets_; ++i) {
      const double gap =
          i < series.size()
              ? log_gap_us(context.ns(time_difference(series[i].ts_ns, series[i - 1].ts_ns)))
              : 0.0;
      cells[packets_ + i - 1] = Cell::of(gap);
    }
  }

 private:
  // The smallest that is enough: it is part of every open flow.
  template <std::size_t kRoom, std::size_t... kMore>
  void choose_room() {
    if constexpr (sizeof...(kMore) != 0) {
      if (packets_ > kRoom) {
        return choose_room<kMore...>();
      }
    }
    accumulator = accumulator_of<EarlyState<kRoom>>();
    sizes_ = sizes_of<kRoom>;
  }

  std::size_t packets_;
  std::span<const std::int32_t> (*sizes_)(const ReadContext&) noexcept = nullptr;
};

}  // namespace

std::unique_ptr<ColumnBlock> make_early_block(const SetRequest& request, const Recipe&) {
  std::uint64_t packets = kDefaultPackets;
  if (!request.arguments.empty()) {
    const auto given = parse_u64(request.arguments[0]);
    if (!given || *given < 1 || *given > kMostPackets) {
      throw UsageError("feature set 'early:" + printable(request.arguments[0]) +
                       "': the number of packets is from 1 to 1024");
    }
    packets = *given;
  }
  return std::make_unique<EarlyBlock>(packets);
}

}  // namespace netml
