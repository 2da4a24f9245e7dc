#include "netml/core/words.hpp"

#include <gtest/gtest.h>

#include "netml/core/error.hpp"

namespace netml {
namespace {

enum class Fruit { kApple, kPear };
constexpr Word<Fruit> kFruits[] = {{"apple", Fruit::kApple}, {"pear", Fruit::kPear}};

TEST(Words, AKnownWordHasItsMeaning) {
  EXPECT_EQ(parse_word("apple", kFruits, "--fruit"), Fruit::kApple);
  EXPECT_EQ(parse_word("pear", kFruits, "--fruit"), Fruit::kPear);
}

TEST(Words, AnUnknownOneIsNamedWithThoseThatThereAre) {
  try {
    parse_word("pera\n", kFruits, "--fruit");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "--fruit: 'pera\\x0a' is none of apple, pear; did you mean 'pear'?");
  }
}

}  // namespace
}  // namespace netml
