// Text from outside in what we write: names inside packets (the corpus), names of files, names in
// label files. No control byte reaches a stream, no formula a cell, and a CSV stays rectangular.
#include <algorithm>

#include <gtest/gtest.h>

#include "cli/program.hpp"
#include "support/capture_text.hpp"
#include "support/figures.hpp"
#include "support/reference.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;

const std::string kHostileNames[] = {"=cmd|'/c calc'!A0",
                                     "+1+1",
                                     "-2+3",
                                     "@SUM(A1)",
                                     "\tTAB",
                                     "\rCR",
                                     "\x1b[2J\x1b]0;title\x07",
                                     "a\nb",
                                     "\302\23331m",
                                     "\xe2\x80\xaetxt.exe",
                                     "\xff\xfe",
                                     "quote\"comma,semi;"};

// No byte of C0 but line ends, no DEL, and no C1 character of UTF-8.
void expect_no_control(const std::string& text, const std::string& what) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_c1 =
        byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    ASSERT_TRUE((byte >= 32 || byte == '\n') && byte != 127 && !is_c1)
        << what << ": byte " << int{byte} << " at " << i << " of\n"
        << text;
  }
}

bool is_number(const std::string& cell) {
  char* end = nullptr;
  std::strtod(cell.c_str(), &end);
  return end == cell.c_str() + cell.size();
}

void expect_no_formula(const std::string& csv, const std::string& what) {
  for (const auto& row : csv_rows(csv)) {  // checks that it is rectangular
    for (const std::string& cell : row) {
      const bool starts_one =
          !cell.empty() && std::string("=+-@\t\r").find(cell.front()) != std::string::npos;
      EXPECT_TRUE(!starts_one || is_number(cell)) << what << ": " << cell;
    }
  }
}

TEST(Encoding, NamesInsidePackets) {
  std::vector<Sample> samples = corpus("capture");
  samples.erase(std::remove_if(samples.begin(), samples.end(),
                               [](const Sample& sample) { return sample.family != "injection"; }),
                samples.end());
  if (samples.empty()) {
    GTEST_SKIP() << "the corpus is not here";
  }
  for (const Sample& sample : samples) {
    const std::string path = reference("corpus/" + sample.file);
    for (const std::vector<std::string>& more :
         {std::vector<std::string>{}, {"--format", "jsonl"}, {"--features", "splt,biflow"}}) {
      std::vector<std::string> arguments = {"extract", path, "-vvv"};
      arguments.insert(arguments.end(), more.begin(), more.end());
      const RunResult result = netml(arguments);
      ASSERT_EQ(result.status, 0) << sample.file;
      expect_no_control(result.out, sample.file);
      expect_no_control(result.err, sample.file);
      if (more.empty()) {
        expect_no_formula(result.out, sample.file);
      }
    }
  }
  figures(std::to_string(samples.size()) + " captures of the family injection");
}

TEST(Encoding, NamesOfFiles) {
  const TempFolder folder;
  for (const std::string& name : kHostileNames) {
    std::string file = name;
    std::replace(file.begin(), file.end(), '/', '_');
    for (const std::string& bytes :
         {udp_capture(3), udp_capture(3).substr(0, 100), std::string("x")}) {
      const std::string path = folder.write("in" + file, bytes);
      const RunResult result =
          netml({"extract", path, "-vvv", "--summary", folder.path("s.json"), "--format", "jsonl"});
      expect_no_control(result.out + result.err, path);
      // One event is one line, whatever the name.
      for (const std::string& line : lines_of(result.err)) {
        EXPECT_EQ(line.rfind("netml: ", 0), 0U) << line;
      }
      EXPECT_EQ(result.err.find("\xe2\x80\xae"), std::string::npos) << result.err;
    }
    const RunResult absent = netml({"classify", "-m", folder.path("absent" + name), "-"});
    EXPECT_EQ(absent.status, 3);
    expect_no_control(absent.err, name);
  }
  figures(std::to_string(std::size(kHostileNames)) + " names of files");
}

TEST(Encoding, NamesInLabelFiles) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(12));
  // The netml format takes key and label; each flow gets a name of its own.
  std::string labels =
      "Source IP,Source Port,Destination IP,Destination Port,Protocol,Timestamp,Label\n";
  std::size_t port = 1024;
  for (const std::string& name : kHostileNames) {
    std::string quoted;
    for (const char c : name) {
      quoted += c == '"' ? "\"\"" : std::string(1, c);
    }
    labels += "10.0.0.1," + std::to_string(port++) + ",10.0.0.2,53,17,14/11/2023 22:13,\"" +
              quoted + "\"\n";
  }
  const std::string path = folder.write("labels.csv", labels);
  for (const char* format : {"csv", "jsonl"}) {
    const RunResult result = netml({"extract", capture, "--label", path, "--label-format", "netml",
                                    "--format", format, "--features", "flow", "-vvv"});
    ASSERT_EQ(result.status, 0) << result.err;
    expect_no_control(result.out, format);
    expect_no_control(result.err, format);
    if (std::string(format) == "csv") {
      expect_no_formula(result.out, "labels");
      EXPECT_NE(result.out.find("'=cmd|"), std::string::npos) << "the labels did not match";
    } else {
      for (const std::string& line : lines_of(result.out)) {
        EXPECT_TRUE(nlohmann::json::accept(line)) << line;
      }
    }
  }
  figures(std::to_string(std::size(kHostileNames)) + " names of labels");
}

}  // namespace
}  // namespace netml
