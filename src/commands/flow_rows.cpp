#include "netml/commands/flow_rows.hpp"

#include "netml/core/output_file.hpp"

namespace netml {

Schema with_label_columns(Schema columns) {
  for (ColumnInfo& column : label_columns()) {
    columns.columns.push_back(std::move(column));
  }
  return columns;
}

void LabelledRows::begin(const Schema& columns, const Recipe& recipe) {
  schema_ = has_labels_ ? with_label_columns(columns) : columns;
  sink_ = &open(schema_, recipe);
  try {
    sink_->begin(schema_);
  } catch (const BrokenPipe&) {
    is_done_ = true;
  }
}

void LabelledRows::row(const FlowRow& row) {
  cells_.assign(row.cells.begin(), row.cells.end());
  if (has_labels_) {
    cells_.push_back(row.label ? Cell::of(static_cast<std::uint64_t>(row.label->value))
                               : Cell::missing());
    cells_.push_back(row.label ? Cell::of(row.label->name) : Cell::missing());
  }
  try {
    sink_->row(cells_);
  } catch (const BrokenPipe&) {
    is_done_ = true;
  }
}

void LabelledRows::idle() {
  try {
    sink_->flush();
  } catch (const BrokenPipe&) {
    is_done_ = true;
  }
}

}  // namespace netml
