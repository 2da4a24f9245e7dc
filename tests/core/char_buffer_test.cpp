#include "netml/core/char_buffer.hpp"

#include <string>

#include <gtest/gtest.h>

namespace netml {
namespace {

TEST(CharBuffer, TextWrittenInPlaceSurvivesGrowth) {
  CharBuffer buffer;
  EXPECT_EQ(buffer.view(), "");
  std::string expected;
  for (std::size_t i = 0; i < 2000; ++i) {
    const std::string text(i % 37, static_cast<char>('a' + i % 26));
    if (i % 2 == 0) {
      buffer.append(text);
    } else {
      // More room than is used in the end.
      char* const place = buffer.room(text.size() + i);
      buffer.end_at(std::copy(text.begin(), text.end(), place));
    }
    expected += text;
  }
  EXPECT_EQ(buffer.view(), expected);
  EXPECT_EQ(buffer.size(), expected.size());
}

TEST(CharBuffer, ClearLeavesNothing) {
  CharBuffer buffer;
  buffer.append("text");
  buffer.append("");
  EXPECT_EQ(buffer.view(), "text");
  buffer.clear();
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.view(), "");
}

}  // namespace
}  // namespace netml
