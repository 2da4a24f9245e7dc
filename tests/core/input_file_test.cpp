#include "netml/core/input_file.hpp"

#include <chrono>
#include <csignal>
#include <functional>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netml/core/interrupt.hpp"

#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;
using std::chrono::milliseconds;

std::string make_fifo(const TempFolder& folder) {
  std::string path = folder.path("fifo");
  if (mkfifo(path.c_str(), 0600) != 0) {
    throw std::runtime_error("cannot make " + path);
  }
  return path;
}

void put(int descriptor, const std::string& bytes) {
  EXPECT_EQ(write(descriptor, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
}

// What a FIFO gives whose writer does so.
std::string read_from(const std::string& path, const std::function<void()>& write) {
  std::thread writer(write);
  std::string bytes = read_file(path, 1000);
  writer.join();
  return bytes;
}

TEST(InputFile, AFifoIsReadToTheEndOfItsWriter) {
  const TempFolder folder;
  const std::string path = make_fifo(folder);
  const auto open_late = [&] {
    std::this_thread::sleep_for(milliseconds(400));
    return open(path.c_str(), O_WRONLY | O_CLOEXEC);
  };
  EXPECT_EQ(read_from(path,
                      [&] {
                        const int descriptor = open_late();
                        put(descriptor, "one ");
                        std::this_thread::sleep_for(milliseconds(400));
                        put(descriptor, "two");
                        close(descriptor);
                      }),
            "one two");
  EXPECT_EQ(read_from(path, [&] { close(open_late()); }), "");
}

TEST(InputFile, AFifoWhoseWriterHasGone) {
  const TempFolder folder;
  const std::string path = make_fifo(folder);
  const int other_reader = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const int writer = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  put(writer, "bytes");
  close(writer);
  EXPECT_EQ(read_file(path, 1000), "bytes");
  close(other_reader);
}

// In a process of its own: a pending signal stays.
TEST(InputFileDeathTest, AnEarlierSignalEndsTheWaitForAWriter) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const TempFolder folder;
  const std::string path = make_fifo(folder);
  EXPECT_EXIT(
      {
        std::signal(SIGINT, SIG_DFL);  // whatever this test was started with
        interrupt::install_handlers();
        std::raise(SIGINT);
        alarm(10);
        try {
          read_file(path, 1000);
        } catch (const Interrupted& stop) {
          std::exit(128 + stop.signal_number);
        }
      },
      testing::ExitedWithCode(130), "");
}

}  // namespace
}  // namespace netml
