// Signals while a FIFO is open, and readers that leave, as they happen in a shell.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/program.hpp"
#include "support/capture_text.hpp"
#include "support/figures.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;
using std::chrono::milliseconds;

/// A FIFO that stays open for writing.
class Fifo {
 public:
  explicit Fifo(const std::string& path) : path_(path) {
    EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
    // Both ways, so that opening does not wait for the reader.
    descriptor_ = open(path.c_str(), O_RDWR | O_CLOEXEC);
  }
  ~Fifo() { close(descriptor_); }
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;

  void write(const std::string& bytes) const {
    EXPECT_EQ(::write(descriptor_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  std::size_t unread() const {
    int bytes = 0;
    ioctl(descriptor_, FIONREAD, &bytes);
    return static_cast<std::size_t>(bytes);
  }

 private:
  std::string path_;
  int descriptor_ = -1;
};

// True when every thread of the process sleeps: all that was read has been worked on.
bool is_asleep(pid_t pid) {
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
    const std::string stat = slurp(task.path() / "stat");
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos || stat.compare(name_end, 4, ") S ") != 0) {
      return false;
    }
  }
  return !gone;
}

// Until it has read everything and waits for more; false when that takes too long.
bool wait_until_read(const Fifo& fifo, pid_t pid) {
  int quiet = 0;
  for (int i = 0; i < 3000 && quiet < 3; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
    quiet = fifo.unread() == 0 && is_asleep(pid) ? quiet + 1 : 0;
  }
  return quiet == 3;
}

class AfterSomePackets : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Signals, AfterSomePackets, testing::Values(SIGINT, SIGTERM));

// Every packet is a flow of its own, and none of them would have ended yet.
TEST_P(AfterSomePackets, TheirFlowsAreThere) {
  const TempFolder folder;
  const std::string model = folder.path("model.netml");
  ASSERT_EQ(netml({"learn", demo("unclassified.pcap"), "-o", model, "-q"}).status, 0);
  const std::string fifo_path = folder.path("fifo");
  const std::string output = folder.path("out.csv"), summary = folder.path("summary.json");
  std::size_t runs = 0;
  for (const std::size_t packets : {1U, 2U, 57U, 700U}) {
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"extract", fifo_path, "-o", output},
          {"extract", fifo_path, "-o", output, "--features", "iat"},
          {"extract", fifo_path, "-o", output, "--preset", "nfstream"},
          {"classify", "-m", model, fifo_path, "--report-all", "--format", "csv", "-o", output}}) {
      std::filesystem::remove(fifo_path);
      std::filesystem::remove(output);
      const Fifo fifo(fifo_path);
      std::vector<std::string> arguments = command;
      arguments.insert(arguments.end(), {"--summary", summary, "-q"});
      const std::string what = join(arguments, " ") + ", " + std::to_string(packets) + " packets";
      Process process(netml_command(arguments));
      fifo.write(pcap_header());
      for (std::size_t i = 0; i < packets; ++i) {
        fifo.write(udp_record(static_cast<std::int64_t>(i), 1024 + i));
      }
      ASSERT_TRUE(wait_until_read(fifo, process.id())) << what;
      process.send(GetParam());
      const RunResult result = process.finish();
      expect_sound(result, what);
      EXPECT_EQ(result.status, 128 + GetParam()) << what << result.err;
      EXPECT_EQ(csv_rows(slurp(output)).size(), packets + 1) << what;
      expect_conservation(read_json(summary), what);
      EXPECT_EQ(read_json(summary)["packets_read"], packets) << what;
      EXPECT_EQ(read_json(summary)["packets_in_flows"], packets) << what;
      ++runs;
    }
  }
  EXPECT_EQ(folder_names(folder.path("")),
            (std::vector<std::string>{"fifo", "model.netml", "out-metadata.json", "out.csv",
                                      "summary.json"}));
  figures(std::to_string(runs) + " runs, status " + std::to_string(128 + GetParam()) +
          ", every packet in its flow");
}

TEST(Signals, HeadTakesALineAndLeaves) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(40000, 1));
  for (const char* more : {"", "--format jsonl", "--preset nfstream", "--features iat,biflow"}) {
    const RunResult result = run_program(
        {"bash", "-c",
         "\"$0\" extract \"$1\" " + std::string(more) + " -q | head -1; echo ${PIPESTATUS[0]}",
         binary(), capture});
    EXPECT_EQ(result.err, "") << more;
    const std::vector<std::string> lines = lines_of(result.out);
    ASSERT_EQ(lines.size(), 2U) << more;
    EXPECT_EQ(lines[1], "141") << more;
  }
  figures("4 formats into head -1: status 141, nothing on standard error");
}

}  // namespace
}  // namespace netml
