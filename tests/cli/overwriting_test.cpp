// No output of a run takes the place of a file that the run reads, nor of another output.
#include <filesystem>

#include <gtest/gtest.h>

#include "program.hpp"
#include "support/capture_text.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;

constexpr char kKey[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr char kTable[] = "a,b,label\n1,2,0\n3,4,0\n";

std::string capture_bytes() {
  return pcap_header() + udp_record(0, 1) + udp_record(1000, 2);
}

// A run in `folder` that must be refused: status 2, and every file as it was.
void expect_refused(const TempFolder& folder, const std::vector<std::string>& arguments,
                    const std::string& reason, Streams streams = {}) {
  std::vector<std::pair<std::string, std::string>> before;
  for (const std::string& name : folder_names(folder.path(""))) {
    before.emplace_back(name, slurp(folder.path(name)));
  }
  streams.folder = folder.path("");
  const RunResult result = netml(arguments, "", streams);
  const std::string what = join(arguments, " ") + "\n" + result.err;
  EXPECT_EQ(result.status, 2) << what;
  EXPECT_NE(result.err.find(reason), std::string::npos) << what;
  std::vector<std::string> names;
  for (const auto& [name, bytes] : before) {
    EXPECT_EQ(slurp(folder.path(name)), bytes) << name << " of " << what;
    names.push_back(name);
  }
  EXPECT_EQ(folder_names(folder.path("")), names) << what;
}

TEST(Overwriting, InputsAreNeverReplaced) {
  const TempFolder folder;
  folder.write("a.pcap", capture_bytes());
  folder.write("flows-metadata.json", capture_bytes());
  folder.write("piece.0-metadata.json", capture_bytes());
  folder.write("key", kKey);
  folder.write("run.toml", "threads = 1\n");
  folder.write("kde.yaml", "kde: {bandwidth: 1}\n");
  folder.write("table.csv", kTable);
  folder.write("table-metadata.json", "{}");
  std::filesystem::create_symlink("a.pcap", folder.path("link.pcap"));
  std::filesystem::create_hard_link(folder.path("a.pcap"), folder.path("other.pcap"));
  const std::vector<std::vector<std::string>> commands = {
      {"extract", "a.pcap", "-o", "a.pcap", "--format=csv"},
      {"extract", "a.pcap", "-o", "link.pcap", "--format=csv"},
      {"extract", "a.pcap", "-o", "other.pcap", "--format=csv"},
      {"extract", "flows-metadata.json", "-o", "flows.csv"},
      {"extract", "flows-metadata.json", "-o", "flows.npy"},
      {"extract", "a.pcap", "--label=flows-metadata.json", "-o", "flows.csv"},
      {"extract", "a.pcap", "--summary=a.pcap"},
      {"extract", "a.pcap", "--anonymize=src_ip", "--anonymize-key=key", "-o", "key"},
      {"extract", "a.pcap", "--config=run.toml", "-o", "run.toml"},
      {"packets", "a.pcap", "-o", "a.pcap", "--format=csv"},
      {"learn", "flows-metadata.json", "-f", "flows.csv", "-o", "model.netml"},
      {"train", "-f", "table.csv", "-o", "table.csv"},
      {"train", "-f", "table.csv", "-o", "table-metadata.json"},
      {"train", "-f", "a.pcap", "--calibrate=table.csv", "-o", "m", "--report=table-metadata.html"},
      {"train", "-f", "table.csv", "--algorithm=kde", "--param=kde.yaml", "-o", "kde.yaml"},
      {"classify", "-m", "key", "--table=table.csv", "--format=csv", "-o", "table-metadata.json"},
  };
  for (const std::vector<std::string>& command : commands) {
    expect_refused(folder, command, ": is an input of this run and would be overwritten");
  }
}

TEST(Overwriting, PiecesThatRotationWillWriteAreKnownFromTheStart) {
  const TempFolder folder;
  folder.write("a.pcap", capture_bytes());
  folder.write("x.17.csv", capture_bytes());
  folder.write("x.3-metadata.json", capture_bytes());
  const std::string reason = ": has the name of a piece that --rotate writes";
  const std::vector<std::string> rotation = {"-o", "x.csv", "--rotate=1"};
  for (const std::vector<std::string>& inputs :
       std::vector<std::vector<std::string>>{{"x.17.csv"},
                                             {"x.3-metadata.json"},
                                             {"a.pcap", "--label=x.17.csv"},
                                             {"a.pcap", "--summary=./x.2.csv"}}) {
    std::vector<std::string> command = {"extract"};
    command.insert(command.end(), inputs.begin(), inputs.end());
    command.insert(command.end(), rotation.begin(), rotation.end());
    expect_refused(folder, command, reason);
  }
  EXPECT_EQ(netml({"extract", folder.path("a.pcap"), "-o", folder.path("y.csv"), "--rotate=1",
                   "--summary", folder.path("y.1x.csv")})
                .status,
            0);
}

TEST(Overwriting, StandardInputIsAnInputToo) {
  const TempFolder folder;
  folder.write("a.pcap", capture_bytes());
  Streams from_file;
  from_file.in = folder.path("a.pcap");
  expect_refused(folder, {"extract", "-", "--format=csv", "-o", "a.pcap"}, "a.pcap: is an input",
                 from_file);
}

TEST(Overwriting, OutputsAreDifferentFiles) {
  const TempFolder folder;
  folder.write("a.pcap", capture_bytes());
  folder.write("table.csv", kTable);
  const std::string reason = "two outputs of this run have this name";
  expect_refused(folder, {"extract", "a.pcap", "-o", "x.csv", "--summary=x.csv"}, reason);
  expect_refused(folder, {"extract", "a.pcap", "-o", "x.csv", "--summary=x-metadata.json"}, reason);
  expect_refused(folder, {"train", "-f", "table.csv", "-o", "m", "--test-scores=m"}, reason);
  expect_refused(folder, {"train", "-f", "table.csv", "-o", "m", "--summary=./m"}, reason);
  std::filesystem::create_symlink("not-there-yet", folder.path("link"));
  expect_refused(folder, {"train", "-f", "table.csv", "-o", "link", "--summary=not-there-yet"},
                 reason);
}

// Whoever reads it could not tell one from the other.
TEST(Overwriting, StandardOutputTakesOneOutput) {
  const TempFolder folder;
  folder.write("a.pcap", capture_bytes());
  folder.write("table.csv", kTable);
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {"--output and --summary", {"extract", "a.pcap", "--summary=-"}},
      {"-o and --summary", {"extract", "a.pcap", "-o", "-", "--summary=-"}},
      {"--output and --summary", {"packets", "a.pcap", "--summary", "-"}},
      {"--output and --summary", {"classify", "-m", "m", "a.pcap", "--summary=-"}},
      {"-o and --summary", {"learn", "a.pcap", "-o", "-", "--summary=-"}},
      {"-m and --feature", {"learn", "a.pcap", "-m", "-", "-f", "-"}},
      {"--feature and --test-scores",
       {"learn", "a.pcap", "-o", "m", "--feature=-", "--test-scores=-"}},
      {"--model and --test-scores", {"train", "-f", "table.csv", "--model=-", "--test-scores=-"}},
      {"--test-scores and --summary",
       {"train", "-f", "table.csv", "-o", "m", "--test-scores=-", "--summary=-"}},
      {"what inspect prints and --summary", {"inspect", "a.pcap", "--summary=-"}},
      {"what columns prints and --summary", {"columns", "--summary=-"}},
      {"what completion prints and --summary", {"completion", "bash", "--summary=-"}},
  };
  for (const auto& [names, command] : cases) {
    expect_refused(
        folder, command,
        "netml: " + names + ": both would go to standard output; give one of them a file\n");
  }
}

TEST(Overwriting, AReportIsTwoFilesAndNoStandardOutput) {
  const TempFolder folder;
  folder.write("a.pcap", capture_bytes());
  folder.write("table.csv", kTable);
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"classify", "-m", "m", "a.pcap", "-o", "v", "--report=-"},
        {"learn", "a.pcap", "-o", "m", "--report=-"},
        {"train", "-f", "table.csv", "-o", "m", "--report=-"}}) {
    expect_refused(folder, command, "netml: --report: a page and its numbers ");
  }
}

TEST(Overwriting, AStateIsAFileAndNoStandardOutput) {
  const TempFolder folder;
  folder.write("a.pcap", capture_bytes());
  for (const char* output : {"-", "verdicts.txt"}) {
    expect_refused(folder, {"classify", "-m", "m", "a.pcap", "-o", output, "--state=-"},
                   "netml: --state takes a file: the next run reads what this one writes there\n");
  }
}

TEST(Overwriting, ASummaryAloneMayGoToStandardOutput) {
  const TempFolder folder;
  folder.write("a.pcap", capture_bytes());
  Streams streams;
  streams.folder = folder.path("");
  for (const std::string output : {"/dev/null", "flows.csv"}) {
    const RunResult result = netml({"extract", "a.pcap", "-o", output, "--summary=-"}, "", streams);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(nlohmann::json::parse(result.out)["packets_read"], 2);
  }
}

}  // namespace
}  // namespace netml
