#pragma once

#include <string>
#include <vector>

#include "netml/decode/nfstream_decoder.hpp"
#include "netml/decode/packet_decoder.hpp"
#include "netml/decode/payload.hpp"
#include "netml/features/feature_set.hpp"
#include "netml/flow/epoch.hpp"
#include "netml/flow/flow_table.hpp"
#include "netml/table/table.hpp"

#include "support/flow_packets.hpp"
#include "support/frames.hpp"

// Ethernet frames straight to the rows of a feature set, with their payloads.
namespace netml::test {

struct TimedFrame {
  Bytes bytes;
  std::int64_t at_ms = 0;
  std::size_t wire_length = 0;  ///< 0: all of it was captured
};

inline Recipe nfstream_recipe(const std::vector<std::string>& sets) {
  Recipe recipe;
  recipe.sets = sets;
  recipe.preset = Preset::kNfstream;
  recipe.policy.expiry = ExpiryRule::kNfstream;
  return recipe;
}

inline Epoch epoch_of(const std::vector<TimedFrame>& frames, const Recipe& recipe) {
  PacketDecoder decoder(DecodeOptions{});
  Epoch epoch;
  CaptureClock clock;
  for (const TimedFrame& frame : frames) {
    RawPacket packet = raw(frame.bytes, 1, frame.wire_length);
    packet.ts_ns = frame.at_ms * 1'000'000;
    packet.seconds = frame.at_ms / 1000;
    packet.subsecond_ns = frame.at_ms % 1000 * 1'000'000;
    PacketRecord record;
    const DecodeStatus status = recipe.preset == Preset::kNfstream
                                    ? decode_nfstream(packet, true, record)
                                    : decoder.decode(packet, record);
    if (status != DecodeStatus::kOk) {
      continue;
    }
    record.index = epoch.records.size();
    record.hash = flow_hash(kHashKey, record.key);
    clock.advance(record.ts_ns);
    epoch.records.push_back(record);
    epoch.clocks.push_back(clock.now());
    epoch.add_payload(captured_payload(packet, record));
  }
  return epoch;
}

/// One row per flow, in closing order.
inline Table frame_rows(const std::vector<TimedFrame>& frames, const Recipe& recipe) {
  FeatureSet features(recipe);
  FlowTable flows(recipe.policy, features);
  Table table(features.schema());
  ClosedFlows closed;
  flows.apply(epoch_of(frames, recipe), closed);
  flows.finish(closed);
  std::vector<Cell> row(features.schema().size());
  for (const ClosedFlow& end : closed) {
    features.read({.flow = flows.flow(end.slot),
                   .state = flows.state(end.slot),
                   .series = {},
                   .id = table.row_count(),
                   .blobs = flows.blobs()},
                  row);
    table.append(row);
    flows.release(end.slot);
  }
  EXPECT_EQ(flows.used_bytes(), 0u) << "all that was kept is given back";
  return table;
}

/// The text of a row's column, "-" where it is missing.
inline std::string text_of(const Table& table, const std::string& column, std::size_t row = 0) {
  const Cell cell = table.cell(row, table.schema().find(column).value());
  return cell.kind == Cell::Kind::kMissing ? "-" : std::string(cell.text);
}

}  // namespace netml::test
