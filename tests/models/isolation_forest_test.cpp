#include "oracle/isolation_forest.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/models/metrics.hpp"
#include "netml/table/container.hpp"

#include "models/support.hpp"

namespace netml {
namespace {

using test::normal_rows;

Params forest_params(const std::string& yaml) {
  const ModelEntry& entry = find_model("if");
  return yaml.empty() ? Params(entry.schema)
                      : parse_params(yaml, false, "test", entry.schema, algorithm_names(entry));
}

std::unique_ptr<Model> forest(const Matrix& rows, const std::string& yaml = "",
                              const FitContext& context = {.seed = 42}) {
  std::unique_ptr<Model> model = find_model("if").make();
  FitReport report;
  model->fit(rows, forest_params(yaml), context, report);
  return model;
}

// The arrays of a forest in a file, to be changed.
struct File {
  std::vector<Array> arrays;

  Array& operator[](const std::string& name) {
    for (Array& array : arrays) {
      if (array.name == "if." + name) {
        return array;
      }
    }
    throw std::logic_error(name);
  }
  std::unique_ptr<Model> load(std::size_t columns, const std::string& yaml) const {
    const std::string bytes = write_container("{}", arrays);
    const Container container = read_container(bytes, "m.netml");
    std::unique_ptr<Model> model = find_model("if").make();
    model->load(ArrayReader(container, "if.", "m.netml"), forest_params(yaml), columns);
    return model;
  }
};

File saved(const Model& model) {
  File file;
  ArrayWriter writer(file.arrays, "if.");
  model.save(writer);
  return file;
}

File scikit_learns_forest() {
  namespace oracle = test::sklearn_forest;
  File file;
  ArrayWriter writer(file.arrays, "if.");
  writer.add("roots", std::span(oracle::kRoots));
  writer.add("left", std::span(oracle::kLeft));
  writer.add("right", std::span(oracle::kRight));
  writer.add("feature", std::span(oracle::kFeature));
  writer.add("threshold", std::span(oracle::kThreshold));
  writer.add("samples", std::span(oracle::kSamples));
  return file;
}

// The rows of tests/oracle/isolation_forest.py.
Matrix oracle_rows(int n, double shift) {
  Matrix rows(n, 4);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < 4; ++j) {
      const double value = std::sin(0.7 * i * i + 1.3 * j * j + 0.37 * i * j + shift);
      rows(i, j) = std::nearbyint(value * 1024) / 1024;
    }
  }
  return rows;
}

constexpr const char* kOracleParams = "{n_estimators: 10, max_samples: 64}";

// Reference: scikit-learn 1.2.1, tests/oracle/isolation_forest.py.
TEST(IsolationForest, ScikitLearnsTreesGiveScikitLearnsScores) {
  Matrix probes(17, 4);
  probes << oracle_rows(12, 0.5), 3 * oracle_rows(4, 0.25), Matrix::Constant(1, 4, 1024);
  const auto model = scikit_learns_forest().load(4, kOracleParams);
  const Vector scores = model->score(probes);
  const std::vector<double>& expected = test::sklearn_forest::kScores;
  ASSERT_EQ(expected.size(), 17U);
  for (int i = 0; i < 17; ++i) {
    EXPECT_NEAR(scores[i], expected[static_cast<std::size_t>(i)], 1e-12) << i;
  }
}

// By hand: two rows are parted by the root, so h = 1 + c(1) = 1 = c(2), and s = 1/2 everywhere.
TEST(IsolationForest, TwoRowsScoreOneHalf) {
  for (const char* params : {"", "extended: true"}) {
    Matrix rows(2, 1);
    rows << 0, 1;
    const Vector scores = forest(rows, params)->score(rows);
    if (std::string(params).empty()) {
      EXPECT_EQ(scores[0], 0.5);
      EXPECT_EQ(scores[1], 0.5);
    }
    EXPECT_TRUE(scores.allFinite());
  }
}

// Equal rows cannot be parted: every tree is one leaf of psi rows, h = c(psi), s = 1/2.
TEST(IsolationForest, EqualRowsScoreOneHalf) {
  for (const char* params : {"", "extended: true", "max_samples: 1"}) {
    const auto model = forest(Matrix::Ones(40, 3), params);
    const Vector scores = model->score(normal_rows(5, 3, 1));
    EXPECT_LE((scores.array() - 0.5).abs().maxCoeff(), 1e-14) << params;
    EXPECT_EQ(saved(*model).load(3, params)->score(normal_rows(5, 3, 1)), scores) << params;
  }
}

TEST(IsolationForest, FarRowsScoreHigher) {
  for (const char* params : {"", "extended: true"}) {
    const auto model = forest(normal_rows(500, 4, 1), params);
    Matrix probes(3, 4);
    probes << 0, 0, 0, 0, 2, 2, -2, 2, 8, -8, 8, 8;
    const Vector scores = model->score(probes);
    EXPECT_LT(scores[0], scores[1]) << params;
    EXPECT_LT(scores[1], scores[2]) << params;
    EXPECT_GT(scores[2], 0.6) << params;
    EXPECT_LT(scores[0], 0.5) << params;
  }
}

// Liu, Ting, Zhou 2008: a mean path is c(psi) long, so that scores of training rows lie around
// 1/2 from below when the limit of the depth counts as leaves of several rows.
TEST(IsolationForest, PathsOfTrainingRowsAreAsLongAsExpected) {
  const Matrix rows = normal_rows(256, 5, 3);
  const Vector scores = forest(rows)->score(rows);
  EXPECT_NEAR(scores.mean(), 0.47, 0.04);
}

TEST(IsolationForest, ThreadsDoNotChangeABit) {
  const Matrix rows = normal_rows(400, 5, 6);
  for (const char* params : {"", "extended: true"}) {
    const auto one = forest(rows, params, {.seed = 7, .threads = 1});
    const auto eight = forest(rows, params, {.seed = 7, .threads = 8});
    for (std::size_t i = 0; i < saved(*one).arrays.size(); ++i) {
      EXPECT_EQ(saved(*one).arrays[i].bytes, saved(*eight).arrays[i].bytes) << params;
    }
    EXPECT_EQ(one->score(rows, 1), eight->score(rows, 8)) << params;
  }
  EXPECT_NE(forest(rows, "", {.seed = 7})->score(rows), forest(rows, "", {.seed = 8})->score(rows));
}

TEST(IsolationForest, SavedAndLoadedGivesTheSameBits) {
  const Matrix rows = normal_rows(300, 5, 6);
  for (const char* params : {"n_estimators: 20", "{n_estimators: 20, extended: true}"}) {
    const auto model = forest(rows, params);
    const auto again = saved(*model).load(5, params);
    EXPECT_EQ(again->score(3 * rows), model->score(3 * rows));
    EXPECT_EQ(saved(*again)["threshold"].bytes, saved(*model)["threshold"].bytes);
  }
}

// Values at the ends of doubles, whose range is more than a double holds.
TEST(IsolationForest, RangesBeyondDoublesAreSplit) {
  Matrix rows(40, 1);
  for (int i = 0; i < 40; ++i) {
    rows(i, 0) = (i % 2 == 0 ? -1 : 1) * (1.7e308 - 1e306 * i);
  }
  for (const char* params : {"", "extended: true"}) {
    const auto model = forest(rows, params);
    EXPECT_TRUE(model->score(rows).allFinite()) << params;
    EXPECT_NO_THROW(saved(*model).load(1, params)) << params;
  }
}

// MODELS: over seeds the AUC of a task moves by about .02.
TEST(IsolationForest, SeedsAgreeOnTheRanking) {
  const Matrix train = normal_rows(600, 6, 1);
  Matrix probes(400, 6);
  probes << normal_rows(200, 6, 2), 1.6 * normal_rows(200, 6, 3);
  std::vector<int> labels(400, 0);
  std::fill(labels.begin() + 200, labels.end(), 1);
  double low = 1, high = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Vector scores = forest(train, "", {.seed = seed})->score(probes);
    const double auc = *roc_auc(values_of(scores), labels);
    low = std::min(low, auc);
    high = std::max(high, auc);
  }
  EXPECT_GT(low, 0.75);
  EXPECT_LT(high - low, 0.04);
}

TEST(IsolationForest, ForestsTooLargeForAModelAreRefused) {
  EXPECT_THROW(forest(normal_rows(200000, 1, 1), "{n_estimators: 10000, max_samples: 1000000}"),
               DataError);
}

// ---------------------------------------------------------------- hostile files

std::string refusal(const File& file, const std::string& params = kOracleParams) {
  try {
    file.load(4, params);
  } catch (const ModelError& error) {
    return error.what();
  }
  return "accepted";
}

void set(Array& array, std::size_t place, std::int32_t value) {
  array.bytes.replace(place * sizeof value, sizeof value, reinterpret_cast<const char*>(&value),
                      sizeof value);
}

TEST(IsolationForest, TreesThatAreNoTreesAreRefused) {
  const auto changed = [](const std::string& array, std::size_t place, std::int32_t value) {
    File file = scikit_learns_forest();
    set(file[array], place, value);
    return refusal(file);
  };
  const auto second = static_cast<std::size_t>(test::sklearn_forest::kRoots[1]);
  const std::size_t nodes = test::sklearn_forest::kLeft.size();
  EXPECT_EQ(refusal(scikit_learns_forest()), "accepted");
  const std::vector<std::string> refusals = {
      changed("left", 0, 0),                                   // its own child
      changed("left", 0, -1),                                  // a leaf with one child
      changed("left", 0, 2),                                   // a node without a parent
      changed("right", 0, 1),                                  // one child twice
      changed("right", 0, static_cast<std::int32_t>(nodes)),   // beyond the nodes
      changed("right", 0, static_cast<std::int32_t>(second)),  // in another tree
      changed("left", second, 1),                              // upwards
      changed("feature", 0, 4),                                // no such column
      changed("feature", 0, -1),
      changed("samples", 0, 63),  // not the sum of its children
      changed("samples", second, 32),
      changed("roots", 0, 1),
      changed("roots", 1, 0),
      changed("roots", 1, -5),
      changed("roots", 9, static_cast<std::int32_t>(nodes)),
      refusal(scikit_learns_forest(), "{n_estimators: 9, max_samples: 64}"),
      refusal(scikit_learns_forest(), "{n_estimators: 10, max_samples: 63}"),
      refusal(scikit_learns_forest(), "{n_estimators: 10, max_samples: 64, extended: true}"),
  };
  for (std::size_t i = 0; i < refusals.size(); ++i) {
    EXPECT_EQ(refusals[i].rfind("m.netml: if.", 0), 0U) << i << ": " << refusals[i];
  }
}

// A chain of 40 nodes, each with a leaf: sound, but no tree of 64 rows is that deep.
TEST(IsolationForest, TreesDeeperThanTheyGrowAreRefused) {
  std::vector<std::int32_t> left, right, feature, samples;
  for (std::int32_t i = 0; i < 40; ++i) {
    left.insert(left.end(), {2 * i + 1, -1});
    right.insert(right.end(), {2 * i + 2, -1});
    feature.insert(feature.end(), {0, -1});
    samples.insert(samples.end(), {41 - i, 1});
  }
  left.push_back(-1);
  right.push_back(-1);
  feature.push_back(-1);
  samples.push_back(1);
  File file;
  ArrayWriter writer(file.arrays, "if.");
  writer.add("roots", std::span<const std::int32_t>(std::vector<std::int32_t>{0}));
  writer.add("left", std::span<const std::int32_t>(left));
  writer.add("right", std::span<const std::int32_t>(right));
  writer.add("feature", std::span<const std::int32_t>(feature));
  writer.add("threshold", std::span<const double>(std::vector<double>(left.size())));
  writer.add("samples", std::span<const std::int32_t>(samples));
  EXPECT_NE(refusal(file, "n_estimators: 1").find("too deep"), std::string::npos);
}

TEST(IsolationForest, HyperplanesOfAnotherWidthAreRefused) {
  const char* params = "{n_estimators: 5, extended: true}";
  const File file = saved(*forest(normal_rows(50, 3, 1), params));
  EXPECT_NO_THROW(file.load(3, params));
  EXPECT_THROW(file.load(4, params), ModelError);
}

}  // namespace
}  // namespace netml
