#include "ensemble.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <memory>

#include "netml/core/quantile.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

constexpr std::string_view kCalibrationArray = "calibration_scores";
constexpr std::size_t kMostCrossRows = 200;

Ensemble::Member make_member(const std::string& name) {
  const ModelEntry& entry = find_model(name);
  return {&entry, Params(entry.schema), entry.make(), {}, 0};
}

void set_scores(Ensemble::Member& member, std::vector<double> scores) {
  member.calibration = Calibration(std::move(scores));
  member.median = quantile_sorted(member.calibration.scores(), 0.5);
}

// -log p for the score alone.
double surprise(const Ensemble::Member& member, double score) {
  const Calibration& calibration = member.calibration;
  const double largest = calibration.scores().back();
  if (score <= largest || member.median >= largest) {
    return -std::log(calibration.p_value(score));
  }
  // Halves, because a difference of two doubles may be beyond their range.
  const double excess = (score / 2 - largest / 2) / (largest / 2 - member.median / 2);
  return std::log(static_cast<double>(calibration.size() + 1)) +
         std::log1p(std::min(excess, DBL_MAX));
}

std::size_t rank_of(const Calibration& calibration, double score) {
  const std::vector<double>& scores = calibration.scores();
  return 1 + static_cast<std::size_t>(scores.end() -
                                      std::lower_bound(scores.begin(), scores.end(), score));
}

// At most 200 rows, evenly spaced: those of even number, then those of odd number.
std::vector<std::vector<std::size_t>> halves(std::size_t rows) {
  const std::size_t count = std::min(rows, kMostCrossRows);
  std::vector<std::vector<std::size_t>> parts(2);
  for (std::size_t i = 0; i < count; ++i) {
    parts[i % 2].push_back(i * rows / count);
  }
  if (parts[1].empty()) {
    parts[1] = parts[0];  // one row: there is no other
  }
  return parts;
}

// Scores of rows by a model that was not fitted on them.
std::vector<double> cross_scores(const Ensemble::Member& member, const Matrix& rows,
                                 const FitContext& context) {
  const auto parts = halves(row_count(rows));
  std::vector<double> scores;
  for (const std::size_t scored : {0U, 1U}) {
    const std::unique_ptr<Model> model = member.entry->make();
    FitReport ignored;
    model->fit(select_rows(rows, parts[1 - scored]), member.params,
               {.seed = context.seed, .threads = context.threads}, ignored);
    const Vector part = model->score(select_rows(rows, parts[scored]), context.threads);
    scores.insert(scores.end(), part.begin(), part.end());
  }
  return scores;
}

}  // namespace

std::vector<std::string> member_names(const Params& params) {
  return split(params.text("members"), ',');
}

Ensemble* as_ensemble(Model* model) noexcept {
  return dynamic_cast<Ensemble*>(model);
}
const Ensemble* as_ensemble(const Model* model) noexcept {
  return dynamic_cast<const Ensemble*>(model);
}

ModelEntry ensemble_entry(std::span<const ModelEntry> others) {
  ModelEntry entry;
  entry.name = "ensemble";
  entry.aliases = {"auto"};
  entry.summary = "several models together, by their p-values";
  entry.help =
      "No model is best for all traffic. Every member has its own calibration scores; a flow is an "
      "anomaly when the least of the members' p-values, times their number, is at most the "
      "false-alarm rate, which keeps the promise of that rate. The score, minus the mean logarithm "
      "of the p-values, ranks flows; there is no single threshold on it. Takes as many calibration "
      "flows for each member as another model takes in all.";
  ParamSpec members;
  members.name = "members";
  members.type = ParamType::kNames;
  members.default_text = "knn,kres,gmm";
  for (const ModelEntry& other : others) {
    members.choices.push_back(other.name);
  }
  members.help = "Each with its own defaults.";
  entry.schema = {members};
  entry.make = []() -> std::unique_ptr<Model> { return std::make_unique<Ensemble>(); };
  return entry;
}

double Ensemble::fit_bytes(std::size_t rows, std::size_t columns, const Params& params) const {
  double bytes = 0;
  for (const std::string& name : member_names(params)) {
    const Member member = make_member(name);
    bytes += member.model->fit_bytes(rows, columns, member.params);
  }
  return bytes;
}

double Ensemble::kept_bytes(std::size_t rows, std::size_t columns, const Params& params) const {
  double bytes = 0;
  for (const std::string& name : member_names(params)) {
    const Member member = make_member(name);
    const std::size_t scores = std::min(rows, Calibration::kMostScores);
    bytes += member.model->kept_bytes(rows, columns, member.params) +
             static_cast<double>(scores) * sizeof(double);
  }
  return bytes;
}

void Ensemble::fit(const Matrix& rows, const Params& params, const FitContext& context,
                   FitReport& report) {
  members_.clear();
  report.rows_given = row_count(rows);
  const std::vector<std::string> names = member_names(params);
  const auto count = static_cast<double>(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    Member member = make_member(names[i]);
    FitContext part = context;
    part.progress = [&](double share) { context.tell((static_cast<double>(i) + share) / count); };
    FitReport own;
    member.model->fit(rows, member.params, part, own);
    set_scores(member, cross_scores(member, rows, context));
    for (const DerivedValue& value : own.derived) {
      report.derived.push_back({names[i] + "." + value.name, value.value, value.rule});
    }
    report.warnings.insert(report.warnings.end(), own.warnings.begin(), own.warnings.end());
    report.rows_used = std::max(report.rows_used, own.rows_used);
    members_.push_back(std::move(member));
  }
}

void Ensemble::calibrate(const Matrix& rows, std::size_t threads) {
  for (Member& member : members_) {
    const Vector scores = member.model->score(rows, threads);
    set_scores(member, {scores.begin(), scores.end()});
  }
}

std::vector<Ensemble::Answer> Ensemble::answer(const Matrix& rows, std::size_t threads) const {
  const auto count = static_cast<double>(members_.size());
  std::vector<Answer> answers(row_count(rows), {0, 1, SIZE_MAX});
  for (const Member& member : members_) {
    const Vector scores = member.model->score(rows, threads);
    for (std::size_t r = 0; r < answers.size(); ++r) {
      const double score = scores[static_cast<Eigen::Index>(r)];
      answers[r].score += surprise(member, score) / count;
      const std::size_t rank = rank_of(member.calibration, score);
      answers[r].rank = std::min(answers[r].rank, rank);
    }
  }
  const auto all = static_cast<double>(members_.front().calibration.size() + 1);
  for (Answer& answer : answers) {
    answer.p_value = std::min(1.0, count * static_cast<double>(answer.rank) / all);
  }
  return answers;
}

void Ensemble::score_block(const Rows& rows, std::span<double> scores) const {
  const std::vector<Answer> answers = answer(rows, 1);
  std::transform(answers.begin(), answers.end(), scores.begin(),
                 [](const Answer& answer) { return answer.score; });
}

void Ensemble::save(ArrayWriter& writer) const {
  for (const Member& member : members_) {
    ArrayWriter own = writer.nested(member.entry->name + ".");
    member.model->save(own);
    own.add(std::string(kCalibrationArray), std::span<const double>(member.calibration.scores()));
  }
}

void Ensemble::load(const ArrayReader& reader, const Params&, std::size_t columns) {
  for (Member& member : members_) {
    const ArrayReader own = reader.nested(member.entry->name + ".");
    member.model->load(own, member.params, columns);
    std::vector<double> scores = own.f64(kCalibrationArray);
    if (scores.empty() || scores.size() > Calibration::kMostScores ||
        !std::is_sorted(scores.begin(), scores.end())) {
      own.refuse(kCalibrationArray, "none, too many, or not in ascending order");
    }
    set_scores(member, std::move(scores));
    if (member.calibration.size() != members_.front().calibration.size()) {
      own.refuse(kCalibrationArray, "not as many as the first member has");
    }
  }
}

}  // namespace netml
