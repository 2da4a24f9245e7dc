// The meter on stderr: where it stands, and that it leaves nothing behind.
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "netml/core/rng.hpp"

#include "program.hpp"
#include "support/capture_text.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;
using std::chrono::milliseconds;

constexpr milliseconds kAFewPeriods(1800);

// A terminal of our own, to be somebody's stderr.
class Terminal {
 public:
  Terminal() : master_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)) {
    EXPECT_TRUE(master_ >= 0 && grantpt(master_) == 0 && unlockpt(master_) == 0);
    name_ = ptsname(master_);
    slave_ = open(name_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);  // keeps it alive
  }
  ~Terminal() {
    close(slave_);
    close(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  const std::string& name() const { return name_; }
  // Everything that was written since the last call.
  std::string text() {
    std::string text;
    char buffer[4096];
    for (ssize_t count = 0; (count = read(master_, buffer, sizeof buffer)) > 0;) {
      text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  int master_;
  int slave_ = -1;
  std::string name_;
};

Streams stderr_on(const Terminal& terminal) {
  Streams streams;
  streams.err = terminal.name();
  streams.environment = {"TERM=xterm"};
  return streams;
}

// What a run over a pipe draws meanwhile, and at its end.
struct Drawing {
  std::string during, end;
};

Drawing drawing(Terminal& terminal, const std::vector<std::string>& arguments) {
  Process process(netml_command(arguments), stderr_on(terminal));
  EXPECT_TRUE(process.write(udp_capture(50)));
  std::this_thread::sleep_for(kAFewPeriods);
  Drawing result;
  result.during = terminal.text();
  EXPECT_EQ(process.finish().status, 0);
  result.end = terminal.text();
  return result;
}

TEST(Progress, IsDrawnOnATerminalAndTakenAway) {
  const TempFolder folder;
  Terminal terminal;
  const Drawing drawn = drawing(terminal, {"extract", "-", "-o", folder.path("flows.csv")});
  EXPECT_EQ(drawn.during.rfind("\rnetml: ", 0), 0U) << drawn.during;
  EXPECT_NE(drawn.during.find("100 packets"), std::string::npos) << drawn.during;
  EXPECT_NE(drawn.during.find("50 flows open"), std::string::npos) << drawn.during;
  EXPECT_EQ(drawn.during.find('\n'), std::string::npos) << "one line";
  ASSERT_GE(drawn.end.size(), 4U);
  EXPECT_EQ(drawn.end.substr(drawn.end.size() - 4), "\r\x1b[K");
}

TEST(Progress, IsNotDrawnWhenAskedOrForFiles) {
  const TempFolder folder;
  const std::string output = folder.path("flows.csv");
  Terminal terminal;
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"extract", "-", "-o", output, "--progress", "never"},
        {"extract", "-", "-o", output, "-q"},
        {"packets", "-", "-o", output, "--log-format", "json"}}) {
    const Drawing drawn = drawing(terminal, arguments);
    EXPECT_EQ(drawn.during + drawn.end, "") << arguments.back();
  }
  Process process(netml_command({"extract", "-"}));
  EXPECT_TRUE(process.write(udp_capture(50)));
  std::this_thread::sleep_for(kAFewPeriods);
  EXPECT_EQ(process.finish().err, "") << "a pipe is no terminal";
}

TEST(Progress, IsNotDrawnAmongRows) {
  Terminal terminal;
  Streams streams = stderr_on(terminal);
  streams.out = terminal.name();
  Process process(netml_command({"extract", "-"}), streams);
  EXPECT_TRUE(process.write(udp_capture(50)));
  std::this_thread::sleep_for(kAFewPeriods);
  EXPECT_EQ(terminal.text().find("netml: "), std::string::npos);
  process.finish();
}

TEST(Progress, AMessageStandsOnALineOfItsOwn) {
  const TempFolder folder;
  Terminal terminal;
  Process process(netml_command({"extract", "-", "-o", folder.path("flows.csv")}),
                  stderr_on(terminal));
  const std::string capture = udp_capture(50);
  EXPECT_TRUE(process.write(capture.substr(0, capture.size() - 3)));
  std::this_thread::sleep_for(kAFewPeriods);
  EXPECT_EQ(process.finish().status, 4);
  const std::string text = terminal.text();
  EXPECT_NE(text.find("\r\x1b[Knetml: standard input: "), std::string::npos) << text;
}

TEST(Progress, AlwaysGivesPlainLinesWithoutATerminal) {
  const TempFolder folder;
  Process process(
      netml_command({"packets", "-", "-o", folder.path("rows.csv"), "--progress", "always"}));
  EXPECT_TRUE(process.write(udp_capture(2000)));
  std::this_thread::sleep_for(kAFewPeriods);
  const RunResult result = process.finish();
  expect_sound(result, "always");
  ASSERT_FALSE(result.err.empty());
  for (const std::string& line : lines_of(result.err)) {
    EXPECT_EQ(line.rfind("netml: ", 0), 0U) << line;
    EXPECT_NE(line.find(" packets, "), std::string::npos) << line;
  }
}

TEST(Progress, AlwaysSaysHowAShortRunEnded) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(60));
  const RunResult result =
      netml({"extract", capture, "-o", folder.path("f.csv"), "--progress", "always"});
  ASSERT_EQ(lines_of(result.err).size(), 1U) << result.err;
  EXPECT_EQ(result.err.rfind("netml: 100 % of ", 0), 0U) << result.err;
}

// Rows of a model that is long in the making.
std::string many_rows() {
  Rng rng(1);
  std::string text = "a,b,c,d,e,f,g,h\n";
  for (int row = 0; row < 12000; ++row) {
    for (int column = 0; column < 8; ++column) {
      text += (column == 0 ? "" : ",") + std::to_string(rng.uniform());
    }
    text += '\n';
  }
  return text;
}

TEST(Progress, ASignalEndsAFitWithoutAModel) {
  const TempFolder folder;
  const std::string rows = folder.write("rows.csv", many_rows());
  const std::string model = folder.write("model.netml", "old");
  Streams streams;
  streams.err = folder.write("messages", "");
  Process process(netml_command({"train", "-f", rows, "-o", model, "--progress", "always",
                                 "--param", "{nu: 0.9, tol: 1.0e-10}"}),
                  streams);
  while (process.is_running() && slurp(streams.err).find("fitting") == std::string::npos) {
    std::this_thread::sleep_for(milliseconds(20));
  }
  ASSERT_TRUE(process.is_running()) << slurp(streams.err);
  process.send(SIGINT);
  const RunResult result = process.finish();
  EXPECT_EQ(result.died, "");
  EXPECT_EQ(result.status, 130);
  EXPECT_EQ(slurp(model), "old");
  EXPECT_EQ(folder_names(folder.path("")).size(), 3U) << "no temporary file";
}

}  // namespace
}  // namespace netml
