#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
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
  /// Before the first row of capture number `input`, in reading order.
  virtual void begin_input(std::size_t input) { static_cast<void>(input); }
  virtual void row(const FlowRow& row) = 0;
  /// A flow that is still open, after ExtractionOptions::early_packets: one number per column of
  /// the schema, NaN where there is none.
  virtual void early(const Flow& flow, std::span<const double> values) {
    static_cast<void>(flow);
    static_cast<void>(values);
  }
  /// What rows without labels can be formatted with apart from their writing, one per thread; null:
  /// row() does it all. After begin().
  virtual std::unique_ptr<RowFormat> row_format() const { return nullptr; }
  /// Instead of row(): what row_format() made.
  virtual void lines(std::string_view text) { static_cast<void>(text); }
  /// Nothing more for now: hand on what is there.
  virtual void idle() {}
  /// True when no more rows are wanted.
  virtual bool is_done() const { return false; }
};

/// True for `label` and `label_name`.
bool is_label_column(const std::string& name);

/// Columns of a table that carries labels: those of the flows, then `label` and `label_name`.
Schema with_label_columns(Schema columns);

/// Writes rows into a sink, with their labels where the run has any: in columns behind the others,
/// or in the set's own (kOwnLabelColumn). A reader that goes away (BrokenPipe) ends the run
/// quietly: is_done().
class LabelledRows : public RowReceiver {
 public:
  /// `chosen`: names and order of the columns when label columns are among those that were asked
  /// for; empty: all, labels last.
  explicit LabelledRows(bool has_labels, std::vector<std::string> chosen = {})
      : has_labels_(has_labels), chosen_(std::move(chosen)) {}

  void begin(const Schema& columns, const Recipe& recipe) override;
  void row(const FlowRow& row) override;
  std::unique_ptr<RowFormat> row_format() const override;
  void lines(std::string_view text) override;
  void idle() override;
  bool is_done() const override { return is_done_; }
  const Schema& schema() const noexcept { return schema_; }

 protected:
  /// Opens what the rows go to.
  virtual RowSink& open(const Schema& schema, const Recipe& recipe) = 0;

 private:
  void choose_columns();
  void add_labels(const std::optional<LabelMatch>& label);

  bool has_labels_;
  std::vector<std::string> chosen_;
  std::vector<std::size_t> places_;       ///< of the chosen columns among all
  bool adds_labels_ = false;              ///< as columns of their own
  std::optional<std::size_t> own_label_;  ///< of a set that has a column for them
  Schema schema_;
  template <typename Write>
  void guarded(Write write);

  RowSink* sink_ = nullptr;
  std::vector<Cell> cells_;
  std::vector<Cell> chosen_cells_;
  bool is_done_ = false;
};

}  // namespace netml
