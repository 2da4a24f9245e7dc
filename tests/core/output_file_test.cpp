#include "netml/core/output_file.hpp"

#include <csignal>
#include <filesystem>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"

#include "support/temp_folder.hpp"

namespace netml {
namespace {

using test::TempFolder;
using testing::HasSubstr;
using testing::StartsWith;

std::string content(const std::string& path) {
  return read_file(path, std::size_t{1} << 30);
}

std::string output_error(const std::string& path, const std::string& bytes = "x") {
  try {
    write_file(path, bytes);
  } catch (const OutputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(OutputFile, AppearsUnderItsNameOnlyWhenCommitted) {
  const TempFolder folder;
  const std::string path = folder.write("out", "old");
  {
    OutputFile file(path);
    EXPECT_TRUE(file.is_regular());
    file.write("new");
    file.flush();
    EXPECT_EQ(content(path), "old");
    EXPECT_EQ(folder.entries(), 2u) << "the temporary file is beside it";
    file.commit();
    EXPECT_EQ(content(path), "new");
  }
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(OutputFile, WithoutCommitTheOldFileStaysAndNothingIsLeft) {
  const TempFolder folder;
  const std::string path = folder.write("out", "old");
  {
    OutputFile file(path);
    file.write("new");
    file.flush();
  }
  EXPECT_EQ(content(path), "old");
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(OutputFile, PreparedIsNotYetInItsPlace) {
  const TempFolder folder;
  const std::string path = folder.write("out", "old");
  OutputFile file(path);
  file.write("new");
  file.prepare();
  EXPECT_EQ(content(path), "old");
  file.commit();
  EXPECT_EQ(content(path), "new");
  {
    OutputFile given_up(path);
    given_up.write("never");
    given_up.prepare();
  }
  EXPECT_EQ(content(path), "new");
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(OutputFile, LargeAndSmallWritesKeepTheirOrder) {
  const TempFolder folder;
  std::string expected;
  OutputFile file(folder.path("out"));
  const auto write = [&](std::size_t size) {
    const std::string bytes(size, static_cast<char>('a' + expected.size() % 26));
    file.write(bytes);
    expected += bytes;
  };
  for (const std::size_t size : {1u, 300000u, 5u, 32768u, 32767u, 262144u, 262143u, 2u, 0u}) {
    write(size);
  }
  for (int i = 0; i < 20; ++i) {
    write(32767);  // more than the buffer holds
  }
  file.commit();
  EXPECT_EQ(content(folder.path("out")), expected);
}

// A run that fails in the meantime has written no model where somebody reads along.
TEST(OutputFile, TheResultOfARunWaitsForItsEnd) {
  const TempFolder folder;
  const std::string fifo = folder.path("fifo"), bytes(40000, 'x');
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const int reader = open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  std::string got(bytes.size(), ' ');
  const auto wait_for = [&](Reader kind, bool is_flushed) {
    OutputFile file(fifo, FileMode::kShared, kind);
    file.write(bytes);
    if (is_flushed) {
      file.flush();
    }
    return read(reader, got.data(), got.size());
  };
  EXPECT_EQ(wait_for(Reader::kMustStay, false), -1);
  EXPECT_EQ(wait_for(Reader::kMayMiss, false), -1);
  EXPECT_EQ(wait_for(Reader::kMustStay, true), 40000);
  EXPECT_EQ(wait_for(Reader::kMayLeave, false), 40000);
  close(reader);
}

TEST(OutputFile, BytesCanBeOverwrittenInPlace) {
  const TempFolder folder;
  OutputFile file(folder.path("out"));
  file.write("0000 rows");
  file.write_at(1, "42");
  file.write("!");
  file.commit();
  EXPECT_EQ(content(folder.path("out")), "0420 rows!");
}

TEST(OutputFile, ModesFollowTheUmask) {
  const TempFolder folder;
  const mode_t before = umask(022);
  write_file(folder.path("shared"), "x");
  write_file(folder.path("private"), "x", FileMode::kPrivate);
  umask(before);
  struct stat status {};
  ASSERT_EQ(stat(folder.path("shared").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0644U);
  ASSERT_EQ(stat(folder.path("private").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(OutputFile, WhatWasClosedToSomebodyStaysClosed) {
  const TempFolder folder;
  const std::string path = folder.write("out", "old");
  const auto permissions = [](const std::string& name) {
    struct stat status {};
    EXPECT_EQ(stat(name.c_str(), &status), 0) << name;
    return status.st_mode & 07777U;
  };
  std::filesystem::create_symlink("out", folder.path("link"));
  const mode_t before = umask(027);
  for (const mode_t mode : {0600U, 0444U, 0666U, 0640U, 04755U}) {
    for (const FileMode kind : {FileMode::kShared, FileMode::kPrivate}) {
      ASSERT_EQ(chmod(path.c_str(), mode), 0);
      write_file(folder.path("link"), "new", kind);
      EXPECT_EQ(permissions(path), mode & static_cast<mode_t>(kind) & 0750U);
    }
  }
  umask(before);
}

// The bytes of a file that others may not read are not shown while they are on their way.
TEST(OutputFile, TheTemporaryFileIsNoMoreOpenThanTheOldOne) {
  const TempFolder folder;
  const std::string path = folder.write("out", "old");
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  const OutputFile file(path);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    EXPECT_EQ(entry.status().permissions(), std::filesystem::perms(0600)) << entry.path();
  }
}

TEST(OutputFile, ASymbolicLinkKeepsBeingOne) {
  const TempFolder folder;
  const std::string target = folder.write("target", "old");
  std::filesystem::create_symlink("target", folder.path("link"));
  write_file(folder.path("link"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link")));
  EXPECT_EQ(content(target), "new");
  EXPECT_EQ(folder.entries(), 2u);
}

TEST(OutputFile, ALinkToAFileThatIsNotThereYetKeepsBeingOne) {
  const TempFolder folder;
  std::filesystem::create_directory(folder.path("inner"));
  std::filesystem::create_symlink("inner/second", folder.path("link"));
  std::filesystem::create_symlink("target", folder.path("inner/second"));
  write_file(folder.path("link"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link")));
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("inner/second")));
  EXPECT_EQ(content(folder.path("inner/target")), "new");
}

TEST(OutputFile, ATooLongNameIsRefusedBeforeAnythingIsWritten) {
  const TempFolder folder;
  EXPECT_THAT(output_error(folder.path(std::string(256, 'n'))),
              HasSubstr("cannot write: File name too long"));
  EXPECT_EQ(folder.entries(), 0U);
}

TEST(OutputFile, AFullDiskIsAnErrorThatNamesThePath) {
  EXPECT_THAT(output_error("/dev/full"), StartsWith("/dev/full: cannot write: No space left"));
}

TEST(OutputFile, PathsThatCannotBeWrittenAreErrors) {
  const TempFolder folder;
  EXPECT_THAT(output_error(folder.path()), HasSubstr("Is a directory"));
  EXPECT_THAT(output_error(folder.path("absent/out")), HasSubstr("No such file"));
  EXPECT_THAT(output_error(folder.write("file", "") + "/out"), HasSubstr("Not a directory"));
  EXPECT_THAT(output_error(folder.path(std::string(300, 'x'))), HasSubstr("too long"));
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(OutputFile, AFolderWithoutPermissionIsAnError) {
  if (geteuid() == 0) {
    GTEST_SKIP() << "root may write everywhere";
  }
  const TempFolder folder;
  ASSERT_EQ(chmod(folder.path().c_str(), 0500), 0);
  EXPECT_THAT(output_error(folder.path("out")), HasSubstr("Permission denied"));
  ASSERT_EQ(chmod(folder.path().c_str(), 0700), 0);
}

TEST(OutputFile, AFileSizeLimitLeavesTheOldFileAndNoTemporary) {
  const TempFolder folder;
  const std::string path = folder.write("out", "old");
  std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit before {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const struct rlimit small = {1000, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string error = output_error(path, std::string(5000, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, SIG_DFL);
  EXPECT_THAT(error, HasSubstr("File too large"));
  EXPECT_EQ(content(path), "old");
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(OutputFile, AReaderThatHasGoneAwayIsNoError) {
  const TempFolder folder;
  const std::string path = folder.path("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::signal(SIGPIPE, SIG_IGN);
  const int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  OutputFile file(path);
  EXPECT_FALSE(file.is_regular());
  EXPECT_TRUE(file.is_followed());
  file.write("x");
  file.flush();
  close(reader);
  file.write("y");
  EXPECT_THROW(file.flush(), BrokenPipe);
  std::signal(SIGPIPE, SIG_DFL);
}

TEST(OutputFile, MessagesDoNotCarryControlCharacters) {
  EXPECT_THAT(output_error("/absent/\x1b[31m\n"), HasSubstr("/absent/\\x1b[31m\\x0a: "));
}

TEST(ReadFile, RefusesWhatIsTooLargeOrNotAFile) {
  const TempFolder folder;
  const std::string path = folder.write("a", "12345");
  EXPECT_EQ(read_file(path, 5), "12345");
  EXPECT_THROW(read_file(path, 4), InputError);
  EXPECT_THROW(read_file(folder.path(), 100), InputError);
  EXPECT_THROW(read_file(folder.path("absent"), 100), InputError);
}

}  // namespace
}  // namespace netml
