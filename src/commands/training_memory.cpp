#include "training_memory.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"
#include "netml/table/table_budget.hpp"

#include "fold_rates.hpp"
#include "train_options.hpp"

namespace netml {
namespace {

constexpr const char* kFewer = "choose fewer --columns, or raise the limit";

// What memory depends on; of an algorithm with several of them the first counts.
struct SizeParam {
  std::string_view name;
  const char* advice;
};
constexpr SizeParam kSizeParams[] = {{"max_rows", "lower max_rows"},
                                     {"landmarks", "lower landmarks"},
                                     {"max_samples", "lower max_samples"},
                                     {"members", "name fewer members"},
                                     {"k", "lower k"}};

std::string remedy_of(const ParamSchema& schema) {
  for (const SizeParam& param : kSizeParams) {
    if (std::any_of(schema.begin(), schema.end(),
                    [&](const ParamSpec& spec) { return spec.name == param.name; })) {
      return std::string(param.advice) + " with --param, " + kFewer;
    }
  }
  return kFewer;
}

double bytes_of(std::size_t rows, std::size_t columns) {
  return sizeof(double) * static_cast<double>(rows) * static_cast<double>(columns);
}

// The tables, and the values that the model sees: held from beginning to end.
double held_bytes(const Table& table, const TrainOptions& options, std::size_t columns) {
  const std::uint64_t apart = options.calibrate != nullptr ? table_bytes(*options.calibrate) : 0;
  return static_cast<double>(table_bytes(table) + apart) + bytes_of(table.row_count(), columns);
}

void refuse_above_limit(double bytes, const TrainOptions& options, const std::string& remedy) {
  if (bytes > static_cast<double>(options.memory_limit_bytes)) {
    throw LimitError(options.what + ": training takes about " +
                     number_text(std::ceil(bytes / 1048576)) + " MiB, --memory-limit allows " +
                     std::to_string(options.memory_limit_bytes >> 20) + "; " + remedy);
  }
}

}  // namespace

std::uint64_t table_bytes(const Table& table) {
  const std::vector<ColumnInfo>& columns = table.schema().columns;
  std::uint64_t bytes = 0;
  for (std::size_t column = 0; column < columns.size(); ++column) {
    if (columns[column].type != ColumnType::kText) {
      bytes += sizeof(double) * table.row_count();
      continue;
    }
    for (std::size_t row = 0; row < table.row_count(); ++row) {
      bytes += TableBudget::text_bytes(table.cell(row, column).text.size());
    }
  }
  return bytes;
}

void check_row_memory(const Table& table, const TrainOptions& options, std::size_t columns) {
  refuse_above_limit(held_bytes(table, options, columns), options,
                     std::string("take fewer rows, ") + kFewer);
}

void check_training_memory(const Table& table, const TrainOptions& options, const RowPlan& plan,
                           const Detector& detector, const ModelEntry& entry) {
  const std::size_t columns = detector.columns.size();
  const std::size_t fit_rows = plan.fit.size();
  const std::size_t training_rows = fit_rows + plan.calibration.size();
  const auto ranks = [&](std::size_t rows) {  // the columns in order of size, in the scaler
    return scaling_of(options) == Scaling::kRank ? bytes_of(rows, columns) : 0;
  };
  const auto fitting = [&](std::size_t rows) {  // raw and scaled rows, and what the fit needs
    return 2 * bytes_of(rows, columns) + ranks(rows) +
           detector.model->fit_bytes(rows, columns, *detector.params);
  };
  const double kept =
      ranks(fit_rows) + detector.model->kept_bytes(fit_rows, columns, *detector.params);
  // The rows as they were read, without those that are left out, and scaled.
  const double calibrating =
      options.calibrate == nullptr ? 0 : 3 * bytes_of(options.calibrate->row_count(), columns);
  // The rows again, for the model of single flows beside the whole one.
  const double again = bytes_of(table.row_count(), columns);
  // Beside the model the file, and its arrays or the model that is read back from it.
  const double saving = 2 * kept;
  const double folds = options.report.empty() ? 0
                                              : bytes_of(training_rows, columns) +
                                                    fitting(fold_fit_rows(training_rows));
  const double later = kept + std::max({calibrating, again, saving, folds});
  refuse_above_limit(held_bytes(table, options, columns) + std::max(fitting(fit_rows), later),
                     options, remedy_of(entry.schema));
}

}  // namespace netml
