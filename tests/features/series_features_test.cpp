#include "netml/features/series_features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netml {
namespace {

using testing::ElementsAre;
using Kind = RepresentationKind;
using Row = std::vector<double>;

/// Four packets; the times in ns, and the same in seconds.
struct Flow {
  std::vector<std::int64_t> ns = {1'000'000'000, 1'500'000'000, 1'500'000'003, 4'000'000'000};
  std::vector<std::uint32_t> sizes = {60, 1500, 100, 40};
  std::vector<std::uint8_t> flags = {0x02, 0x12, 0x10, 0xff};
  std::vector<std::uint8_t> ttls = {64, 63, 62, 61};
  std::vector<double> seconds = {};

  Row row(RepresentationSettings settings) {
    seconds.clear();
    for (const std::int64_t t : ns) {
      seconds.push_back(static_cast<double>(t) / 1e9);
    }
    Row result;
    append_representation(settings, {seconds, ns, sizes, flags, ttls}, result);
    EXPECT_EQ(result.size(), row_width(settings));
    EXPECT_EQ(result.size(), column_names(settings).size());
    return result;
  }
};

RepresentationSettings exact(Kind kind, std::size_t dim) {
  return {.kind = kind, .dim = dim};
}

RepresentationSettings netml(Kind kind, std::size_t dim, double rate = 1) {
  return {
      .kind = kind, .arithmetic = SeriesArithmetic::kNetml, .dim = dim, .sampling_seconds = rate};
}

TEST(SeriesFeatures, GapsAreExactNanoseconds) {
  EXPECT_THAT(Flow().row(exact(Kind::kIat, 4)), ElementsAre(0.5, 3e-9, 2.499999997));
  EXPECT_THAT(Flow().row(exact(Kind::kIat, 3)), ElementsAre(0.5, 3e-9));
  EXPECT_THAT(Flow().row(exact(Kind::kIat, 6)), ElementsAre(0.5, 3e-9, 2.499999997, 0, 0));
}

TEST(SeriesFeatures, GapsInThePresetCarryTheNoiseOfTheTimestamps) {
  Flow flow;
  flow.ns = {1'600'000'000'000'000'000, 1'600'000'000'000'003'000};
  flow.sizes = {1, 1};
  flow.flags = flow.ttls = {0, 0};
  EXPECT_THAT(flow.row(exact(Kind::kIat, 2)), ElementsAre(3e-6));
  EXPECT_THAT(flow.row(netml(Kind::kIat, 2)), ElementsAre(3.0994415283203125e-06));
}

TEST(SeriesFeatures, SizesAndInterleavedSizes) {
  EXPECT_THAT(Flow().row(exact(Kind::kSize, 3)), ElementsAre(60, 1500, 100));
  EXPECT_THAT(Flow().row(exact(Kind::kSize, 5)), ElementsAre(60, 1500, 100, 40, 0));
  EXPECT_THAT(Flow().row(exact(Kind::kIatSize, 5)),
              ElementsAre(0.5, 60, 3e-9, 1500, 2.499999997, 100, 40, 0, 0));
  EXPECT_THAT(Flow().row(exact(Kind::kIatSize, 2)), ElementsAre(0.5, 60, 3e-9));
}

TEST(SeriesFeatures, StatsInOrder) {
  // The deviation was computed with CPython, term by term from left to right.
  EXPECT_THAT(Flow().row(exact(Kind::kStats, 9)),
              ElementsAre(3.0, 4 / 3.0, 1700 / 3.0, 425.0, 621.0273745979318, 55.0, 80.0, 450.0,
                          40.0, 1500.0, 4.0, 1700.0));
  Flow one;
  one.ns = {7};
  one.sizes = {90};
  EXPECT_THAT(one.row(exact(Kind::kStats, 2)),
              ElementsAre(0, 0, 0, 90, 0, 90, 90, 90, 90, 90, 1, 90));
}

TEST(SeriesFeatures, ExactSlots) {
  RepresentationSettings settings = exact(Kind::kSampNum, 6);
  settings.sampling_ns = 500'000'000;
  EXPECT_THAT(Flow().row(settings), ElementsAre(1, 2, 0, 0, 0));  // the last one is in slot 6
  settings.kind = Kind::kSampSize;
  settings.dim = 8;
  EXPECT_THAT(Flow().row(settings), ElementsAre(60, 1600, 0, 0, 0, 0, 40));
}

TEST(SeriesFeatures, ExactSlotsTakeAnyTime) {
  Flow flow;
  flow.ns = {0, -5, std::numeric_limits<std::int64_t>::max(),
             std::numeric_limits<std::int64_t>::min()};
  RepresentationSettings settings = exact(Kind::kSampNum, 4);
  settings.sampling_ns = 1;
  EXPECT_THAT(flow.row(settings), ElementsAre(3, 0, 0));
  const Row gaps = flow.row(exact(Kind::kIat, 4));
  EXPECT_EQ(gaps[0], -5e-9);
  EXPECT_EQ(gaps[2], -std::ldexp(1.0, 64) / 1e9);
  EXPECT_TRUE(std::isfinite(flow.row(exact(Kind::kStats, 4))[1]));
}

TEST(SeriesFeatures, PresetSlots) {
  // A packet at the very end of a slot belongs to it; the next slot starts where that one ends.
  Flow flow;
  flow.ns = {0, 1'000'000'000, 1'500'000'000, 5'000'000'000};
  EXPECT_THAT(flow.row(netml(Kind::kSampNum, 7)), ElementsAre(2, 1, 0, 0, 0, 1));
  EXPECT_THAT(flow.row(netml(Kind::kSampSize, 7)), ElementsAre(1560, 100, 0, 0, 0, 40));
}

TEST(SeriesFeatures, PresetSlotsStopAt500) {
  Flow flow;
  flow.ns = {0, 1'000'000'000'000, 1'000'000'000'000, 1'000'000'000'000};
  const Row far = flow.row(netml(Kind::kSampNum, 602));
  EXPECT_EQ(far[0], 1);
  EXPECT_EQ(std::count(far.begin(), far.end(), 0.0), 600);
  // 400 empty slots are below the limit: the rest follows.
  flow.ns = {0, 400'500'000'000, 400'500'000'000, 400'500'000'000};
  EXPECT_EQ(flow.row(netml(Kind::kSampNum, 602))[400], 3);
}

TEST(SeriesFeatures, ASamplingRateOfZeroIsOneSlot) {
  EXPECT_THAT(Flow().row(netml(Kind::kSampNum, 4, 0)), ElementsAre(4, 0, 0));
  EXPECT_THAT(Flow().row(netml(Kind::kSampNum, 3, 5e-324)), ElementsAre(1, 0));
}

TEST(SeriesFeatures, HeaderBlockComesFirst) {
  RepresentationSettings settings = exact(Kind::kIat, 3);
  settings.header = true;
  EXPECT_THAT(Flow().row(settings), ElementsAre(1, 3, 1, 1, 3, 1, 1, 1, 64, 63, 0.5, 3e-9));
  EXPECT_EQ(column_names(settings).front(), "header_0");
  EXPECT_EQ(column_names(settings)[9], "header_9");
  EXPECT_EQ(column_names(settings)[10], "iat_0");
  EXPECT_EQ(column_names(settings).back(), "iat_1");
}

/// The definition, in O(n^2).
Row slow_spectrum(const Row& x) {
  const auto n = static_cast<double>(x.size());
  Row result(x.size());
  for (std::size_t j = 0; j < x.size(); ++j) {
    for (std::size_t k = 0; k < x.size(); ++k) {
      result[j] +=
          x[k] * std::cos(2 * std::numbers::pi * std::fmod(static_cast<double>(j * k), n) / n);
    }
  }
  return result;
}

TEST(SeriesFeatures, SpectrumOfAnyWidth) {
  for (const std::size_t dim : std::initializer_list<std::size_t>{
           1, 2, 3, 4, 5, 7, 12, 13, 64, 67, 71, 127, 128, 134, 509, 1000, 1009}) {
    Flow flow;
    flow.ns.assign(dim + 3, 0);
    flow.sizes.clear();
    for (std::size_t i = 0; i < dim + 3; ++i) {
      flow.sizes.push_back(static_cast<std::uint32_t>(i * i * 7919 % 1500));
    }
    RepresentationSettings settings = exact(Kind::kSize, dim);
    const Row want = slow_spectrum(flow.row(settings));
    settings.fft = true;
    const Row got = flow.row(settings);
    double largest = 0;
    for (const double value : want) {
      largest = std::max(largest, std::abs(value));
    }
    for (std::size_t j = 0; j < dim; ++j) {
      EXPECT_NEAR(got[j], want[j], 1e-11 * largest) << dim << ' ' << j;
    }
  }
}

TEST(SeriesFeatures, SpectrumOfALargePrimeIsQuick) {
  Flow flow;
  flow.sizes.assign(4, 1);
  RepresentationSettings settings = exact(Kind::kSize, 100003);
  settings.fft = true;
  const Row row = flow.row(settings);
  EXPECT_NEAR(row[0], 4, 1e-9);
}

TEST(SeriesFeatures, HeaderAndFeaturesAreTransformedSeparately) {
  RepresentationSettings settings = exact(Kind::kSize, 4);
  settings.header = true;
  const Row plain = Flow().row(settings);
  settings.fft = true;
  const Row row = Flow().row(settings);
  const Row header = slow_spectrum(Row(plain.begin(), plain.begin() + 12));
  const Row sizes = slow_spectrum(Row(plain.begin() + 12, plain.end()));
  for (std::size_t i = 0; i < row.size(); ++i) {
    EXPECT_NEAR(row[i], i < 12 ? header[i] : sizes[i - 12], 1e-9);
  }
}

TEST(SeriesFeatures, FittedValues) {
  const std::vector<std::size_t> counts = {2, 2, 3, 10};
  EXPECT_EQ(fitted_dim(counts, 0.9), 7u);
  EXPECT_EQ(fitted_dim(std::vector<std::size_t>{1}, 0.9), 2u);
  EXPECT_EQ(fitted_sampling_seconds(Row{1, 2, 3, 4}), 1.9);
  EXPECT_EQ(fitted_sampling_seconds(Row{0, 0, 3, 4}), 3);
  EXPECT_EQ(fitted_sampling_seconds(Row{0, 0}), 0);
  EXPECT_EQ(fitted_sampling_ns(std::vector<std::int64_t>{0, 0, 10, 20}), 13);
  EXPECT_EQ(fitted_sampling_ns(std::vector<std::int64_t>{0}), 1'000'000'000);
  EXPECT_EQ(fitted_sampling_ns({}), 1'000'000'000);
}

TEST(SeriesFeatures, NamesRoundTrip) {
  for (const Kind kind :
       {Kind::kIat, Kind::kSize, Kind::kIatSize, Kind::kStats, Kind::kSampNum, Kind::kSampSize}) {
    EXPECT_EQ(representation_kind(name_of(kind)), kind);
  }
  EXPECT_EQ(representation_kind("fft-iat"), std::nullopt);
}

}  // namespace
}  // namespace netml
