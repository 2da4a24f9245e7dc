#include "netml/commands/flow_rows.hpp"

#include <algorithm>

#include "netml/core/output_file.hpp"
#include "netml/features/registry.hpp"

namespace netml {

Schema with_label_columns(Schema columns) {
  for (ColumnInfo& column : label_columns()) {
    columns.columns.push_back(std::move(column));
  }
  return columns;
}

bool is_label_column(const std::string& name) {
  const std::vector<ColumnInfo> labels = label_columns();
  return std::any_of(labels.begin(), labels.end(),
                     [&](const ColumnInfo& label) { return label.name == name; });
}

// A reader that goes away ends the run, not with an error.
template <typename Write>
void LabelledRows::guarded(Write write) {
  try {
    write();
  } catch (const BrokenPipe&) {
    is_done_ = true;
  }
}

void LabelledRows::begin(const Schema& columns, const Recipe& recipe) {
  const bool has_own = has_own_label(recipe.sets);
  own_label_ = has_own && has_labels_ ? columns.find(kOwnLabelColumn) : std::nullopt;
  adds_labels_ = has_labels_ && !has_own;
  schema_ = adds_labels_ ? with_label_columns(columns) : columns;
  choose_columns();
  sink_ = &open(schema_, recipe);
  guarded([&] { sink_->begin(schema_); });
}

void LabelledRows::choose_columns() {
  if (!adds_labels_ || chosen_.empty()) {
    return;
  }
  Schema schema;
  for (const std::string& name : chosen_) {
    places_.push_back(*schema_.find(name));
    schema.columns.push_back(schema_.columns[places_.back()]);
  }
  schema_ = std::move(schema);
}

void LabelledRows::add_labels(const std::optional<LabelMatch>& label) {
  cells_.push_back(label ? Cell::of(static_cast<std::uint64_t>(label->value)) : Cell::missing());
  cells_.push_back(label ? Cell::of(label->name) : Cell::missing());
}

void LabelledRows::row(const FlowRow& row) {
  cells_.assign(row.cells.begin(), row.cells.end());
  if (own_label_ && row.label) {
    cells_[*own_label_] = Cell::of(row.label->name);
  }
  if (adds_labels_) {
    add_labels(row.label);
  }
  if (places_.empty()) {
    guarded([&] { sink_->row(cells_); });
    return;
  }
  chosen_cells_.clear();
  for (const std::size_t place : places_) {
    chosen_cells_.push_back(cells_[place]);
  }
  guarded([&] { sink_->row(chosen_cells_); });
}

std::unique_ptr<RowFormat> LabelledRows::row_format() const {
  return has_labels_ ? nullptr : sink_->row_format();
}

void LabelledRows::lines(std::string_view text) {
  guarded([&] { sink_->lines(text); });
}

void LabelledRows::idle() {
  guarded([&] { sink_->flush(); });
}

}  // namespace netml
