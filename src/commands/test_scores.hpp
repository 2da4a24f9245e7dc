#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "netml/core/output_file.hpp"
#include "netml/models/detector.hpp"
#include "netml/table/table.hpp"

namespace netml {

/// The held-out rows of a table with the answers of the model.
struct TestedRows {
  const Table& table;
  std::optional<std::size_t> label_column;
  const std::vector<std::size_t>& rows;  ///< by number
  const std::vector<RowScore>& answers;  ///< one for each of them
  const std::vector<int>& labels;        ///< likewise
};

/// The columns of the scores, but for the identity of the table behind the first.
std::vector<ColumnInfo> test_score_columns();

/// Writes them as CSV: row, the identity columns, label, score, p_value. Throws OutputError. The
/// file is still to be committed.
void write_test_scores(OutputFile& file, const TestedRows& tested);

}  // namespace netml
