#include "netml/core/number_text.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace netml {
namespace {

template <typename Value>
std::string ours(Value value) {
  char text[kNumberRoom];
  return {text, write_number(text, value)};
}

template <typename Value>
std::string standard(Value value) {
  char text[512];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

// Whole doubles go without an exponent; all else is as std::to_chars has it.
std::string expected(double value) {
  if (std::fabs(value) < 1e15 && std::trunc(value) == value) {
    char text[512];
    return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr};
  }
  return standard(value);
}

// EXPECT_EQ for each of a million values would cost more than the values.
void expect_same(double value) {
  if (ours(value) != expected(value)) {
    ADD_FAILURE() << ours(value) << " instead of " << expected(value);
  }
}

void expect_same_around(double value) {
  for (const double neighbour : {std::nextafter(value, 0.0), value, std::nextafter(value, 1e300)}) {
    expect_same(neighbour);
    expect_same(-neighbour);
  }
}

TEST(NumberText, IntegersOfEveryLength) {
  std::uint64_t power = 1;
  for (int length = 1; length <= 20; ++length) {
    for (const std::uint64_t value :
         {power - 1, power, power + 1, 2 * power + power / 3, 9 * power}) {
      EXPECT_EQ(ours(value), standard(value));
      EXPECT_EQ(ours(static_cast<std::int64_t>(value)), standard(static_cast<std::int64_t>(value)));
      EXPECT_EQ(ours(-static_cast<std::int64_t>(value / 2)),
                standard(-static_cast<std::int64_t>(value / 2)));
    }
    power *= 10;
  }
  EXPECT_EQ(ours(std::uint64_t{UINT64_MAX}), "18446744073709551615");
  EXPECT_EQ(ours(std::int64_t{INT64_MIN}), "-9223372036854775808");
  EXPECT_EQ(ours(std::int64_t{INT64_MAX}), "9223372036854775807");
}

TEST(NumberText, IntegersOfAnySize) {
  for (std::uint64_t value = 0; value < 120'000; ++value) {
    ASSERT_EQ(ours(value), standard(value));
  }
  std::mt19937_64 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t value = random() >> (random() % 64);
    ASSERT_EQ(ours(value), standard(value));
    ASSERT_EQ(ours(static_cast<std::int64_t>(value)), standard(static_cast<std::int64_t>(value)));
  }
}

TEST(NumberText, DoublesOfAnyBits) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 100'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (std::isfinite(value)) {
      expect_same(value);
    }
  }
}

TEST(NumberText, DoublesWithAFraction) {
  // All exponents between the bounds of the fast way, and some beyond.
  std::mt19937_64 random(3);
  for (std::uint64_t exponent = 1023 - 14; exponent < 1023 + 55; ++exponent) {
    expect_same_around(std::bit_cast<double>(exponent << 52));
    for (int i = 0; i < 5'000; ++i) {
      // Few low bits give short exact decimals and ties between two shortest ones.
      const std::uint64_t mantissa = random() >> 12 & ~std::uint64_t{0} << random() % 53;
      expect_same(
          std::bit_cast<double>(exponent << 52 | (mantissa & ((std::uint64_t{1} << 52) - 1))));
    }
  }
}

TEST(NumberText, MeansRootsAndShortDecimals) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 150'000; ++i) {
    const auto sum = static_cast<double>(random() >> (random() % 40 + 24));
    const auto n = static_cast<double>(random() % 1000 + 1);
    expect_same(sum / n);
    expect_same(sum / (n * 1e6));
    expect_same(std::sqrt(sum / n));
    expect_same(std::sqrt(sum) / 1e6);
    expect_same(std::nextafter(sum / 1e3, 0.0));
    expect_same(sum / std::pow(10.0, static_cast<double>(random() % 12)));
  }
}

TEST(NumberText, LimitsOfDoubles) {
  using Limits = std::numeric_limits<double>;
  for (const double value : {0.0, 1.0, 1e-3, 1e-4, 1e14, 1e15, 1e16, 0.5, 0.1, 1e22, 1e23, 123456.0,
                             9007199254740992.0, 9007199254740993.0, Limits::min(),
                             Limits::denorm_min(), Limits::max(), Limits::epsilon()}) {
    expect_same_around(value);
  }
  EXPECT_EQ(ours(-0.0), "-0");
  EXPECT_EQ(ours(562949953421312.25), "562949953421312.2") << "a tie goes to the even digit";
  EXPECT_EQ(ours(562949953421312.75), "562949953421312.8");
}

TEST(NumberText, MillionthsAreExact) {
  const auto text = [](std::int64_t value) {
    char buffer[kNumberRoom];
    return std::string(buffer, write_millionths(buffer, value));
  };
  EXPECT_EQ(text(0), "0");
  EXPECT_EQ(text(1), "0.000001");
  EXPECT_EQ(text(-1), "-0.000001");
  EXPECT_EQ(text(1'000'000), "1");
  EXPECT_EQ(text(1'500'000), "1.5");
  EXPECT_EQ(text(-10'050'000), "-10.05");
  EXPECT_EQ(text(123'456'789), "123.456789");
  EXPECT_EQ(text(INT64_MAX), "9223372036854.775807");
  EXPECT_EQ(text(INT64_MIN), "-9223372036854.775808");
}

TEST(NumberText, PythonReprIsFixedBetweenItsBounds) {
  const auto repr = [](double value) {
    char buffer[kNumberRoom];
    return std::string(buffer, write_python_repr(buffer, value));
  };
  std::mt19937_64 random(5);
  for (int i = 0; i < 200'000; ++i) {
    const double value = std::ldexp(static_cast<double>(static_cast<std::int64_t>(random())),
                                    static_cast<int>(random() % 78) - 88);
    const double magnitude = std::fabs(value);
    char buffer[512];
    const bool is_fixed = magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e16);
    std::string text(
        buffer, std::to_chars(buffer, buffer + sizeof buffer, value,
                              is_fixed ? std::chars_format::fixed : std::chars_format::scientific)
                    .ptr);
    if (is_fixed && text.find('.') == std::string::npos) {
      text += ".0";
    }
    ASSERT_EQ(repr(value), text);
  }
  EXPECT_EQ(repr(-0.0), "-0.0");
  EXPECT_EQ(repr(1e15), "1000000000000000.0");
}

}  // namespace
}  // namespace netml
