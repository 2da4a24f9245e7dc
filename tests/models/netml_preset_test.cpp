// Forest and autoencoder with netml's parameters against netml 0.7.1 on its demo. Both draw at
// random, so that the quality of the ranking is compared and not the scores.

#include <cmath>

#include <gtest/gtest.h>

#include "netml/dataset/split.hpp"
#include "netml/models/metrics.hpp"
#include "netml/table/csv_scanner.hpp"

#include "models/support.hpp"
#include "support/reference.hpp"

namespace netml {
namespace {

const std::string kFolder = "reference/netml/golden/demo-labelled/";

std::vector<std::vector<double>> read(const std::string& name, std::size_t first) {
  std::vector<std::vector<double>> rows;
  CsvScanner scanner = CsvScanner::open(test::reference(kFolder + name));
  scanner.next();
  while (scanner.next()) {
    rows.emplace_back();
    for (std::size_t i = first; i < scanner.size(); ++i) {
      rows.back().push_back(std::stod(std::string(scanner[i])));
    }
  }
  return rows;
}

struct Task {
  Matrix train, test;
  std::vector<int> labels;
  double forest_auc, autoencoder_auc;  // of the original's scores
};

Task read_task(const std::string& type) {
  const auto features = read(type + ".csv", 7);
  const auto scores = read("scores-" + type + ".csv", 0);
  Matrix all(static_cast<Eigen::Index>(features.size()),
             static_cast<Eigen::Index>(features[0].size()));
  for (std::size_t r = 0; r < features.size(); ++r) {
    all.row(static_cast<Eigen::Index>(r)) =
        Eigen::Map<const Eigen::RowVectorXd>(features[r].data(), all.cols());
  }
  const Split split = netml_split(features.size(), 0.33, 42);
  Task task{select_rows(all, split.train), select_rows(all, split.test), {}, 0, 0};
  std::vector<double> forest, autoencoder;
  for (const std::vector<double>& row : scores) {
    task.labels.push_back(static_cast<int>(row[1]));
    forest.push_back(row[4]);
    autoencoder.push_back(row[5]);
  }
  task.forest_auc = *roc_auc(forest, task.labels);
  task.autoencoder_auc = *roc_auc(autoencoder, task.labels);
  return task;
}

double mean_auc(const Task& task, const std::string& algorithm, std::uint64_t seeds) {
  const ModelEntry& entry = find_model(algorithm);
  ParamSchema schema = entry.schema;
  apply_netml_defaults(entry, schema);
  double mean = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const auto model = entry.make();
    FitReport report;
    model->fit(task.train, Params(schema), {.seed = seed}, report);
    const Vector scores = model->score(task.test);
    mean += *roc_auc(values_of(scores), task.labels) / static_cast<double>(seeds);
  }
  return mean;
}

constexpr const char* kTypes[] = {"IAT",          "SIZE",         "IAT_SIZE",      "STATS",
                                  "SAMP_NUM",     "SAMP_SIZE",    "IAT-FFT",       "SIZE-FFT",
                                  "STATS-FFT",    "SAMP_NUM-FFT", "SAMP_SIZE-FFT", "IAT-header",
                                  "STATS-header", "IAT_SIZE-FFT"};

// netml's forest runs backwards: ours agrees with 1 minus its AUC.
TEST(NetmlPreset, TheForestHasTheOriginalsRankingTheRightWayRound) {
  NETML_NEEDS_REFERENCE(kFolder);
  double difference = 0, turned = 0;
  for (const char* type : kTypes) {
    const Task task = read_task(type);
    const double auc = mean_auc(task, "if", 10);
    RecordProperty(type, std::to_string(auc) + " " + std::to_string(1 - task.forest_auc));
    EXPECT_NEAR(auc, 1 - task.forest_auc, 0.12) << type;
    difference += std::fabs(auc - (1 - task.forest_auc)) / std::size(kTypes);
    turned += std::fabs(auc - task.forest_auc) / std::size(kTypes);
  }
  EXPECT_LE(difference, 0.04);
  EXPECT_GE(turned, 2 * difference);
}

TEST(NetmlPreset, TheAutoencoderRanksAsTheOriginal) {
  NETML_NEEDS_REFERENCE(kFolder);
  double difference = 0;
  for (const char* type : kTypes) {
    const Task task = read_task(type);
    const double auc = mean_auc(task, "ae", 3);
    RecordProperty(type, std::to_string(auc) + " " + std::to_string(task.autoencoder_auc));
    EXPECT_NEAR(auc, task.autoencoder_auc, 0.12) << type;
    difference += std::fabs(auc - task.autoencoder_auc) / std::size(kTypes);
  }
  EXPECT_LE(difference, 0.05);
}

}  // namespace
}  // namespace netml
