// The sets netflowmeter and netflowmeter-all: NetFlowMeter's columns with correct values.
//
// The 114 come from exact sums that every packet is added to; of the others many need all values of
// a flow, so that netflowmeter-all keeps a record of each packet.

#include <utility>

#include "meter_column.hpp"
#include "meter_identity.hpp"
#include "netflowmeter_columns.hpp"
#include "netflowmeter_later.hpp"

namespace netml {
namespace {

constexpr std::int64_t kThresholdNs = 100'000'000'000;  // NetFlowMeter's, between active and idle

ColumnInfo identity(const char* name, ColumnType type, const char* definition) {
  return {name, type, "", definition, kMeterSource, true};
}

// The columns of the 114, and the identity before them.
class NetflowmeterBlock : public ColumnBlock {
 public:
  explicit NetflowmeterBlock(const Accumulator& sums) {
    accumulator = sums;
    has_identity = true;
    columns = {
        identity("flow_id", ColumnType::kText,
                 "source, its port, destination, its port, protocol and timestamp, joined by _"),
        identity("timestamp", ColumnType::kText,
                 "time of the first packet, UTC, microseconds rounded down"),
        identity("src_ip", ColumnType::kText, "address of the sender of the flow's first packet"),
        identity("src_port", ColumnType::kU64, "port of the sender; 0 for protocols without ports"),
        identity("dst_ip", ColumnType::kText, "address of the receiver of the flow's first packet"),
        identity("dst_port", ColumnType::kU64,
                 "port of the receiver; 0 for protocols without ports"),
        identity("protocol", ColumnType::kText, "TCP, UDP, or the IANA protocol number"),
    };
    for (const MeterColumn& column : netflowmeter_columns()) {
      columns.push_back(column.info);
    }
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    CellWriter out(cells);
    put_all(context, out);
  }
  bool writes_csv() const noexcept override { return true; }
  void write_csv(const ReadContext& context, CsvCells& out) override { put_all(context, out); }

 protected:
  const Measures& measures() const noexcept { return measures_; }

  template <typename Out>
  void put_all(const ReadContext& context, Out& out) {
    const Flow& flow = context.flow();
    identity_.set(flow, context.ns(flow.first_ns()));
    out.put_plain(identity_.flow_id());
    out.put_plain(identity_.timestamp());
    out.put_plain(identity_.source());
    out.put(flow.source_port());
    out.put_plain(identity_.destination());
    out.put(flow.destination_port());
    out.put_plain(identity_.protocol());
    measure(flow, context.state_as<MeterSums>(), measures_);
    for (const MeterColumn& column : netflowmeter_columns()) {
      column.value(measures_).put(out);
    }
  }

 private:
  MeterIdentity identity_;
  Measures measures_{};
};

class NetflowmeterAllBlock final : public NetflowmeterBlock {
 public:
  using Handshake = const MeterHandshake& (*)(const std::byte* state);

  NetflowmeterAllBlock(const Accumulator& sums, const PacketRecorder& packets, Handshake handshake)
      : NetflowmeterBlock(sums), first_later_(columns.size()), handshake_(handshake) {
    recorder = packets;
    for (const LaterColumn& column : later_columns()) {
      columns.push_back(column.info);
    }
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    NetflowmeterBlock::read(context, cells);
    lists_.fill(MeterPackets(context), context.state_as<MeterSums>().threshold_ns);
    const LaterRow row = {measures(), lists_, handshake_(context.state)};
    for (std::size_t i = 0; i < later_columns().size(); ++i) {
      cells[first_later_ + i] = later_columns()[i].value(row);
    }
  }
  bool writes_csv() const noexcept override { return false; }

 private:
  std::size_t first_later_;
  Handshake handshake_;
  LaterMeasures lists_;
};

std::int64_t threshold_ns(const Recipe& recipe) {
  return recipe.active_idle_threshold_ns.value_or(kThresholdNs);
}

template <MeterClock kClock>
std::unique_ptr<ColumnBlock> make_block_of(const Recipe& recipe) {
  return std::make_unique<NetflowmeterBlock>(
      accumulator_of<MeterState<kClock>>(threshold_ns(recipe)));
}

template <MeterClock kClock>
std::unique_ptr<ColumnBlock> make_all_block_of(const Recipe& recipe) {
  return std::make_unique<NetflowmeterAllBlock>(
      accumulator_of<LaterState<kClock>>(threshold_ns(recipe)),
      recorder_of<RecordedPacket<kClock>>(), [](const std::byte* state) -> const MeterHandshake& {
        return reinterpret_cast<const LaterState<kClock>*>(state)->handshake;
      });
}

}  // namespace

std::unique_ptr<ColumnBlock> make_netflowmeter_block(const SetRequest&, const Recipe& recipe) {
  switch (meter_clock(recipe)) {
    case MeterClock::kArrival:
      return make_block_of<MeterClock::kArrival>(recipe);
    case MeterClock::kMilliseconds:
      return make_block_of<MeterClock::kMilliseconds>(recipe);
    case MeterClock::kMonotone:
      break;
  }
  return make_block_of<MeterClock::kMonotone>(recipe);
}

std::unique_ptr<ColumnBlock> make_netflowmeter_all_block(const SetRequest&, const Recipe& recipe) {
  switch (meter_clock(recipe)) {
    case MeterClock::kArrival:
      return make_all_block_of<MeterClock::kArrival>(recipe);
    case MeterClock::kMilliseconds:
      return make_all_block_of<MeterClock::kMilliseconds>(recipe);
    case MeterClock::kMonotone:
      break;
  }
  return make_all_block_of<MeterClock::kMonotone>(recipe);
}

}  // namespace netml
