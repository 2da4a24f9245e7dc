#pragma once

#include <optional>
#include <span>
#include <vector>

#include "netml/commands/inputs.hpp"
#include "netml/features/feature_set.hpp"
#include "netml/features/recipe.hpp"
#include "netml/table/row_sink.hpp"

namespace netml {

/// One flow, measured and labelled. A view: valid during the call that hands it over.
struct FlowRow {
  const Flow& flow;
  std::span<const Cell> cells;  ///< one per column of the schema
  std::optional<LabelMatch> label;
};

/// Where measured flows go.
class RowReceiver {
 public:
  virtual ~RowReceiver() = default;

  /// Once, before the first row. `recipe` has every setting resolved.
  virtual void begin(const Schema& columns, const Recipe& recipe) = 0;
  virtual void row(const FlowRow& row) = 0;
  /// Nothing more for now: hand on what is there.
  virtual void idle() {}
  /// True when no more rows are wanted.
  virtual bool is_done() const { return false; }
};

/// Columns of a table that carries labels: those of the flows, then `label` and `label_name`.
Schema with_label_columns(Schema columns);

/// Writes rows into a sink, with their labels where the run has any. A reader that goes away
/// (BrokenPipe) ends the run quietly: is_done().
class LabelledRows : public RowReceiver {
 public:
  explicit LabelledRows(bool has_labels) : has_labels_(has_labels) {}

  void begin(const Schema& columns, const Recipe& recipe) override;
  void row(const FlowRow& row) override;
  void idle() override;
  bool is_done() const override { return is_done_; }
  const Schema& schema() const noexcept { return schema_; }

 protected:
  /// Opens what the rows go to.
  virtual RowSink& open(const Schema& schema, const Recipe& recipe) = 0;

 private:
  bool has_labels_;
  Schema schema_;
  RowSink* sink_ = nullptr;
  std::vector<Cell> cells_;
  bool is_done_ = false;
};

}  // namespace netml
