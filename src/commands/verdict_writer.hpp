#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "netml/commands/classify.hpp"
#include "netml/core/output_file.hpp"
#include "netml/flow/flow.hpp"
#include "netml/models/detector.hpp"
#include "netml/table/table.hpp"

namespace netml {

/// When a verdict is given: of a flow's first packets (--early), or of all there is.
enum class VerdictTime { kEarly, kFinal };

/// The columns of verdicts on flows (`has_stage`: of those of --early), and what stands before the
/// identity of a row where rows of a table are judged.
std::vector<ColumnInfo> verdict_columns(bool has_stage);
ColumnInfo row_column();

/// Who a verdict is about: a flow, or, with --table, a row.
struct VerdictSubject {
  Flow flow;
  bool has_addresses = true;  ///< the netml preset has one flow without
  std::size_t row = 0;        ///< of the table, from 0
  VerdictTime time = VerdictTime::kFinal;
  std::optional<int> label;  ///< 0 or 1
  std::string label_name;
};

/// A subject and what the model says of it.
struct SubjectVerdict {
  const VerdictSubject& subject;
  const RowScore& score;
  std::optional<double> threshold;
  std::vector<std::string> reasons;  ///< of an alert, the strongest first
  std::string like;                  ///< the nearest normal flow; may be empty
};

/// Writes verdicts in one of the formats of `classify`.
class VerdictWriter {
 public:
  virtual ~VerdictWriter() = default;
  virtual void write(const SubjectVerdict& verdict) = 0;
};

/// Of flows. `command` and `file` must outlive the writer.
std::unique_ptr<VerdictWriter> make_verdict_writer(const ClassifyCommand& command,
                                                   OutputFile& file);
/// Of the rows of a table: `row` (from 1) and the table's identity columns in place of the flow.
/// All must outlive the writer.
std::unique_ptr<VerdictWriter> make_row_verdict_writer(const ClassifyCommand& command,
                                                       OutputFile& file, const Table& table);

}  // namespace netml
