#include "netml/core/words.hpp"

#include <gtest/gtest.h>

#include "netml/core/error.hpp"

namespace netml {
namespace {

enum class Fruit { kApple, kPear };
constexpr Word<Fruit> kFruits[] = {{"apple", Fruit::kApple}, {"pear", Fruit::kPear}};

TEST(Words, AKnownWordHasItsMeaning) {
  EXPECT_EQ(parse_word("apple", kFruits, "unknown fruit"), Fruit::kApple);
  EXPECT_EQ(parse_word("pear", kFruits, "unknown fruit"), Fruit::kPear);
}

TEST(Words, AnUnknownOneIsNamedWithThoseThatThereAre) {
  try {
    parse_word("pera\n", kFruits, "unknown fruit");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "unknown fruit 'pera\\x0a'; did you mean 'pear'? (apple, pear)");
  }
}

}  // namespace
}  // namespace netml
