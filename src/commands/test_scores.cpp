#include "test_scores.hpp"

#include <algorithm>

#include "netml/core/text_format.hpp"

namespace netml {
namespace {

// A name that a column of ours has is ours.
bool is_ours(const std::string& name) {
  const std::vector<ColumnInfo> ours = test_score_columns();
  return std::any_of(ours.begin(), ours.end(),
                     [&](const ColumnInfo& column) { return column.name == name; });
}

std::vector<std::size_t> identity_columns(const TestedRows& tested) {
  std::vector<std::size_t> identity;
  const Schema& schema = tested.table.schema();
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const ColumnInfo& column = schema.columns[i];
    if (column.is_identity && i != tested.label_column && column.type != ColumnType::kList &&
        !is_ours(column.name)) {
      identity.push_back(i);
    }
  }
  return identity;
}

void append_cell(std::string& line, const Cell& cell) {
  if (!append_numeric(line, cell) && cell.kind == Cell::Kind::kText) {
    append_csv_text(line, cell.text, TextMode::kSafe);
  }
}

}  // namespace

std::vector<ColumnInfo> test_score_columns() {
  return {{"row", ColumnType::kU64, "", "row of the feature table, from 0", "netml", true},
          {"label", ColumnType::kU64, "", "0 normal, 1 abnormal", "netml", true},
          {"score", ColumnType::kF64, "", "greater = more novel", "netml", false},
          {"p_value", ColumnType::kF64, "", "conformal p-value", "netml", false}};
}

void write_test_scores(OutputFile& file, const TestedRows& tested) {
  const std::vector<std::size_t> identity = identity_columns(tested);
  std::string line = "row";
  for (const std::size_t column : identity) {
    line += ',';
    append_csv_text(line, tested.table.schema().columns[column].name, TextMode::kSafe);
  }
  file.write(line + ",label,score,p_value\n");
  for (std::size_t i = 0; i < tested.answers.size(); ++i) {
    const RowScore& answer = tested.answers[i];
    line = std::to_string(tested.rows[i]);
    for (const std::size_t column : identity) {
      line += ',';
      append_cell(line, tested.table.cell(tested.rows[i], column));
    }
    line += ',' + std::to_string(tested.labels[i]) + ',' + number_text(answer.score) + ',';
    if (answer.p_value) {
      append_number(line, *answer.p_value);
    }
    file.write(line + '\n');
  }
}

}  // namespace netml
