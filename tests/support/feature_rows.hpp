#pragma once

#include <string>
#include <vector>

#include "netml/features/feature_set.hpp"
#include "netml/flow/epoch.hpp"
#include "netml/flow/flow_table.hpp"
#include "netml/table/table.hpp"

#include "support/flow_packets.hpp"

// Packets straight to the rows of a feature set, without captures and pipeline.
namespace netml::test {

inline Recipe recipe_of(const std::vector<std::string>& sets) {
  Recipe recipe;
  recipe.sets = sets;
  return recipe;
}

/// One row per flow, in closing order.
inline Table feature_rows(std::vector<PacketRecord> packets, const Recipe& recipe) {
  FeatureSet features(recipe);
  FlowTable flows(recipe.policy, features);
  Table table(features.schema());
  Epoch epoch;
  CaptureClock clock;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    packets[i].index = i;
    packets[i].hash = flow_hash(kHashKey, packets[i].key);
    clock.advance(packets[i].ts_ns);
    epoch.records.push_back(packets[i]);
    epoch.clocks.push_back(clock.now());
  }
  ClosedFlows closed;
  flows.apply(epoch, closed);
  flows.finish(closed);
  std::vector<Cell> row(features.schema().size());
  PageList<SeriesPacket> series;
  PageList<std::byte> records;
  for (const ClosedFlow& end : closed) {
    series.clear();
    flows.read_series(end.slot, series);
    records.clear();
    flows.read_records(end.slot, records);
    features.read(
        {flows.flow(end.slot), flows.state(end.slot), series, table.row_count(), nullptr, records},
        row);
    table.append(row);
    flows.release(end.slot);
  }
  return table;
}

inline Table feature_rows(const std::vector<PacketSpec>& specs, const Recipe& recipe) {
  std::vector<PacketRecord> packets;
  for (const PacketSpec& spec : specs) {
    packets.push_back(packet(spec));
  }
  return feature_rows(std::move(packets), recipe);
}

/// The number in a row's column; a column that is not there gives NaN.
inline double number(const Table& table, const std::string& column, std::size_t row = 0) {
  const auto place = table.schema().find(column);
  return place ? table.number(row, *place) : Cell::missing().number();
}

}  // namespace netml::test
