#include "netml/core/text_format.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace netml {
namespace {

std::string csv(std::string_view text, TextMode mode = TextMode::kSafe) {
  std::string out;
  append_csv_text(out, text, mode);
  return out;
}

std::string repr(double value) {
  std::string out;
  append_python_repr(out, value);
  return out;
}

TEST(TextFormat, CsvQuotesAsRfc4180Says) {
  EXPECT_EQ(csv("plain"), "plain");
  EXPECT_EQ(csv("a,b"), "\"a,b\"");
  EXPECT_EQ(csv("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv(""), "");
}

// At the start of a file it would be lost as a byte-order mark.
TEST(TextFormat, CsvQuotesAMarkAtTheStart) {
  const std::string mark = "\xef\xbb\xbf";
  for (const TextMode mode : {TextMode::kSafe, TextMode::kRaw}) {
    EXPECT_EQ(csv(mark + "a", mode), "\"" + mark + "a\"");
    EXPECT_EQ(csv("a" + mark, mode), "a" + mark);
  }
}

TEST(TextFormat, CsvNeverWritesControlCharactersOrFormulas) {
  EXPECT_EQ(csv("=1+1"), "'=1+1");
  EXPECT_EQ(csv("@x"), "'@x");
  EXPECT_EQ(csv("a\x1b[31m\n"), "a\\x1b[31m\\x0a");
  EXPECT_EQ(csv("\xc2\x85"), "\\xc2\\x85");
  EXPECT_EQ(csv("\x96x"), "\xef\xbf\xbdx");
  EXPECT_EQ(csv("=1\n", TextMode::kRaw), "\"=1\n\"");
}

TEST(TextFormat, PythonReprOfDoubles) {
  EXPECT_EQ(repr(0), "0.0");
  EXPECT_EQ(repr(94.5), "94.5");
  EXPECT_EQ(repr(247.037037037037), "247.037037037037");
  EXPECT_EQ(repr(1e-05), "1e-05");
  EXPECT_EQ(repr(0.0001), "0.0001");
  EXPECT_EQ(repr(1e16), "1e+16");
  EXPECT_EQ(repr(123456789012345680.0), "1.2345678901234568e+17");
  EXPECT_EQ(repr(9007199254740993.0), "9007199254740992.0");
}

TEST(TextFormat, NumbersMustBeWhole) {
  EXPECT_EQ(parse_double("1.5"), 1.5);
  EXPECT_EQ(parse_double("1.5x"), std::nullopt);
  EXPECT_EQ(parse_double(" 1"), std::nullopt);
  EXPECT_EQ(parse_double("nan"), std::nullopt);
  EXPECT_EQ(parse_double("1e999"), std::nullopt);
  EXPECT_EQ(parse_u64("-1"), std::nullopt);
  EXPECT_EQ(parse_i64("-1"), -1);
}

TEST(TextFormat, MessagesStayOnOneLine) {
  EXPECT_EQ(printable("a\nb\x7f"), "a\\x0ab\\x7f");
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\xe2\\x80\\xae");
  EXPECT_EQ(printable(std::string(300, 'x')), std::string(256, 'x') + "…");
}

TEST(TextFormat, Utf8IsReplacedOrDropped) {
  EXPECT_EQ(valid_utf8("a\xff"), "a\xef\xbf\xbd");
  EXPECT_EQ(drop_invalid_utf8("a\xff\xc3\xa9"), "a\xc3\xa9");
  EXPECT_EQ(drop_invalid_utf8("\xed\xa0\x80"), "");
}

TEST(TextFormat, SplitKeepsEmptyParts) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(split("a,", ','), (std::vector<std::string>{"a", ""}));
  EXPECT_TRUE(split("", ',').empty());
}

TEST(TextFormat, TheBaseNameIsWhatFollowsTheLastSlash) {
  EXPECT_EQ(base_name("a/b/c.csv"), "c.csv");
  EXPECT_EQ(base_name("c.csv"), "c.csv");
  EXPECT_EQ(base_name("/c"), "c");
  EXPECT_EQ(base_name("a/"), "");
  EXPECT_EQ(base_name(""), "");
}

TEST(TextFormat, RoundedToSoManyDigits) {
  EXPECT_EQ(rounded_text(2.0 / 3, 3), "0.667");
  EXPECT_EQ(rounded_text(123456, 3), number_text(123000));
  EXPECT_EQ(rounded_text(-1e-7, 6), number_text(-1e-7));
  EXPECT_EQ(rounded_text(0, 3), number_text(0));
}

}  // namespace
}  // namespace netml
