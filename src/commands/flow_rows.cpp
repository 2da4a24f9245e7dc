#include "netml/commands/flow_rows.hpp"

#include "netml/core/output_file.hpp"

namespace netml {

FlowRows::FlowRows(FeatureSet& features, RowSink& sink, Labeler* labeler, Unlabelled unlabelled)
    : features_(features), sink_(sink), labeler_(labeler), unlabelled_(unlabelled), schema_(features.schema()) {
  if (labeler_ != nullptr) {
    for (ColumnInfo& column : label_columns()) {
      schema_.columns.push_back(std::move(column));
    }
  }
  row_.resize(schema_.size());
}

void FlowRows::begin_input(std::size_t input, std::int64_t first_packet_ns) {
  if (labeler_ != nullptr) {
    labeler_->begin_input(input, first_packet_ns);
  }
}

void FlowRows::flow(const FlowView& flow) {
  std::span<Cell> row(row_);
  if (labeler_ != nullptr) {
    const std::optional<LabelMatch> label = labeler_->find(flow.flow);
    if (!label && unlabelled_ == Unlabelled::kDrop) {
      return;
    }
    const std::size_t place = features_.schema().size();
    row[place] = label ? Cell::of(static_cast<std::uint64_t>(label->value)) : Cell::missing();
    row[place + 1] = label ? Cell::of(label->name) : Cell::missing();
  }
  features_.read(flow, row.first(features_.schema().size()));
  try {
    sink_.row(row);
  } catch (const BrokenPipe&) {
    is_done_ = true;
  }
}

void FlowRows::idle() {
  try {
    sink_.flush();
  } catch (const BrokenPipe&) {
    is_done_ = true;
  }
}

}  // namespace netml
