#pragma once

#include <memory>
#include <string>
#include <vector>

#include "netml/commands/inputs.hpp"
#include "netml/features/feature_set.hpp"
#include "netml/pipeline/extractor.hpp"
#include "netml/table/row_sink.hpp"

namespace netml {

enum class Unlabelled { kKeep, kDrop };

/// Turns flows into rows: the columns of a feature set, then the label where there are labels.
class FlowRows final : public FlowConsumer {
 public:
  /// Everything must outlive the consumer. `labeler` may be null.
  FlowRows(FeatureSet& features, RowSink& sink, Labeler* labeler, Unlabelled unlabelled = Unlabelled::kKeep);

  const Schema& schema() const noexcept { return schema_; }

  void begin_input(std::size_t input, std::int64_t first_packet_ns) override;
  void flow(const FlowView& flow) override;
  void idle() override;
  bool is_done() const override { return is_done_; }

 private:
  FeatureSet& features_;
  RowSink& sink_;
  Labeler* labeler_;
  Unlabelled unlabelled_;
  Schema schema_;
  std::vector<Cell> row_;
  bool is_done_ = false;
};

}  // namespace netml
