// What lands in files and on streams: formats, names, descriptions, order and options.
#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "netml/core/text_format.hpp"
#include "netml/table/npz.hpp"

#include "program.hpp"
#include "support/capture_text.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;

// Three flows over two captures: one goes on from the first into the second.
struct TwoCaptures {
  TempFolder folder;
  std::string first = folder.write(
      "first.pcap", pcap_header() + udp_record(0, 1) + udp_record(1000, 2) + udp_record(2000, 1));
  std::string second =
      folder.write("second.pcap", pcap_header() + udp_record(3000, 1) + udp_record(4000, 3));
};

std::string column(const std::string& csv, const std::string& name) {
  const auto rows = csv_rows(csv);
  std::string text;
  for (std::size_t i = 0; i < rows.front().size(); ++i) {
    for (std::size_t row = 1; rows.front()[i] == name && row < rows.size(); ++row) {
      text += (row == 1 ? "" : " ") + rows[row][i];
    }
  }
  return text;
}

TEST(Outputs, ATableTakesItsPlaceWhole) {
  const TwoCaptures captures;
  const TempFolder folder;
  const std::string output = folder.write("flows.csv", "old");
  Process process(netml_command({"extract", "-", "-o", output}));
  ASSERT_TRUE(process.write(slurp(captures.first)));
  process.wait_for_lines(1, std::chrono::milliseconds(500));
  const auto names = folder_names(folder.path(""));
  ASSERT_EQ(names.size(), 3U);
  EXPECT_EQ(names[0].rfind(".flows-metadata.json.", 0), 0U) << names[0];
  EXPECT_EQ(names[1].rfind(".flows.csv.", 0), 0U) << names[1];
  EXPECT_EQ(names[1].substr(names[1].size() - 4), ".tmp") << names[1];
  EXPECT_EQ(slurp(output), "old");
  EXPECT_EQ(process.finish().status, 0);
  EXPECT_EQ(folder_names(folder.path("")),
            (std::vector<std::string>{"flows-metadata.json", "flows.csv"}));
  EXPECT_EQ(slurp(output), netml({"extract", captures.first}).out);
}

TEST(Outputs, ALongNameHasATemporaryOneToo) {
  const TwoCaptures captures;
  const std::string output = captures.folder.path(std::string(235, 'n') + ".jsonl");
  EXPECT_EQ(netml({"extract", captures.first, "-o", output}).status, 0);
  EXPECT_TRUE(std::filesystem::exists(output));
}

// The temporary name of the description is short enough, its own is not.
TEST(Outputs, ATooLongNameIsRefusedAtOnce) {
  const TwoCaptures captures;
  const TempFolder folder;
  const std::string output = folder.write(std::string(245, 'n') + ".csv", "old");
  const RunResult result = netml({"extract", captures.first, "-o", output});
  EXPECT_EQ(result.status, 5);
  EXPECT_NE(result.err.find("cannot write: File name too long"), std::string::npos) << result.err;
  EXPECT_EQ(slurp(output), "old");
  EXPECT_EQ(folder.entries(), 1U);
}

TEST(Outputs, ALinkStaysALink) {
  const TwoCaptures captures;
  const TempFolder folder;
  const std::string target = folder.write("target.csv", "old");
  std::filesystem::create_symlink("target.csv", folder.path("link.csv"));
  EXPECT_EQ(netml({"extract", captures.first, "-o", folder.path("link.csv")}).status, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link.csv")));
  EXPECT_EQ(slurp(target), netml({"extract", captures.first}).out);
}

TEST(Outputs, ModesFollowTheUmask) {
  const TwoCaptures captures;
  const TempFolder folder;
  const std::string output = folder.path("flows.csv");
  const RunResult result = run_program({"sh", "-c", "umask 027; exec \"$@\"", "sh", binary(),
                                        "extract", captures.first, "-o", output});
  EXPECT_EQ(result.status, 0);
  struct stat status {};
  ASSERT_EQ(stat(output.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST(Outputs, TheDescriptionBesideACsv) {
  const TwoCaptures captures;
  const std::string output = captures.folder.path("flows.v1.csv");
  ASSERT_EQ(netml({"extract", captures.first, "-o", output, "--features", "flow,biflow",
                   "--idle-timeout", "60", "--accounting", "ip"})
                .status,
            0);
  const nlohmann::json metadata = read_json(captures.folder.path("flows.v1-metadata.json"));
  ASSERT_TRUE(metadata.is_object());
  EXPECT_EQ(metadata["@context"], "http://www.w3.org/ns/csvw");
  EXPECT_EQ(metadata["url"], "flows.v1.csv");
  const auto header = csv_rows(slurp(output)).front();
  ASSERT_EQ(metadata["tableSchema"]["columns"].size(), header.size());
  for (std::size_t i = 0; i < header.size(); ++i) {
    const nlohmann::json& column = metadata["tableSchema"]["columns"][i];
    EXPECT_EQ(column["name"], header[i]);
    EXPECT_FALSE(column["dc:description"].get<std::string>().empty()) << header[i];
    EXPECT_TRUE(column["netml:identity"].is_boolean()) << header[i];
    EXPECT_TRUE(column.contains("netml:unit")) << header[i];
    EXPECT_TRUE(column["datatype"] == "string" || column["datatype"] == "integer" ||
                column["datatype"] == "nonNegativeInteger" || column["datatype"] == "double");
  }
  EXPECT_EQ(metadata["netml:recipe"]["features"], nlohmann::json({"flow", "biflow"}));
  EXPECT_EQ(metadata["netml:recipe"]["idle_timeout_ns"], 60'000'000'000);
  EXPECT_EQ(metadata["netml:recipe"]["accounting"], "ip");
}

TEST(Outputs, FormatsHoldTheSameCells) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(20, 3));
  const std::vector<std::string> extract = {"extract", capture, "--features",
                                            "flow,statistics,splt:3,biflow"};
  const auto with = [&](const std::string& option, const std::string& value) {
    std::vector<std::string> arguments = extract;
    arguments.insert(arguments.end(), {option, value});
    return netml(arguments);
  };
  const auto rows = csv_rows(with("--format", "csv").out);
  ASSERT_EQ(rows.size(), 21U);
  const std::vector<std::string> json_lines = lines_of(with("--format", "jsonl").out);
  ASSERT_EQ(json_lines.size(), 20U);
  for (std::size_t i = 0; i < json_lines.size(); ++i) {
    const auto object = nlohmann::ordered_json::parse(json_lines[i]);
    ASSERT_EQ(object.size(), rows[0].size());
    std::size_t j = 0;
    for (const auto& [name, value] : object.items()) {
      EXPECT_EQ(name, rows[0][j]);
      const std::string& cell = rows[i + 1][j++];
      if (value.is_number()) {
        EXPECT_EQ(value.get<double>(), parse_double(cell)) << name;
      } else if (value.is_string()) {
        EXPECT_EQ(value.get<std::string>(), cell) << name;
      } else if (value.is_null()) {
        EXPECT_EQ(cell, "") << name;
      }
    }
  }
  ASSERT_EQ(with("--output", folder.path("flows.ndjson")).status, 0);  // the suffix chooses
  EXPECT_EQ(lines_of(slurp(folder.path("flows.ndjson"))), json_lines);

  const std::string npz = folder.path("flows.npz"), again = folder.path("again.npz");
  EXPECT_EQ(with("--output", npz).status, 2);  // no place for the lists of splt
  EXPECT_FALSE(std::filesystem::exists(npz));
  for (const std::string& path : {npz, again}) {
    ASSERT_EQ(netml({"extract", capture, "--features", "flow,biflow", "-o", path}).status, 0);
  }
  EXPECT_TRUE(slurp(npz) == slurp(again));
  const NpzFile file = read_npz(slurp(npz), npz);
  EXPECT_EQ(file.table.row_count(), 20U);
  EXPECT_FALSE(file.recipe.empty());
  const std::size_t bytes = file.table.schema().find("bidirectional_bytes").value();
  EXPECT_EQ(file.table.cell(19, bytes).number(), parse_double(rows[20][18])) << rows[0][18];
}

TEST(Outputs, ColumnsChooseAndOrder) {
  const TwoCaptures captures;
  const RunResult result =
      netml({"extract", captures.first, "--columns", "dst_port,src_port,bidirectional_packets"});
  EXPECT_EQ(result.out, "dst_port,src_port,bidirectional_packets\n53,1,2\n53,2,1\n");
}

TEST(Outputs, SummaryCountsTheRun) {
  const TwoCaptures captures;
  const std::string path = captures.folder.path("summary.json");
  ASSERT_EQ(netml({"extract", captures.first, captures.second, "--min-packets", "2", "--summary",
                   path, "--bpf", "udp src port 1 or 2"})
                .status,
            0);
  const nlohmann::json summary = read_json(path);
  expect_conservation(summary, "two captures");
  EXPECT_EQ(summary["status"], 0);
  EXPECT_EQ(summary["packets_read"], 4);
  EXPECT_EQ(summary["packets_in_flows"], 2);
  EXPECT_EQ(summary["packets_in_flows_too_short"], 2);
  EXPECT_EQ(summary["flows_written"], 1);
  EXPECT_EQ(summary["flows_too_short"], 2);
  EXPECT_EQ(summary["flows_evicted"], 0);
  EXPECT_EQ(summary["clock_steps_back"], 0);
  EXPECT_EQ(summary["packets_dropped"], 0);
  EXPECT_EQ(summary["inputs"].size(), 2U);
  EXPECT_EQ(summary["inputs"][1]["path"], captures.second);
  for (const char* key : {"bytes_read", "packets_skipped", "command_line", "netml_version"}) {
    EXPECT_TRUE(summary.contains(key)) << key;
  }
}

TEST(Outputs, EachFileOnItsOwnOrAsOneCapture) {
  const TwoCaptures captures;
  const RunResult apart = netml({"extract", captures.first, captures.second});
  EXPECT_EQ(column(apart.out, "src_port"), "1 2 1 3");
  EXPECT_EQ(column(apart.out, "bidirectional_packets"), "2 1 1 1");
  const RunResult joined = netml({"extract", "--continuous", captures.first, captures.second});
  EXPECT_EQ(column(joined.out, "src_port"), "1 2 3");
  EXPECT_EQ(column(joined.out, "bidirectional_packets"), "3 1 1");
  EXPECT_EQ(column(joined.out, "id"), "0 1 2");
  // Every way to name a capture.
  EXPECT_EQ(netml({"extract", "-p", captures.first, "--pcap=" + captures.second}).out, apart.out);
  EXPECT_EQ(netml({"extract", "-p", captures.first, captures.second}).out, apart.out);
  EXPECT_EQ(netml({"extract", "--", captures.first, captures.second}).out, apart.out);
}

TEST(Outputs, LimitsOnFlows) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(10, 5));
  const std::string summary = folder.path("summary.json");
  const auto packets = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"extract", capture, "--summary", summary});
    const RunResult result = netml(more);
    EXPECT_EQ(result.status, 0) << result.err;
    expect_conservation(read_json(summary), join(more, " "));
    return column(result.out, "bidirectional_packets");
  };
  EXPECT_EQ(packets({"--limit", "3"}), "5 5 5");
  EXPECT_EQ(packets({"--limit", "1000"}), "5 5 5 5 5 5 5 5 5 5");
  EXPECT_EQ(packets({"--max-packets-per-flow", "3", "--limit", "4"}).substr(0, 3), "3 3");
  EXPECT_EQ(packets({"--max-packets-per-flow", "3", "--min-packets", "3"}), "3 3 3 3 3 3 3 3 3 3");
  EXPECT_EQ(packets({"--min-packets", "6"}), "");
  EXPECT_EQ(packets({"--flow-pkts-threshold", "5", "--limit", "2"}), "5 5");
  EXPECT_EQ(packets({"--idle-timeout", "0", "--limit", "2"}), "1 1");
}

TEST(Outputs, TheSameBytesEachTime) {
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--features", "flow,statistics,splt,biflow"},
        {"--features", "iat,samp_num"},
        {"--preset", "nfstream"},
        {"--preset", "netml", "--features", "iat"}}) {
    std::vector<std::string> arguments = {"extract", demo("demo.pcap")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const RunResult first = netml(arguments);
    EXPECT_EQ(first.status, 0) << first.err;
    EXPECT_TRUE(netml(arguments).out == first.out) << join(more, " ");
    for (const char* threads : {"1", "2", "7"}) {
      std::vector<std::string> threaded = arguments;
      threaded.insert(threaded.end(), {"--threads", threads});
      EXPECT_TRUE(netml(threaded).out == first.out) << join(threaded, " ");
    }
  }
}

TEST(Outputs, GlobalOptionsBeforeAndAfterTheCommand) {
  const TwoCaptures captures;
  const std::string path = captures.folder.path("summary.json");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--summary", path, "--threads", "1", "-v", "extract",
                                 captures.first},
        {"extract", captures.first, "--summary", path, "--threads", "1", "-v"},
        {"-v", "extract", "--summary=" + path, captures.first, "--threads=1"}}) {
    std::filesystem::remove(path);
    const RunResult result = netml(arguments);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(read_json(path)["packets_read"], 3);
    EXPECT_NE(result.err.find("3 packets, 2 flows"), std::string::npos) << result.err;
  }
}

TEST(Outputs, VerbosityInAllItsForms) {
  const TwoCaptures captures;
  const auto details = [&](std::vector<std::string> more) {
    more.insert(more.begin(), "extract");
    const RunResult result = netml(more);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(lines_of(result.out).size(), 3U);  // no option took the file for its value
    return lines_of(result.err).size();
  };
  const std::string& file = captures.first;
  EXPECT_EQ(details({file}), 0U);
  EXPECT_EQ(details({"-v", file}), 1U);
  EXPECT_EQ(details({"-v", "2", file}), 1U);
  EXPECT_EQ(details({"-v", "1", file}), 0U);
  EXPECT_EQ(details({"-v2", file}), 1U);
  EXPECT_GE(details({"-vv", file}), 1U);
  EXPECT_EQ(details({"--verbosity", "2", file}), 1U);
  EXPECT_EQ(details({"--verbosity=2", file}), 1U);
  EXPECT_EQ(details({"--verbosity=2", "-q", file}), 0U);
}

TEST(Outputs, QuietKeepsErrorsOnly) {
  const TwoCaptures captures;
  const std::vector<std::string> fitted = {"extract", captures.first, "--features", "iat"};
  EXPECT_NE(netml(fitted).err.find("fitted on 2 flows"), std::string::npos);
  std::vector<std::string> quiet = fitted;
  quiet.emplace_back("--quiet");
  EXPECT_EQ(netml(quiet).err, "");
  EXPECT_NE(netml({"extract", "-q", captures.folder.path("absent")}).err, "");
}

TEST(Outputs, TheLogAsJson) {
  const TwoCaptures captures;
  const std::string model = captures.folder.path("model.netml");
  const std::string absent = captures.folder.path("ab\x1bsent\"");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"extract", captures.first, "--features", "iat", "-vv"},
        {"learn", demo("unclassified.pcap"), "-o", model, "-v"},
        {"extract", absent},
        {"extract", "--nonsense"},
        {"classify", "-m", model, demo("unclassified.pcap")}}) {
    std::vector<std::string> json = arguments;
    json.insert(json.end(), {"--log-format", "json"});
    const RunResult result = netml(json);
    EXPECT_NE(result.err, "") << arguments.front();
    for (const std::string& line : lines_of(result.err)) {
      const nlohmann::json event = nlohmann::json::parse(line, nullptr, false);
      ASSERT_TRUE(event.is_object()) << line;
      EXPECT_TRUE(event["level"].is_string()) << line;
      EXPECT_FALSE(event["message"].get<std::string>().empty()) << line;
    }
  }
}

TEST(Outputs, OptionsFromAFile) {
  const TwoCaptures captures;
  const TempFolder& folder = captures.folder;
  const std::string summary = folder.path("summary.json");
  const std::string config = folder.write(
      "netml.toml", "summary = \"" + summary +
                        "\"\nquiet = true\n[extract]\nfeatures = \"flow\"\nmin-packets = 2\n"
                        "columns = \"src_port,dst_port\"\n[learn]\nalgorithm = \"ocsvm\"\n");
  const RunResult result = netml({"extract", captures.first, "--config", config});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "src_port,dst_port\n1,53\n");
  EXPECT_EQ(read_json(summary)["flows_too_short"], 1);
  // The command line wins.
  EXPECT_EQ(netml({"--config", config, "extract", captures.first, "--columns", "dst_port"}).out,
            "dst_port\n53\n");
  for (const char* text :
       {"[extract]\nfeatres = \"flow\"\n", "featres = 1\n", "[extrct]\ndim = 3\n",
        "[extract]\nmin-packets = -1\n", "[extract]\nmin-packets = many\n"}) {
    const std::string wrong = folder.write("wrong.toml", text);
    const RunResult refused = netml({"--config", wrong, "extract", captures.first});
    EXPECT_EQ(refused.status, 2) << text << refused.err;
    EXPECT_EQ(refused.out, "") << text;
  }
}

TEST(Outputs, ListsAndFlagsWithValuesFromAFile) {
  const TwoCaptures captures;
  const TempFolder& folder = captures.folder;
  const auto with = [&](const std::string& text, std::vector<std::string> words) {
    words.insert(words.end(), {"--config", folder.write("netml.toml", text), captures.first});
    return netml(words);
  };
  const RunResult listed = with(
      "[extract]\nfeatures = [\"flow\", \"biflow\"]\ncolumns = [\"src_port\" , \"log_duration\"]\n",
      {"extract"});
  EXPECT_EQ(listed.status, 0) << listed.err;
  EXPECT_EQ(lines_of(listed.out).front(), "src_port,log_duration");
  const std::string model = folder.path("m.netml");
  ASSERT_EQ(netml({"learn", demo("demo.pcap"), "-o", model, "-q"}).status, 0);
  const std::vector<std::string> classify = {"classify", "-m", model, "--format", "csv"};
  const auto ranks = [&](const std::string& by_source) {
    const RunResult result = with("[classify]\nby-source = " + by_source + "\n", classify);
    EXPECT_EQ(result.status, 0) << result.err;
    return result.err.find("sources by novelty") != std::string::npos;
  };
  EXPECT_TRUE(ranks("true"));
  EXPECT_TRUE(ranks("30"));
  EXPECT_FALSE(ranks("false"));
  EXPECT_EQ(with("[classify]\nby-source = often\n", classify).status, 2);
}

TEST(Outputs, WrongLinesOfAConfigFileAreNamed) {
  const TempFolder folder;
  for (const auto& [text, reason] :
       {std::pair("[extrct]\ndim = 3\n",
                  "unknown section [extrct]; a section has the name of a command; did you mean "
                  "'[extract]'?"),
        {"[learn.extrct]\ndim = 3\n",
         "unknown section [learn.extrct]; a section has the name of a command; did you mean "
         "'[learn.extract]'?"},
        {"[extract]\nfeatures = \"flow\"\n# once more\nfeatures = \"biflow\"\n",
         "line 4: features is given twice"},
        {"[qqqqqqqq]\n", "unknown section [qqqqqqqq]; a section has the name of a command"},
        {"[extract\nfeatures = \"flow\"\n",
         "'[extract' is no option; a section is a line [NAME]"}}) {
    const std::string config = folder.write("netml.toml", text);
    const RunResult refused = netml({"--config", config, "columns"});
    EXPECT_EQ(refused.status, 2) << text;
    EXPECT_EQ(refused.err, "netml: " + config + ": " + reason + "\n");
  }
}

// Neither takes time or memory beyond its reading.
TEST(Outputs, ConfigFilesHaveLimits) {
  const TempFolder folder;
  std::string deep = "quiet = true\n[a";
  for (int i = 0; i < 50'000; ++i) {
    deep += ".a";
  }
  for (const auto& [text, reason] :
       {std::pair(deep + "]\nb = 1\n", "line 2: a name more than 8 deep"),
        std::pair("# a.b.c.d.e.f.g.h.i = 1\n\n" + deep.substr(deep.find('[') + 1) + " = 1\n",
                  "line 3: a name more than 8 deep"),
        std::pair(std::string((1 << 20) + 1, '\n'), "larger than 1048576 bytes")}) {
    const std::string config = folder.write("netml.toml", text);
    const RunResult refused = netml({"--config", config, "columns"});
    EXPECT_EQ(refused.status, 2);
    EXPECT_EQ(refused.err,
              "netml: " + config + ": " + reason + "; --config names a TOML file of options\n");
  }
}

TEST(Outputs, HelpIsGroupedAndHasExamples) {
  const RunResult bare = netml({});
  EXPECT_EQ(bare.status, 0);
  EXPECT_EQ(bare.out, netml({"--help"}).out);
  EXPECT_EQ(netml({"--version"}).out.rfind("netml 0.", 0), 0U);
  for (const std::vector<std::string>& command : {std::vector<std::string>{"extract"},
                                                  {"learn"},
                                                  {"learn", "extract"},
                                                  {"learn", "train"},
                                                  {"train"},
                                                  {"classify"},
                                                  {"inspect"},
                                                  {"columns"}}) {
    std::vector<std::string> arguments = command;
    arguments.emplace_back("--help");
    const RunResult help = netml(arguments);
    EXPECT_EQ(help.status, 0);
    EXPECT_EQ(help.err, "");
    const std::string what = join(command, " ");
    EXPECT_EQ(help.out.find("Option Group"), std::string::npos) << help.out;
    const std::size_t examples = help.out.find("Examples:\n  netml ");
    ASSERT_NE(examples, std::string::npos) << what;
    EXPECT_NE(help.out.find("\n  ", examples + 12), std::string::npos) << what;
    EXPECT_NE(help.out.find("--summary"), std::string::npos) << what;
  }
}

TEST(Outputs, InspectTellsFilesApart) {
  const TwoCaptures captures;
  const TempFolder& folder = captures.folder;
  const std::string table = folder.path("flows.csv"), npz = folder.path("flows.npz");
  ASSERT_EQ(netml({"extract", captures.first, "-o", table}).status, 0);
  ASSERT_EQ(netml({"extract", captures.first, "-o", npz}).status, 0);
  EXPECT_NE(netml({"inspect", captures.first}).out.find(": capture, 3 packets"), std::string::npos);
  EXPECT_NE(netml({"inspect", table}).out.find(": feature table, 2 rows"), std::string::npos);
  EXPECT_NE(netml({"inspect", npz}).out.find(": feature table, 2 rows"), std::string::npos);
  const RunResult piped = netml({"inspect", "-"}, slurp(captures.first));
  EXPECT_EQ(piped.out.rfind("standard input: capture, 3 packets", 0), 0U) << piped.out;
}

}  // namespace
}  // namespace netml
