// The set `early`: signed sizes and log gaps of a flow's first packets.

#include <cmath>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

#include "column_block.hpp"

namespace netml {
namespace {

constexpr std::uint64_t kDefaultPackets = 10, kMostPackets = 10'000;

class EarlyBlock final : public ColumnBlock {
 public:
  EarlyBlock(std::uint64_t packets, Accounting accounting) : packets_(packets) {
    series_packets = packets;
    if (accounting != Accounting::kIp) {
      other_accounting = Accounting::kIp;
    }
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
    for (std::size_t i = 0; i < packets_; ++i) {
      cells[i] = Cell::of(i < series.size() ? signed_size(series[i]) : std::int64_t{0});
    }
    for (std::size_t i = 1; i < packets_; ++i) {
      const double gap =
          i < series.size()
              ? log_gap(context.ns(time_difference(series[i].ts_ns, series[i - 1].ts_ns)))
              : 0.0;
      cells[packets_ + i - 1] = Cell::of(gap);
    }
  }

 private:
  std::int64_t signed_size(const SeriesPacket& packet) const noexcept {
    const std::int64_t size = other_accounting ? packet.other_size : packet.size;
    return packet.direction == 0 ? size : -size;
  }
  static double log_gap(std::int64_t gap_ns) {
    return std::log1p(static_cast<double>(gap_ns) / 1000.0);
  }

  std::size_t packets_;
};

}  // namespace

std::unique_ptr<ColumnBlock> make_early_block(const SetRequest& request, const Recipe& recipe) {
  std::uint64_t packets = kDefaultPackets;
  if (!request.arguments.empty()) {
    const auto given = parse_u64(request.arguments[0]);
    if (!given || *given < 1 || *given > kMostPackets) {
      throw UsageError("feature set 'early:" + printable(request.arguments[0]) +
                       "': the number of packets is from 1 to 10000");
    }
    packets = *given;
  }
  return std::make_unique<EarlyBlock>(packets, recipe.policy.accounting);
}

}  // namespace netml
