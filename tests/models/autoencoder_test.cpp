#include <cmath>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/models/metrics.hpp"
#include "netml/table/container.hpp"

#include "models/support.hpp"

namespace netml {
namespace {

using test::normal_rows;

Params ae_params(const std::string& yaml) {
  const ModelEntry& entry = find_model("ae");
  return yaml.empty() ? Params(entry.schema)
                      : parse_params(yaml, false, "test", entry.schema, algorithm_names(entry));
}

struct Fitted {
  std::unique_ptr<Model> model = find_model("ae").make();
  FitReport report;

  explicit Fitted(const Matrix& rows, const std::string& yaml = "",
                  const FitContext& context = {.seed = 42}) {
    model->fit(rows, ae_params(yaml), context, report);
  }
  std::string rule(const std::string& name) const {
    for (const DerivedValue& value : report.derived) {
      if (value.name == name) {
        return value.rule;
      }
    }
    return "";
  }
  double derived(const std::string& name) const {
    for (const DerivedValue& value : report.derived) {
      if (value.name == name) {
        return value.value;
      }
    }
    return NAN;
  }
};

std::vector<Array> saved(const Model& model) {
  std::vector<Array> arrays;
  ArrayWriter writer(arrays, "ae.");
  model.save(writer);
  return arrays;
}

std::unique_ptr<Model> load(const std::vector<Array>& arrays, std::size_t columns,
                            const std::string& yaml = "") {
  const std::string bytes = write_container("{}", arrays);
  const Container container = read_container(bytes, "m.netml");
  std::unique_ptr<Model> model = find_model("ae").make();
  model->load(ArrayReader(container, "ae.", "m.netml"), ae_params(yaml), columns);
  return model;
}

// Six columns that are functions of two, and a little noise.
Matrix curved_rows(int n, std::uint64_t seed) {
  const Matrix free = normal_rows(n, 8, seed);
  Matrix rows(n, 6);
  for (int i = 0; i < n; ++i) {
    const double a = free(i, 0), b = free(i, 1);
    rows.row(i) << a, b, a + b, a - b, 0.7 * a - b, std::sin(a);
    rows.row(i) += 0.05 * free.row(i).tail(6);
  }
  return rows;
}

TEST(Autoencoder, RowsThatBreakTheRelationsAreNovel) {
  const Fitted fitted(curved_rows(600, 1));
  Matrix broken = curved_rows(200, 2);
  broken.col(2).swap(broken.col(3));
  Matrix probes(400, 6);
  probes << curved_rows(200, 3), broken;
  std::vector<int> labels(400, 0);
  std::fill(labels.begin() + 200, labels.end(), 1);
  const Vector scores = fitted.model->score(probes);
  EXPECT_GT(*roc_auc(values_of(scores), labels), 0.93);
  EXPECT_LT(fitted.derived("error"), 0.1);
  EXPECT_EQ(fitted.derived("hidden_units"), 5);
  EXPECT_EQ(fitted.derived("code_units"), 2);
}

// MODELS: seeds move the AUC of a task by about .02.
TEST(Autoencoder, SeedsAgreeOnTheRanking) {
  Matrix broken = curved_rows(200, 2);
  broken.col(2).swap(broken.col(3));
  Matrix probes(400, 6);
  probes << curved_rows(200, 3), broken;
  std::vector<int> labels(400, 0);
  std::fill(labels.begin() + 200, labels.end(), 1);
  double low = 1, high = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Fitted fitted(curved_rows(600, 1), "", {.seed = seed});
    const Vector scores = fitted.model->score(probes);
    low = std::min(low, *roc_auc(values_of(scores), labels));
    high = std::max(high, *roc_auc(values_of(scores), labels));
  }
  EXPECT_LT(high - low, 0.04);
}

// By hand: with the weights below the network is x -> tanh(x) + 1/2 in both columns.
TEST(Autoencoder, TheScoreIsTheMeanSquaredDifference) {
  std::vector<Array> arrays;
  ArrayWriter writer(arrays, "ae.");
  const std::vector<double> identity = {1, 0, 0, 1}, none = {0, 0}, half = {0.5, 0.5};
  for (const char* layer : {"0", "1", "2", "3"}) {
    writer.add(std::string(layer) + ".weight", std::span<const double>(identity), 2, 2);
    writer.add(std::string(layer) + ".bias",
               std::span<const double>(layer == std::string("3") ? half : none), 1, 2);
  }
  const std::string shape = "hidden_units: 2, code_units: 2, activation: identity";
  Matrix row(1, 2);
  row << 3, -4;
  // Output (3.5, -3.5): differences -.5 and -.5.
  EXPECT_EQ(load(arrays, 2, "{" + shape + "}")->score(row)[0], 0.25);
  EXPECT_EQ(load(arrays, 2, "{" + shape + ", score: distance}")->score(row)[0], std::sqrt(0.5));
}

TEST(Autoencoder, FarRowsScoreHigherAndStayFinite) {
  const Fitted fitted(normal_rows(300, 4, 3));
  Matrix probes(5, 4);
  probes << 0, 0, 0, 0, 3, 3, 3, 3, 100, 100, 100, 100, 1e6, 1e6, 1e6, 1e6, 1e300, -1e300, 1e300, 0;
  const Vector scores = fitted.model->score(probes);
  for (int i = 1; i < 5; ++i) {
    EXPECT_LT(scores[i - 1], scores[i]) << i;
  }
  EXPECT_TRUE(scores.allFinite());
}

TEST(Autoencoder, ARowsScoreDoesNotDependOnTheRowsBesideIt) {
  const Fitted fitted(normal_rows(300, 7, 3), "max_iter: 3");
  const Matrix probes = 2 * normal_rows(203, 7, 4);
  const Vector all = fitted.model->score(probes, 3);
  for (Eigen::Index i = 0; i < probes.rows(); ++i) {
    EXPECT_EQ(fitted.model->score(probes.row(i))[0], all[i]) << i;
  }
}

TEST(Autoencoder, TheSameSeedGivesTheSameBits) {
  const Matrix rows = normal_rows(200, 5, 6);
  const auto bytes = [&](std::uint64_t seed, std::size_t threads) {
    std::string all;
    for (const Array& array :
         saved(*Fitted(rows, "max_iter: 5", {.seed = seed, .threads = threads}).model)) {
      all += array.bytes;
    }
    return all;
  };
  EXPECT_EQ(bytes(1, 1), bytes(1, 8));
  EXPECT_NE(bytes(1, 1), bytes(2, 1));
}

TEST(Autoencoder, SavedAndLoadedGivesTheSameBits) {
  const Matrix rows = normal_rows(200, 5, 6);
  for (const char* params : {"max_iter: 5", "{max_iter: 5, activation: identity, hidden_units: 3}",
                             "{max_iter: 5, score: distance}"}) {
    const Fitted fitted(rows, params);
    EXPECT_EQ(load(saved(*fitted.model), 5, params)->score(3 * rows), fitted.model->score(3 * rows))
        << params;
  }
}

TEST(Autoencoder, SmallestProblems) {
  EXPECT_TRUE(Fitted(test::sine_rows(1, 1)).model->score(test::sine_rows(3, 1)).allFinite());
  EXPECT_TRUE(Fitted(test::sine_rows(2, 1)).model->score(test::sine_rows(3, 1)).allFinite());
  EXPECT_TRUE(Fitted(Matrix::Zero(20, 3)).model->score(test::sine_rows(3, 3)).allFinite());
}

TEST(Autoencoder, AFitThatDivergesIsRefused) {
  EXPECT_THROW(Fitted(Matrix::Constant(20, 2, 1e200)), DataError);
}

TEST(Autoencoder, TheCardSaysWhichWeightsStay) {
  const Matrix rows = normal_rows(50, 3, 1);
  const Fitted best(rows, "max_iter: 5"), last(rows, "{max_iter: 5, n_iter_no_change: 0}");
  EXPECT_EQ(best.rule("epochs"), "those with the lowest error, of 5 trained");
  EXPECT_EQ(last.rule("epochs"), "all that max_iter allows: the last weights stay");
  EXPECT_EQ(last.derived("epochs"), 5);
}

TEST(Autoencoder, ProgressIsToldAndMayEndTheFit) {
  double share = 0;
  FitContext context{.seed = 42};
  context.progress = [&](double done) {
    EXPECT_GE(done, share);
    share = done;
  };
  const Fitted whole(normal_rows(50, 3, 1), "{max_iter: 12, n_iter_no_change: 0}", context);
  EXPECT_EQ(share, 1);
  context.progress = [](double) { throw Interrupted{2}; };
  EXPECT_THROW(Fitted(normal_rows(50, 3, 1), "", context), Interrupted);
}

TEST(Autoencoder, WeightsOfAnotherSizeAreRefused) {
  const std::vector<Array> sound = saved(*Fitted(normal_rows(50, 5, 1), "max_iter: 1").model);
  EXPECT_NO_THROW(load(sound, 5));
  EXPECT_THROW(load(sound, 4), ModelError);
  EXPECT_THROW(load(sound, 5, "code_units: 3"), ModelError);
  EXPECT_THROW(load(sound, 5, "hidden_units: 65536"), ModelError);
  EXPECT_THROW(load(sound, 5, "activation: identity"), ModelError);
  for (std::size_t i = 0; i < sound.size(); ++i) {
    std::vector<Array> changed = sound;
    std::swap(changed[i].shape[0], changed[i].shape[1]);
    if (changed[i].shape != sound[i].shape) {
      EXPECT_THROW(load(changed, 5), ModelError) << changed[i].name;
    }
    changed = sound;
    changed[i].name += "x";
    EXPECT_THROW(load(changed, 5), ModelError) << changed[i].name;
    changed = sound;
    changed[i].bytes.replace(0, 8, std::string(8, '\xff'));
    EXPECT_THROW(load(changed, 5), ModelError) << changed[i].name;
  }
}

}  // namespace
}  // namespace netml
