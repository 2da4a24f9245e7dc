// What hooks ask of a flow table beyond a fixed state: payloads, blobs, ends of flows.

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netml/flow/flow_shards.hpp"

#include "support/flow_packets.hpp"

namespace netml {
namespace {

using testing::ElementsAre;

// Keeps all payload bytes in a blob; a packet of 200 bytes ends the flow.
class KeepingHooks final : public FlowHooks {
 public:
  struct State {
    BlobHandle blob;
    std::uint32_t used = 0;
    bool ends = false;
  };

  std::size_t state_size() const noexcept override { return sizeof(State); }
  void init(const Flow& flow, std::byte* state, const PacketView& packet) const noexcept override {
    update(flow, reinterpret_cast<std::byte*>(new (state) State), packet);
  }
  void update(const Flow&, std::byte* state, const PacketView& packet) const noexcept override {
    auto& kept = *reinterpret_cast<State*>(state);
    kept.ends = packet.size == 200;
    std::byte* bytes = packet.blobs->reserve(kept.blob, kept.used + packet.payload.size());
    if (bytes != nullptr && !packet.payload.empty()) {
      std::memcpy(bytes + kept.used, packet.payload.data(), packet.payload.size());
      kept.used += static_cast<std::uint32_t>(packet.payload.size());
    }
  }
  std::uint64_t series_packets() const noexcept override { return 0; }
  Accounting other_accounting() const noexcept override { return Accounting::kLink; }
  bool needs_payload() const noexcept override { return true; }
  std::span<const std::size_t> blob_offsets() const noexcept override { return offsets_; }
  std::size_t most_blob_growth() const noexcept override { return BlobStore::kLargest; }
  bool can_end_flows() const noexcept override { return true; }
  bool ends_flow(const std::byte* state) const noexcept override {
    return reinterpret_cast<const State*>(state)->ends;
  }

 private:
  std::vector<std::size_t> offsets_ = {0};
};

struct Kept {
  std::string end;
  std::string bytes;
};

// One epoch of `specs`, each with `payload_bytes` of payload: the letter of its number.
std::vector<std::string> run(const std::vector<test::PacketSpec>& specs, const FlowPolicy& policy,
                             std::size_t shards = 1, std::size_t payload_bytes = 2) {
  const KeepingHooks hooks;
  FlowShards tables(policy, hooks, shards);
  Epoch epoch;
  std::vector<std::vector<std::uint32_t>> positions(tables.size());
  for (const test::PacketSpec& spec : specs) {
    PacketRecord record = test::packet(spec);
    const std::size_t index = epoch.records.size();
    record.index = index;
    record.hash = flow_hash(test::kHashKey, record.key);
    positions[tables.shard_of(record)].push_back(static_cast<std::uint32_t>(index));
    epoch.records.push_back(record);
    epoch.clocks.push_back(record.ts_ns);
    epoch.add_payload(
        std::vector<std::uint8_t>(payload_bytes, static_cast<std::uint8_t>('a' + index)));
  }
  ClosedFlows closed;
  if (tables.budget().is_near(epoch.records.size())) {
    tables.apply_in_order(epoch, closed);
  } else {
    for (std::size_t shard = 0; shard < tables.size(); ++shard) {
      tables.apply(shard, epoch, positions[shard], closed);
    }
  }
  for (std::size_t shard = 0; shard < tables.size(); ++shard) {
    tables[shard].finish(closed);
  }
  std::sort(closed.begin(), closed.end(), closing_order);
  std::vector<std::string> flows;
  for (const ClosedFlow& end : closed) {
    FlowTable& table = tables[end.table];
    const auto& state = *reinterpret_cast<const KeepingHooks::State*>(table.state(end.slot));
    const auto* bytes = reinterpret_cast<const char*>(table.blobs()->at(state.blob));
    flows.push_back(
        std::string(to_text(table.flow(end.slot).end_reason)) + " " +
        (payload_bytes < 10 ? std::string(bytes, state.used) : std::to_string(state.used)));
    table.release(end.slot);
  }
  for (std::size_t shard = 0; shard < tables.size(); ++shard) {
    EXPECT_EQ(tables[shard].used_bytes(), 0u);
    EXPECT_EQ(tables[shard].blobs()->used_bytes(), 0u);
  }
  return flows;
}

TEST(FlowTableHooks, EachPacketComesWithItsOwnPayload) {
  for (const std::size_t shards : {1u, 3u}) {
    EXPECT_THAT(
        run({{.at = 0}, {.at = 1, .from = 3}, {.at = 2, .from = 2, .to = 1}}, FlowPolicy{}, shards),
        ElementsAre("end aacc", "end bb"));
  }
}

TEST(FlowTableHooks, HooksEndAFlowWithItsPacket) {
  EXPECT_THAT(run({{.at = 0}, {.at = 1, .size = 200}, {.at = 2}}, FlowPolicy{}),
              ElementsAre("plugin aabb", "end cc"));
  EXPECT_THAT(run({{.at = 0, .size = 200}, {.at = 1}}, FlowPolicy{}),
              ElementsAre("plugin aa", "end bb"));
  FlowPolicy nfstream;
  nfstream.expiry = ExpiryRule::kNfstream;
  EXPECT_THAT(run({{.at = 0, .size = 200}, {.at = 1}}, nfstream),
              ElementsAre("plugin aa", "end bb"));
}

TEST(FlowTableHooks, BlobsCountAgainstTheMemoryLimit) {
  FlowPolicy policy;
  std::vector<test::PacketSpec> specs;
  for (std::uint8_t host = 1; host <= 20; ++host) {
    specs.push_back({.at = double(host), .from = host, .to = 200});
  }
  const auto evicted = [&](std::uint64_t limit, std::size_t shards) {
    policy.memory_limit = limit;
    const std::vector<std::string> flows = run(specs, policy, shards, 4000);
    EXPECT_EQ(flows.size(), specs.size());
    return std::count(flows.begin(), flows.end(), "evicted 4000");
  };
  EXPECT_EQ(evicted(200'000, 1), 0) << "20 flows of 4096 bytes and their records";
  const auto some = evicted(50'000, 1);
  EXPECT_GE(some, 20 - 50'000 / 4096);
  EXPECT_LE(some, 20 - 50'000 / (4096 + 1000));
  EXPECT_EQ(evicted(50'000, 3), some) << "the same for any number of tables";
}

TEST(FlowTableHooks, AFlowWhoseBlobIsMoreThanItsShareEnds) {
  FlowPolicy policy;
  policy.memory_limit = 30'000;
  EXPECT_THAT(run({{.at = 0}, {.at = 1}}, policy, 1, 4000), ElementsAre("evicted 8000"))
      << "8192 bytes are more than a quarter";
}

}  // namespace
}  // namespace netml
