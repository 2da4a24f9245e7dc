#include "training_rows.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "netml/core/error.hpp"
#include "netml/core/rng.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"
#include "netml/dataset/labels.hpp"
#include "netml/dataset/split.hpp"
#include "netml/table/csv_read.hpp"

namespace netml {
namespace {

constexpr std::size_t kFewestToCalibrate = 10;
constexpr std::size_t kCalibrationShare = 5;  // one row of so many

// Streams of the run's seed; the model has those of its own.
constexpr std::uint64_t kSplitStream = 100;
constexpr std::uint64_t kCalibrationStream = 101;

bool is_numeric(ColumnType type) {
  return type == ColumnType::kU64 || type == ColumnType::kI64 || type == ColumnType::kF64;
}

std::size_t require_column(const Table& table, const ColumnIndex& index, const std::string& name) {
  if (const auto found = index.find(name)) {
    return *found;
  }
  throw UsageError("unknown column '" + printable(name) + "'" +
                   did_you_mean(name, table.schema().names()));
}

std::string cell_text(const Cell& cell) {
  std::string text;
  if (!append_numeric(text, cell) && cell.kind == Cell::Kind::kText) {
    text = printable(cell.text);
  }
  return text;
}

// Our CSV has a ' before a label that begins as a formula does: '-' for normal, say.
std::string_view unguarded(std::string_view label) {
  return label.size() > 1 && label[0] == '\'' &&
                 std::string_view("=+-@").find(label[1]) != std::string_view::npos
             ? label.substr(1)
             : label;
}

bool is_normal(RowLabel label) {
  return label != RowLabel::kAbnormal;
}

std::vector<std::size_t> pick(const std::vector<std::size_t>& from,
                              const std::vector<std::size_t>& positions) {
  std::vector<std::size_t> picked;
  picked.reserve(positions.size());
  for (const std::size_t position : positions) {
    picked.push_back(from[position]);
  }
  return picked;
}

void sort_by(std::vector<std::size_t>& rows, const std::vector<std::int64_t>& times) {
  std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(times[a], a) < std::pair(times[b], b);
  });
}

class Planner {
 public:
  Planner(const Table& table, const Matrix& rows, const std::vector<RowLabel>& labels,
          const std::vector<std::string>& columns, const TrainOptions& options)
      : table_(table), rows_(rows), labels_(labels), columns_(columns), options_(options) {}

  RowPlan plan() {
    plan_.is_labelled = has_labels(labels_);
    const std::vector<std::size_t> usable = usable_rows();
    if (usable.empty()) {
      throw DataError(options_.what + ": no flow to train on");
    }
    if (!plan_.is_labelled && options_.train_on == TrainOn::kNormal) {
      throw DataError(options_.what + ": --train-on normal needs labels, and no flow has one");
    }
    if (plan_.is_labelled) {
      split(usable);
    } else {
      plan_.fit = usable;
    }
    if (!options_.preset_netml && options_.calibrate == nullptr) {
      keep_calibration_rows();
    }
    return std::move(plan_);
  }

 private:
  // Labelled where there are labels, and complete.
  std::vector<std::size_t> usable_rows() {
    std::vector<std::size_t> usable;
    for (std::size_t r = 0; r < labels_.size(); ++r) {
      if (plan_.is_labelled && labels_[r] == RowLabel::kNone) {
        ++plan_.unlabelled;
      } else if (is_finite_row(rows_, r)) {
        usable.push_back(r);
      } else if (options_.missing == MissingRule::kDrop) {
        ++plan_.missing;
      } else {
        refuse_missing_value(rows_, r, columns_, options_.what);
      }
    }
    return usable;
  }

  Split split_of(const std::vector<std::size_t>& rows) const {
    if (options_.split == SplitKind::kTime) {
      const auto times = start_times(table_);
      if (!times) {
        throw DataError(options_.what +
                        ": --split time takes a column start_ns with a value in every row");
      }
      std::vector<std::int64_t> of_rows;
      of_rows.reserve(rows.size());
      for (const std::size_t row : rows) {
        of_rows.push_back((*times)[row]);
      }
      return time_split(of_rows, options_.test_size);
    }
    if (options_.preset_netml) {
      if (options_.seed > UINT32_MAX) {
        throw UsageError("--preset netml takes a --random-state below 2^32");
      }
      return netml_split(rows.size(), options_.test_size,
                         static_cast<std::uint32_t>(options_.seed));
    }
    std::vector<int> classes;
    classes.reserve(rows.size());
    for (const std::size_t row : rows) {
      classes.push_back(is_normal(labels_[row]) ? 0 : 1);
    }
    return stratified_split(classes, options_.test_size, derive_seed(options_.seed, kSplitStream));
  }

  void split(const std::vector<std::size_t>& usable) {
    const bool normal_only = options_.train_on == TrainOn::kNormal ||
                             (options_.train_on == TrainOn::kAuto && !options_.preset_netml);
    std::vector<std::size_t> divided, abnormal;
    for (const std::size_t row : usable) {
      (normal_only && !is_normal(labels_[row]) ? abnormal : divided).push_back(row);
    }
    const Split parts = split_of(divided);
    plan_.fit = pick(divided, parts.train);
    plan_.test = pick(divided, parts.test);
    plan_.test.insert(plan_.test.end(), abnormal.begin(), abnormal.end());
    if (plan_.fit.empty()) {
      throw DataError(
          options_.what + ": " + std::to_string(divided.size()) + (normal_only ? " normal" : "") +
          " flows leave none to train on with --test-size " + number_text(options_.test_size));
    }
  }

  // Moves a fifth of the normal training rows from fit to calibration, in order of time.
  void keep_calibration_rows() {
    std::vector<std::size_t> candidates;
    std::copy_if(plan_.fit.begin(), plan_.fit.end(), std::back_inserter(candidates),
                 [&](std::size_t row) { return is_normal(labels_[row]); });
    if (candidates.size() < kFewestToCalibrate) {
      return;
    }
    const std::size_t count = candidates.size() / kCalibrationShare;
    if (const auto times = start_times(table_)) {
      sort_by(candidates, *times);
      if (options_.held_out == HeldOut::kLastFifth) {
        candidates.erase(candidates.begin(), candidates.end() - static_cast<std::ptrdiff_t>(count));
      } else {
        for (std::size_t i = 0; i < count; ++i) {
          candidates[i] = candidates[(i + 1) * kCalibrationShare - 1];
        }
        candidates.resize(count);
      }
    } else {
      Rng rng(derive_seed(options_.seed, kCalibrationStream));
      candidates = pick(candidates, sample_without_replacement(candidates.size(), count, rng));
    }
    plan_.calibration = candidates;
    const std::set<std::size_t> kept_back(candidates.begin(), candidates.end());
    std::erase_if(plan_.fit, [&](std::size_t row) { return kept_back.count(row) != 0; });
  }

  const Table& table_;
  const Matrix& rows_;
  const std::vector<RowLabel>& labels_;
  const std::vector<std::string>& columns_;
  const TrainOptions& options_;
  RowPlan plan_;
};

}  // namespace

std::optional<std::size_t> find_label_column(const Table& table, const std::string& name) {
  if (!name.empty()) {
    return require_column(table, ColumnIndex(table.schema()), name);
  }
  if (const auto found = table.schema().find("label")) {
    return found;
  }
  // `Label`, as CICFlowMeter has it.
  const std::vector<std::string> names = table.schema().names();
  const auto other = std::find_if(names.begin(), names.end(), [](const std::string& column) {
    return to_lower(trim(column)) == "label";
  });
  return other == names.end() ? std::nullopt
                              : std::optional(static_cast<std::size_t>(other - names.begin()));
}

std::vector<RowLabel> read_labels(const Table& table, std::optional<std::size_t> column) {
  std::vector<RowLabel> labels(table.row_count(), RowLabel::kNone);
  if (!column) {
    return labels;
  }
  for (std::size_t r = 0; r < labels.size(); ++r) {
    const Cell cell = table.cell(r, *column);
    if (cell.kind == Cell::Kind::kText) {
      const std::string_view text = unguarded(trim(cell.text));
      if (!text.empty() && to_lower(text) != "no label") {
        const std::optional<double> number = parse_double(text);
        const bool is_zero = number ? *number == 0 : label_value(text) == 0;
        labels[r] = is_zero ? RowLabel::kNormal : RowLabel::kAbnormal;
      }
    } else if (cell.kind != Cell::Kind::kMissing) {
      labels[r] = cell.number() == 0 ? RowLabel::kNormal : RowLabel::kAbnormal;
    }
  }
  return labels;
}

bool is_learnable(const ColumnInfo& column) {
  return !column.is_identity && is_numeric(column.type);
}

bool has_labels(const std::vector<RowLabel>& labels) {
  return std::any_of(labels.begin(), labels.end(),
                     [](RowLabel label) { return label != RowLabel::kNone; });
}

std::vector<std::size_t> choose_columns(const Table& table, const std::vector<std::string>& asked,
                                        std::optional<std::size_t> label_column) {
  const Schema& schema = table.schema();
  std::vector<std::size_t> chosen;
  if (asked.empty()) {
    for (std::size_t i = 0; i < schema.size(); ++i) {
      if (i != label_column && is_learnable(schema.columns[i])) {
        chosen.push_back(i);
      }
    }
    if (chosen.empty()) {
      throw DataError("the table has no numeric column to learn from besides identity and labels" +
                      separator_hint(schema.names()));
    }
    return chosen;
  }
  const ColumnIndex index(schema);
  std::set<std::size_t> seen;
  for (const std::string& name : asked) {
    const std::size_t i = require_column(table, index, name);
    if (i == label_column) {
      throw UsageError("column '" + printable(name) + "' is the label; no model sees it");
    }
    if (!is_numeric(schema.columns[i].type)) {
      throw UsageError("column '" + printable(name) + "' holds no numbers");
    }
    if (schema.columns[i].is_identity) {
      throw UsageError("column '" + printable(name) +
                       "' says who a flow is in this table, not what it does; a model of it does "
                       "not see it");
    }
    if (!seen.insert(i).second) {
      throw UsageError("column '" + printable(name) + "' is named twice");
    }
    chosen.push_back(i);
  }
  // Their order is part of the model, and the table that it is to classify has its own.
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

void refuse_missing_value(const Matrix& rows, std::size_t row,
                          const std::vector<std::string>& columns, const std::string& what) {
  const std::span<const double> values = row_of(rows, row);
  const auto bad =
      std::find_if(values.begin(), values.end(), [](double v) { return !std::isfinite(v); });
  throw DataError(what + ": row " + std::to_string(row + 1) + ", column '" +
                  printable(columns[static_cast<std::size_t>(bad - values.begin())]) +
                  "': the value is missing; --missing drop leaves such rows out");
}

std::optional<std::vector<std::int64_t>> start_times(const Table& table) {
  const auto column = table.schema().find("start_ns");
  if (!column) {
    return std::nullopt;
  }
  std::vector<std::int64_t> times;
  times.reserve(table.row_count());
  for (std::size_t r = 0; r < table.row_count(); ++r) {
    const Cell cell = table.cell(r, *column);
    if (cell.kind == Cell::Kind::kI64) {
      times.push_back(cell.i64);
    } else if (cell.kind == Cell::Kind::kU64) {
      times.push_back(static_cast<std::int64_t>(std::min<std::uint64_t>(cell.u64, INT64_MAX)));
    } else {
      return std::nullopt;
    }
  }
  return times;
}

RowPlan plan_rows(const Table& table, const Matrix& rows, const std::vector<RowLabel>& labels,
                  const std::vector<std::string>& columns, const TrainOptions& options) {
  return Planner(table, rows, labels, columns, options).plan();
}

void sort_by_time(const Table& table, std::vector<std::size_t>& rows) {
  std::sort(rows.begin(), rows.end());
  if (const auto times = start_times(table)) {
    sort_by(rows, *times);
  }
}

std::string row_key(const Table& table, std::size_t row) {
  const auto text = [&](std::string_view column) {
    const auto found = table.schema().find(column);
    return found ? cell_text(table.cell(row, *found)) : std::string();
  };
  const std::string source = text("src_ip");
  if (source.empty()) {
    return "";
  }
  return source + ":" + text("src_port") + " -> " + text("dst_ip") + ":" + text("dst_port") + " " +
         text("protocol") + " " + text("start_ns");
}

}  // namespace netml
