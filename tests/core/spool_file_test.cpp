#include "netml/core/spool_file.hpp"

#include <gtest/gtest.h>

#include "netml/core/error.hpp"

#include "support/temp_folder.hpp"

namespace netml {
namespace {

std::string read(SpoolFile& file, std::size_t count) {
  std::string bytes(count, '\0');
  file.read(bytes.data(), count);
  return bytes;
}

TEST(SpoolFile, GivesBackWhatItTook) {
  const test::TempFolder folder;
  for (const std::size_t pieces : {1U, 100'000U}) {
    SpoolFile file(folder.path("out"));
    for (std::size_t i = 0; i < pieces; ++i) {
      file.write(std::to_string(1'000'000 + i));
    }
    file.begin_reading();
    for (std::size_t i = 0; i < pieces; ++i) {
      ASSERT_EQ(read(file, 7), std::to_string(1'000'000 + i));
    }
    EXPECT_EQ(folder.entries(), 0U);
  }
}

TEST(SpoolFile, PiecesMayBeLargerThanTheBuffer) {
  const test::TempFolder folder;
  SpoolFile file(folder.path("out"));
  const std::string large(std::size_t{1} << 20, 'x');
  file.write("a");
  file.write(large);
  file.write("b");
  file.begin_reading();
  EXPECT_EQ(read(file, 1), "a");
  EXPECT_TRUE(read(file, large.size()) == large);
  EXPECT_EQ(read(file, 1), "b");
}

TEST(SpoolFile, AFolderThatIsNotThereIsNamed) {
  SpoolFile file("/nowhere/at/all");
  file.write("small enough");
  try {
    file.write(std::string(std::size_t{1} << 20, 'x'));
    FAIL();
  } catch (const OutputError& error) {
    EXPECT_STREQ(error.what(), "/nowhere/at/all: cannot write: No such file or directory");
  }
}

}  // namespace
}  // namespace netml
