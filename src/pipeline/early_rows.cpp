#include "early_rows.hpp"

#include <algorithm>

namespace netml {

EarlyRows::EarlyRows(const Recipe& recipe, const EarlyOptions& options)
    : features_(recipe),
      packets_(options.packets),
      is_in_ms_(recipe.policy.expiry == ExpiryRule::kNfstream),
      cells_(features_.schema().size()) {
  if (features_.context()) {
    context_.emplace(*features_.context(), recipe.context_limit, options.memory_limit);
  }
}

void EarlyRows::begin(const Epoch& epoch, std::vector<EarlyRow>& rows) {
  rows_ = &rows;
  if (epoch.clock_was_set_back) {
    end_input();
  }
}

void EarlyRows::packet(const FlowTable& table, std::uint32_t slot) {
  const Flow& flow = table.flow(slot);
  if (context_) {
    context_->packet(slot, context_flow(flow, is_in_ms_));
  }
  if (flow.packets() == packets_) {
    measure(table, slot);
  }
}

void EarlyRows::measure(const FlowTable& table, std::uint32_t slot) {
  const Flow& flow = table.flow(slot);
  table.read_series(slot, series_);
  table.read_records(slot, records_);
  const ContextValues around = context_ ? context_->values() : ContextValues{};
  features_.read(
      {flow, table.state(slot), series_, 0, context_ ? &around : nullptr, records_, table.blobs()},
      cells_);
  EarlyRow& row = rows_->emplace_back();
  row.index = flow.last_index;
  row.flow = flow;
  row.values.resize(cells_.size());
  std::transform(cells_.begin(), cells_.end(), row.values.begin(),
                 [](const Cell& cell) { return cell.number(); });
  series_.clear();
  records_.clear();
}

void EarlyRows::end_input() {
  if (context_) {
    context_->clear();
  }
}

}  // namespace netml
