// Every sample of the corpus through the real binary: the outcome that its manifest allows, the
// packets that libpcap reads, a summary that accounts for each of them, and the same bytes for any
// number of threads.
#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "program.hpp"
#include "support/capture_text.hpp"
#include "support/figures.hpp"
#include "support/reference.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;

// Arguments that make an extraction another one.
const std::vector<std::vector<std::string>> kVariants = {
    {"--features", "flow,statistics,splt,biflow"},
    {"--preset", "nfstream", "--features", "flow,statistics,splt"},
    {"--preset", "netml", "--features", "flow"},
    {"--preset", "netml", "--features", "iat,stats"}};

std::string outcome(int status) {
  return status == 0 ? "ok" : status == 4 ? "truncated" : status == 3 ? "error" : "other";
}

bool is_allowed(const Sample& sample, int status) {
  const std::vector<std::string> also = split(sample.also_allowed, '|');
  return sample.expected == "any" || outcome(status) == sample.expected ||
         std::find(also.begin(), also.end(), outcome(status)) != also.end();
}

TEST(Corpus, CapturesEndAsTheirManifestSays) {
  const auto samples = corpus("capture");
  if (samples.empty()) {
    GTEST_SKIP() << "the corpus is not here";
  }
  const TempFolder folder;
  figures(std::to_string(samples.size()) + " captures in " + std::to_string(kVariants.size()) +
          " ways");
  for (const Sample& sample : samples) {
    int first_status = -1;
    for (const std::vector<std::string>& variant : kVariants) {
      const std::string what = sample.file + " " + join(variant, " ");
      const std::string summary_path = folder.path("summary.json");
      std::filesystem::remove(summary_path);
      std::vector<std::string> arguments = {"extract", reference("corpus/" + sample.file),
                                            "--summary", summary_path};
      arguments.insert(arguments.end(), variant.begin(), variant.end());
      const RunResult result = netml(arguments);
      EXPECT_TRUE(is_allowed(sample, result.status))
          << what << ": status " << result.status << " " << result.err;
      first_status = first_status < 0 ? result.status : first_status;
      EXPECT_EQ(result.status, first_status) << what << ": differs between presets";
      if (result.status != 0 && result.status != 4) {
        EXPECT_EQ(result.out, "") << what;
        continue;
      }
      const nlohmann::json summary = read_json(summary_path);
      expect_conservation(summary, what);
      for (const char* word : {"nan,", "inf,", "nan\n", "inf\n"}) {
        EXPECT_EQ(result.out.find(word), std::string::npos) << what;
      }
    }
  }
}

// Sound captures, each variant of reading them, and classify.
TEST(Corpus, PacketsAreThoseThatLibpcapReads) {
  const auto samples = corpus("capture");
  if (samples.empty()) {
    GTEST_SKIP() << "the corpus is not here";
  }
  const TempFolder folder;
  const std::string summary_path = folder.path("summary.json"), model = folder.path("model.netml");
  ASSERT_EQ(netml({"learn", demo("unclassified.pcap"), "-o", model, "-q"}).status, 0);
  std::vector<std::vector<std::string>> runs = {{"classify", "-m", model}};
  for (std::vector<std::string> variant : kVariants) {
    variant.insert(variant.begin(), "extract");
    runs.push_back(variant);
  }
  std::size_t captures = 0, packets = 0;
  for (const Sample& sample : samples) {
    if (sample.expected != "ok" || sample.packets.empty()) {
      continue;
    }
    for (std::vector<std::string> arguments : runs) {
      std::filesystem::remove(summary_path);
      arguments.insert(arguments.end(),
                       {reference("corpus/" + sample.file), "--summary", summary_path});
      const RunResult result = netml(arguments);
      const nlohmann::json summary = read_json(summary_path);
      const std::string what = join(arguments, " ");
      if (result.status != 0) {
        continue;  // what the manifest allows besides; the test above judges it
      }
      expect_conservation(summary, what);
      EXPECT_EQ(std::to_string(summary["packets_read"].get<std::uint64_t>()), sample.packets)
          << what;
    }
    ++captures;
    packets += std::stoul(sample.packets);
  }
  figures(std::to_string(captures) + " captures, " + std::to_string(packets) + " packets, in " +
          std::to_string(runs.size()) + " ways");
}

// What one run gave: all its bytes, and its summary without the command line that was typed; empty
// where it left none.
struct Given {
  RunResult result;
  std::string summary;
};

Given extract(const TempFolder& folder, const std::vector<std::string>& captures,
              const std::vector<std::string>& options, const char* threads) {
  const std::string summary_path = folder.path("summary.json");
  std::filesystem::remove(summary_path);
  std::vector<std::string> arguments = {"extract", "--summary", summary_path, "--threads", threads};
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.insert(arguments.end(), captures.begin(), captures.end());
  Given given = {netml(arguments), ""};
  nlohmann::json summary = read_json(summary_path);
  if (summary.is_object()) {
    summary.erase("command_line");
    given.summary = summary.dump();
  }
  return given;
}

// The status of the run with one thread, after holding the one with four against it.
int expect_same_with_threads(const TempFolder& folder, const std::vector<std::string>& captures,
                             const std::vector<std::string>& options) {
  const Given one = extract(folder, captures, options, "1");
  const Given four = extract(folder, captures, options, "4");
  const std::string what =
      std::to_string(captures.size()) + " from " + captures.front() + " " + join(options, " ");
  EXPECT_EQ(one.result.status, four.result.status) << what << ": " << four.result.err;
  EXPECT_EQ(one.result.err, four.result.err) << what;
  EXPECT_EQ(one.summary, four.summary) << what;
  EXPECT_TRUE(one.result.out == four.result.out) << what << ": other rows";
  return one.result.status;
}

// Each by itself, and then, for more than one epoch in flight, all that can be read in one run.
TEST(Corpus, ThreadsChangeNoByte) {
  const auto samples = corpus("capture");
  if (samples.empty()) {
    GTEST_SKIP() << "the corpus is not here";
  }
  const TempFolder folder;
  const std::vector<std::vector<std::string>> variants = {
      {"--features", "flow,statistics,splt,biflow"}, {"--preset", "nfstream"}};
  std::size_t runs = 0;
  for (const std::vector<std::string>& variant : variants) {
    std::vector<std::string> readable;
    for (const Sample& sample : samples) {
      const std::string path = reference("corpus/" + sample.file);
      if (expect_same_with_threads(folder, {path}, variant) == 0) {
        readable.push_back(path);
      }
      ++runs;
    }
    ASSERT_GT(readable.size(), samples.size() / 2) << join(variant, " ");
    std::vector<std::string> continuous = variant;
    continuous.push_back("--continuous");
    EXPECT_EQ(expect_same_with_threads(folder, readable, variant), 0);
    EXPECT_EQ(expect_same_with_threads(folder, readable, continuous), 0);
    runs += 2;
  }
  figures(std::to_string(samples.size()) + " captures in " + std::to_string(variants.size()) +
          " ways, by themselves and together: " + std::to_string(runs) +
          " runs with 4 threads as with 1");
}

// Names inside packets: none reaches a terminal, a log line or a spreadsheet as anything but text.
TEST(Corpus, NamesInsidePacketsStayText) {
  const auto samples = corpus("capture");
  if (samples.empty()) {
    GTEST_SKIP() << "the corpus is not here";
  }
  for (const Sample& sample : samples) {
    if (sample.family != "injection") {
      continue;
    }
    for (const char* format : {"csv", "jsonl"}) {
      const RunResult result = netml({"extract", reference("corpus/" + sample.file), "--features",
                                      "flow,statistics,splt,biflow", "--format", format});
      ASSERT_EQ(result.status, 0) << sample.file;
      for (const char byte : result.out + result.err) {
        const auto c = static_cast<unsigned char>(byte);
        EXPECT_TRUE(c == '\n' || (c >= 32 && c != 127)) << sample.file << ": byte " << int{c};
      }
      if (std::string(format) == "jsonl") {
        for (const std::string& line : lines_of(result.out)) {
          EXPECT_TRUE(nlohmann::json::accept(line)) << line;
        }
        continue;
      }
      for (const auto& row : csv_rows(result.out)) {
        for (const std::string& cell : row) {
          const bool is_formula =
              !cell.empty() && std::string("=+@\t\r").find(cell[0]) != std::string::npos;
          EXPECT_FALSE(is_formula) << sample.file << ": " << cell;
        }
      }
    }
  }
}

TEST(Corpus, ModelFilesAreRefused) {
  const auto samples = corpus("model");
  if (samples.empty()) {
    GTEST_SKIP() << "the corpus is not here";
  }
  figures(std::to_string(samples.size()) + " model files");
  for (const Sample& sample : samples) {
    const std::string path = reference("corpus/" + sample.file);
    const RunResult result = netml({"classify", "-m", path, demo("unclassified.pcap")});
    EXPECT_EQ(result.status, 3) << sample.file;
    EXPECT_EQ(result.out, "") << sample.file;
    EXPECT_NE(result.err.find(path), std::string::npos) << result.err;
  }
}

TEST(Corpus, LabelFilesAreReadOrRefused) {
  const auto samples = corpus("labels");
  if (samples.empty()) {
    GTEST_SKIP() << "the corpus is not here";
  }
  figures(std::to_string(samples.size()) + " label files");
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(3));
  for (const Sample& sample : samples) {
    const RunResult result =
        netml({"extract", capture, "--label", reference("corpus/" + sample.file)});
    EXPECT_TRUE(is_allowed(sample, result.status)) << sample.file << ": " << result.status;
    EXPECT_TRUE(result.status == 0 || result.status == 3) << sample.file << ": " << result.status;
  }
}

TEST(Corpus, ParameterFilesAreReadOrRefused) {
  const auto samples = corpus("params");
  if (samples.empty()) {
    GTEST_SKIP() << "the corpus is not here";
  }
  figures(std::to_string(samples.size()) + " parameter files");
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(60));
  for (const Sample& sample : samples) {
    const RunResult result = netml({"learn", capture, "-o", folder.path("model.netml"), "--param",
                                    reference("corpus/" + sample.file)});
    EXPECT_TRUE(is_allowed(sample, result.status))
        << sample.file << ": " << result.status << " " << result.err;
    EXPECT_TRUE(result.status == 0 || result.status == 3) << sample.file << ": " << result.status;
  }
}

}  // namespace
}  // namespace netml
