#pragma once

#include <memory>
#include <optional>
#include <string>

#include "netml/commands/classify.hpp"
#include "netml/core/output_file.hpp"
#include "netml/flow/flow.hpp"
#include "netml/models/detector.hpp"

namespace netml {

/// A flow and what the model says of it.
struct FlowVerdict {
  Flow flow;
  bool has_addresses = true;
  RowScore score;
  std::optional<double> threshold;
};

/// Writes verdicts in one of the formats of `classify`.
class VerdictWriter {
 public:
  virtual ~VerdictWriter() = default;
  virtual void write(const FlowVerdict& verdict) = 0;
};

/// `file` must outlive the writer.
std::unique_ptr<VerdictWriter> make_verdict_writer(const ClassifyCommand& command,
                                                   OutputFile& file);

}  // namespace netml
