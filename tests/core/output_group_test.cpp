#include "netml/core/output_group.hpp"

#include <gtest/gtest.h>

#include "netml/core/error.hpp"

#include "support/temp_folder.hpp"

namespace netml {
namespace {

using test::slurp;
using test::TempFolder;

TEST(OutputGroup, AFileThatFailsLeavesAllTheOldOnes) {
  const TempFolder folder;
  const std::string first = folder.write("a", "old a"), second = folder.write("b", "old b");
  {
    OutputGroup files;
    files.file(first).write("new a");
    files.file("/dev/full").write("no room");
    files.file(second).write("new b");
    EXPECT_THROW(files.commit(), OutputError);
  }
  EXPECT_EQ(slurp(first), "old a");
  EXPECT_EQ(slurp(second), "old b");
}

TEST(OutputGroup, OneNameIsOneFile) {
  const TempFolder folder;
  OutputGroup files;
  OutputFile& file = files.file(folder.path("a"));
  file.write("1");
  files.file(folder.path("a")).write("2");
  EXPECT_EQ(&files.file(folder.path("a")), &file);
  files.commit();
  EXPECT_EQ(slurp(folder.path("a")), "12");
}

}  // namespace
}  // namespace netml
