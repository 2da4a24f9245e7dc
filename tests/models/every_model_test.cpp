// What holds for every model that is registered, whatever it computes.

#include <algorithm>
#include <cmath>
#include <csignal>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"

#include "models/support.hpp"

namespace netml {
namespace {

using test::fitted_model;
using test::normal_rows;
using test::small_detector;

class EveryModel : public testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Model> fit(const Matrix& rows, const FitContext& context = {.seed = 42}) const {
    return fitted_model(GetParam(), rows, "", context);
  }
};

INSTANTIATE_TEST_SUITE_P(Models, EveryModel, testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const ModelEntry& entry : model_entries()) {
                             names.push_back(entry.name);
                           }
                           return names;
                         }()),
                         [](const auto& entry) { return entry.param; });

// Four columns that move together, with a little noise.
Matrix correlated_rows(int n, std::uint64_t seed) {
  const Matrix free = normal_rows(n, 4, seed);
  Matrix rows(n, 4);
  rows.col(0) = free.col(0);
  rows.col(1) = free.col(1);
  rows.col(2) = free.col(0) + free.col(1) + 0.1 * free.col(2);
  rows.col(3) = free.col(0) - free.col(1) + 0.1 * free.col(3);
  return rows;
}

double share_below(const Vector& scores, double score) {
  return static_cast<double>((scores.array() < score).count()) / static_cast<double>(scores.size());
}

Matrix one_row(std::initializer_list<double> values) {
  Matrix row(1, static_cast<Eigen::Index>(values.size()));
  std::copy(values.begin(), values.end(), row.data());
  return row;
}

// Verdicts are still written after a signal, a training ends with it.
TEST_P(EveryModel, ASignalEndsScoringOnlyWhereAllOfItIsNeeded) {
  const auto model = fit(correlated_rows(100, 3));
  const Matrix rows = correlated_rows(300, 21);
  const Vector scores = model->score(rows, 2);
  interrupt::detail::pending_signal = SIGINT;
  EXPECT_EQ(model->score(rows, 2), scores);
  {
    const interrupt::Indivisible training;
    EXPECT_THROW(model->score(rows, 2), Interrupted);
  }
  EXPECT_EQ(model->score(rows, 2), scores);
  interrupt::detail::pending_signal = 0;
}

TEST_P(EveryModel, FarRowsAreNovelAndTheCentreIsNot) {
  const Matrix rows = correlated_rows(300, 3);
  const auto model = fit(rows);
  const Vector own = model->score(correlated_rows(300, 21));
  for (const Matrix& far :
       {one_row({60, -50, 80, 70}), one_row({-60, 50, 80, -70}), one_row({30, 30, -30, 30})}) {
    EXPECT_GE(share_below(own, model->score(far)[0]), 0.99);
  }
  EXPECT_LE(share_below(own, model->score(one_row({0, 0, 0, 0}))[0]), 0.9);
}

TEST_P(EveryModel, ScoresAreFiniteAtTheEndsOfDoubles) {
  const auto model = fit(correlated_rows(100, 4));
  for (const double value : {1e6, 1e100, 1e155, 1e300, 1.7e308}) {
    EXPECT_TRUE(std::isfinite(model->score(one_row({value, -value, value, 0}))[0])) << value;
  }
}

TEST_P(EveryModel, SavedAndLoadedGivesTheSameBits) {
  const Detector detector = small_detector(correlated_rows(150, 5), "", GetParam());
  const std::string bytes = save_detector(detector);
  const Detector loaded = load_detector(bytes, "t");
  EXPECT_EQ(save_detector(loaded), bytes);
  const Matrix probes = 3 * normal_rows(77, 4, 6);
  EXPECT_EQ(loaded.raw_scores(probes), detector.raw_scores(probes));
}

TEST_P(EveryModel, ThreadsDoNotChangeABit) {
  const Matrix rows = correlated_rows(700, 7);
  const auto one = fit(rows, {.seed = 42, .threads = 1});
  const auto eight = fit(rows, {.seed = 42, .threads = 8});
  const Matrix probes = 2 * normal_rows(1000, 4, 8);
  const Vector expected = one->score(probes, 1);
  EXPECT_EQ(one->score(probes, 8), expected);
  EXPECT_EQ(eight->score(probes, 3), expected);
}

TEST_P(EveryModel, NeighboursDoNotChangeABit) {
  const auto model = fit(correlated_rows(200, 9));
  const Matrix probes = 2 * normal_rows(131, 4, 10);
  const Vector together = model->score(probes);
  for (Eigen::Index r = 0; r < probes.rows(); ++r) {
    EXPECT_EQ(model->score(probes.row(r))[0], together[r]) << r;
  }
  EXPECT_EQ(model->score(probes.bottomRows(60)), together.tail(60));
}

TEST_P(EveryModel, TheSameSeedGivesTheSameModel) {
  const Matrix rows = correlated_rows(200, 11);
  EXPECT_EQ(save_detector(small_detector(rows, "", GetParam())),
            save_detector(small_detector(rows, "", GetParam())));
}

TEST_P(EveryModel, SmallestProblems) {
  for (const int n : {1, 2, 3, 11}) {
    for (const int d : {1, 2, 5}) {
      const auto model = fit(test::wave_rows(n, d));
      EXPECT_TRUE(model->score(test::wave_rows(9, d, 0.3)).allFinite()) << n << " × " << d;
    }
  }
}

TEST_P(EveryModel, ConstantColumnsAndDuplicateRows) {
  EXPECT_TRUE(fit(Matrix::Zero(30, 3))->score(test::wave_rows(9, 3)).allFinite());
  Matrix constant = correlated_rows(100, 12);
  constant.col(2).setConstant(1);
  const auto model = fit(constant);
  EXPECT_TRUE(model->score(constant).allFinite());
  if (GetParam() != "if") {  // whose trees never split at a column that was constant
    EXPECT_GE(share_below(model->score(constant), model->score(one_row({0, 0, 90, 0}))[0]), 0.99);
  }
  const Matrix once = correlated_rows(50, 13);
  Matrix thrice(150, 4);
  thrice << once, once, once;
  EXPECT_TRUE(fit(thrice)->score(thrice).allFinite());
  EXPECT_TRUE(fit(Matrix::Ones(40, 2))->score(Matrix::Ones(1, 2)).allFinite());
}

TEST_P(EveryModel, ModelsOfConstantColumnsCanBeKept) {
  Detector detector = small_detector(Matrix::Zero(30, 3), "", GetParam());
  const std::string bytes = save_detector(detector);
  EXPECT_EQ(save_detector(load_detector(bytes, "t")), bytes);
}

TEST_P(EveryModel, MemoryIsEstimatedAndGrowsWithTheRows) {
  const Params params = test::model_params(GetParam(), "");
  const auto model = find_model(GetParam()).make();
  EXPECT_GT(model->fit_bytes(10, 2, params), 0);
  EXPECT_GE(model->fit_bytes(15000, 40, params), model->fit_bytes(100, 40, params));
}

TEST_P(EveryModel, WhatIsKeptIsEstimatedFromAbove) {
  std::vector<Array> arrays;
  ArrayWriter writer(arrays, "");
  const auto model = fit(correlated_rows(400, 15));
  model->save(writer);
  double bytes = 0;
  for (const Array& array : arrays) {
    bytes += static_cast<double>(array.bytes.size());
  }
  const double estimated = model->kept_bytes(400, 4, test::model_params(GetParam(), ""));
  constexpr double kFixed = 1024;  // numbers of the model as a whole
  EXPECT_GE(estimated + kFixed, bytes);
}

TEST_P(EveryModel, ProgressNeverGoesBackAndMayEndTheFit) {
  double told = 0;
  FitContext context{.seed = 42};
  context.progress = [&](double share) {
    EXPECT_GE(share, told);
    EXPECT_LE(share, 1 + 1e-12);
    told = share;
  };
  fit(correlated_rows(400, 14), context);
  bool was_called = false;
  context.progress = [&](double) {
    was_called = true;
    throw DataError("enough");
  };
  try {
    fit(correlated_rows(400, 14), context);
    EXPECT_FALSE(was_called);
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(), "enough");
  }
}

// Split conformal keeps its promise whatever the score: mean realised rate within .004 of
// alpha = .05 over 2000 calibration sets of m = 199.
TEST_P(EveryModel, ConformalRatesAreKept) {
  constexpr int kPool = 20000;
  constexpr std::size_t kCalibration = 199;
  constexpr int kSets = 2000;
  const auto model = fit(correlated_rows(60, 15));
  const Vector pool = model->score(correlated_rows(kPool, 16));
  Vector judged = model->score(correlated_rows(kPool, 17));
  std::sort(judged.begin(), judged.end());
  Rng rng(18);
  double mean = 0;
  for (int set = 0; set < kSets; ++set) {
    std::vector<double> scores;
    for (const std::size_t row : sample_without_replacement(kPool, kCalibration, rng)) {
      scores.push_back(pool[static_cast<Eigen::Index>(row)]);
    }
    const double threshold = Calibration(std::move(scores)).threshold(0.05);
    const auto above = judged.end() - std::upper_bound(judged.begin(), judged.end(), threshold);
    mean += static_cast<double>(above) / kPool / kSets;
  }
  EXPECT_NEAR(mean, 0.05, 0.004);
}

// ---------------------------------------------------------------- hostile files

std::vector<Array> arrays_of(const Container& container) {
  std::vector<Array> arrays;
  for (const ArrayView& view : container.arrays) {
    arrays.push_back({view.name, view.dtype, view.shape, std::string(view.bytes)});
  }
  return arrays;
}

// Refused with a message that names the file, or else a model whose scores are finite.
void expect_harmless(const std::string& bytes, const std::string& what) {
  try {
    const Detector detector = load_detector(bytes, "m.netml");
    const Matrix probes = 1e3 * normal_rows(5, 4, 19);
    EXPECT_TRUE(detector.model->score(probes).allFinite()) << what;
  } catch (const ModelError& error) {
    EXPECT_EQ(std::string(error.what()).rfind("m.netml: ", 0), 0U) << what;
  }
}

// No rows; of a matrix that has a row for each column of the model, rows of nothing.
void make_empty(Array& array) {
  array.shape[array.name == "scaler.sorted" ? 1 : 0] = 0;
  array.bytes.clear();
}

void expect_refused(const std::string& bytes, const std::string& what) {
  EXPECT_THROW(load_detector(bytes, "m.netml"), ModelError) << what;
}

TEST_P(EveryModel, NothingInAFileIsTrusted) {
  const std::string bytes = save_detector(small_detector(correlated_rows(60, 20), "", GetParam()));
  const Container container = read_container(bytes, "t");
  const std::string prefix = GetParam() + ".";
  for (std::size_t i = 0; i < container.arrays.size(); ++i) {
    const std::string name = container.arrays[i].name;
    if (name.rfind(prefix, 0) != 0) {
      continue;
    }
    const auto changed = [&](const std::function<void(Array&)>& change) {
      std::vector<Array> arrays = arrays_of(container);
      change(arrays[i]);
      return write_container(container.description, arrays);
    };
    expect_refused(changed([](Array& array) { array.name += "x"; }), name + " is missing");
    expect_refused(changed([](Array& array) {
                     array.dtype = Dtype::kU8;
                     array.shape = {array.bytes.size()};
                   }),
                   name + " is of another type");
    if (container.arrays[i].dtype == Dtype::kF64) {
      for (const double value :
           {double{NAN}, double{INFINITY}, 1e308, -1e308, 5e-324, 0.0, -1.0, 1.0}) {
        for (const bool everywhere : {false, true}) {
          const std::string file = changed([&](Array& array) {
            const std::size_t end = everywhere ? array.bytes.size() : sizeof value;
            for (std::size_t at = 0; at + sizeof value <= end; at += sizeof value) {
              array.bytes.replace(at, sizeof value, reinterpret_cast<const char*>(&value),
                                  sizeof value);
            }
          });
          expect_harmless(file, name + " " + std::to_string(value));
        }
      }
    }
    for (const int rows : {-1, 1}) {
      expect_harmless(changed([&](Array& array) {
                        const std::size_t row = array.bytes.size() / array.shape[0];
                        array.shape[0] += static_cast<std::uint64_t>(rows);
                        array.bytes.resize(row * array.shape[0]);
                      }),
                      name + " has another number of rows");
    }
    expect_harmless(changed(make_empty), name + " is empty");
  }
}

// Where the sizes of arrays must fit each other, all of them fit when there is nothing in any.
TEST_P(EveryModel, AFileOfNothingIsHarmless) {
  Detector detector = small_detector(correlated_rows(60, 20), "", GetParam());
  for (const Scaling scaling : {Scaling::kStandard, Scaling::kRank}) {
    detector.scaler = Scaler::fit(correlated_rows(60, 20), scaling, detector.columns);
    const std::string bytes = save_detector(detector);
    const Container container = read_container(bytes, "t");
    for (const std::string& prefix : {GetParam() + ".", std::string("scaler."), std::string()}) {
      std::vector<Array> arrays = arrays_of(container);
      for (Array& array : arrays) {
        if (array.name.rfind(prefix, 0) == 0) {
          make_empty(array);
        }
      }
      expect_harmless(write_container(container.description, arrays), prefix + " is empty");
    }
  }
}

}  // namespace
}  // namespace netml
