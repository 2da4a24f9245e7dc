#include "netml/dataset/split.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/reference.hpp"

namespace netml {
namespace {

std::vector<std::size_t> numbers(const nlohmann::json& list) {
  return list.get<std::vector<std::size_t>>();
}

void expect_partition(const Split& split, std::size_t n) {
  std::set<std::size_t> all(split.train.begin(), split.train.end());
  all.insert(split.test.begin(), split.test.end());
  EXPECT_EQ(all.size(), n);
  EXPECT_EQ(split.train.size() + split.test.size(), n);
}

// Reference: scikit-learn 1.2.1, train_test_split(88 rows, test_size=0.33, random_state=42).
TEST(Split, NetmlSplitIsScikitLearns) {
  const Split split = netml_split(88, 0.33, 42);
  ASSERT_EQ(split.test.size(), 30u);
  EXPECT_EQ((std::vector<std::size_t>(split.test.begin(), split.test.begin() + 6)),
            (std::vector<std::size_t>{76, 0, 26, 22, 12, 67}));
  expect_partition(split, 88);
}

TEST(Split, NetmlSplitAgreesWithTheReferenceLists) {
  const std::string folder = "reference/netml/golden/demo-labelled/";
  NETML_NEEDS_REFERENCE(folder);
  const auto one = nlohmann::json::parse(test::slurp(test::reference(folder + "split-42.json")));
  EXPECT_EQ(netml_split(88, 0.33, 42).test, numbers(one["test"]));
  EXPECT_EQ(netml_split(88, 0.33, 42).train, numbers(one["train"]));
  const auto many =
      nlohmann::json::parse(test::slurp(test::reference(folder + "splits-0-19.json")));
  for (const auto& [seed, lists] : many.items()) {
    EXPECT_EQ(netml_split(88, 0.33, static_cast<std::uint32_t>(std::stoul(seed))).test,
              numbers(lists["test"]))
        << seed;
  }
}

TEST(Split, StratifiedKeepsTheShareOfBothClasses) {
  std::vector<int> labels(100, 0);
  std::fill(labels.begin(), labels.begin() + 20, 1);
  const Split split = stratified_split(labels, 0.33, 42);
  expect_partition(split, 100);
  ASSERT_EQ(split.test.size(), 33u);
  EXPECT_EQ(
      std::count_if(split.test.begin(), split.test.end(), [&](auto i) { return labels[i] == 1; }),
      7);
  EXPECT_EQ(split.test, stratified_split(labels, 0.33, 42).test);
  EXPECT_NE(split.test, stratified_split(labels, 0.33, 43).test);
}

TEST(Split, StratifiedWorksForOneClassAndFewRows) {
  for (std::size_t n = 0; n < 6; ++n) {
    for (std::size_t abnormal = 0; abnormal <= n; ++abnormal) {
      std::vector<int> labels(n, 0);
      std::fill(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(abnormal), 1);
      const Split split = stratified_split(labels, 0.33, 1);
      expect_partition(split, n);
      EXPECT_EQ(split.test.size(), test_count(n, 0.33));
    }
  }
}

TEST(Split, TimeTakesTheLastAndKeepsRowOrderAmongEquals) {
  const Split split = time_split(std::vector<std::int64_t>{50, 10, 30, 30, 20}, 0.5);
  EXPECT_EQ(split.train, (std::vector<std::size_t>{1, 4}));
  EXPECT_EQ(split.test, (std::vector<std::size_t>{2, 3, 0}));
}

}  // namespace
}  // namespace netml
