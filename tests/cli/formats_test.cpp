// What is done to rows on their way out: databases, matrices, pieces, shards, pseudonyms.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netml/core/text_format.hpp"

#include "program.hpp"
#include "support/capture_text.hpp"
#include "support/sqlite_query.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;
using testing::HasSubstr;

using Table = std::vector<std::vector<std::string>>;

std::vector<std::string> with(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// Runs what must go well.
RunResult run(const std::vector<std::string>& arguments, const std::string& input = "") {
  RunResult result = netml(arguments, input);
  EXPECT_EQ(result.status, 0) << join(arguments, " ") << '\n' << result.err;
  return result;
}

// Cells that say the same: as text, or as numbers.
bool is_same(const std::string& cell, const std::string& value) {
  const auto number = parse_double(cell);
  return cell == value || (cell.empty() && value == "NULL") ||
         (number && parse_double(value) == number);
}

// ---------------------------------------------------------------- databases

TEST(Sqlite, HoldsTheCellsOfTheCsv) {
  const TempFolder folder;
  const std::string database = folder.path("flows.db");
  const std::vector<std::string> extract = {"extract",    demo("demo.pcap"),
                                            "--features", "flow,statistics,biflow",
                                            "--label",    demo("demo.csv")};
  const Table csv = csv_rows(run(extract).out);
  run(with(extract, {"-o", database}));
  std::string columns;
  for (const std::string& name : csv[0]) {
    columns += (columns.empty() ? "\"" : ", \"") + name + '"';
  }
  const Table rows = sqlite_query(database, "SELECT " + columns + " FROM flows ORDER BY rowid");
  ASSERT_EQ(rows.size(), csv.size() - 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < rows[i].size(); ++j) {
      // SQLite writes reals with 15 digits.
      const auto number = parse_double(csv[i + 1][j]), value = parse_double(rows[i][j]);
      ASSERT_TRUE(is_same(csv[i + 1][j], rows[i][j]) ||
                  (number && value && std::abs(*number - *value) <= std::abs(*number) * 1e-14))
          << csv[0][j] << ": " << csv[i + 1][j] << " and " << rows[i][j];
    }
  }
  EXPECT_EQ(sqlite_value(database,
                         "SELECT group_concat(name) FROM "
                         "(SELECT name FROM columns ORDER BY position)"),
            join(csv[0], ","));
  EXPECT_EQ(folder_names(folder.path("")), std::vector<std::string>{"flows.db"});
}

TEST(Sqlite, TheSameCaptureIsAddedOnce) {
  const TempFolder folder;
  const std::string capture = folder.write("a.pcap", udp_capture(5)),
                    copy = folder.write("copy.pcap", udp_capture(5)),
                    other = folder.write("b.pcap", udp_capture(3)),
                    database = folder.path("flows.sqlite"), summary = folder.path("summary.json");
  const auto add = [&](const std::vector<std::string>& arguments, const std::string& input = "") {
    return run(with({"extract", "-o", database, "--summary", summary}, arguments), input).err;
  };
  const auto flows = [&] { return sqlite_value(database, "SELECT count(*) FROM flows"); };
  EXPECT_EQ(add({capture}), "");
  EXPECT_EQ(flows(), "5");
  const std::string bytes = slurp(database);
  for (const std::string& again : {capture, copy}) {
    EXPECT_THAT(add({again, "--threads", "2"}), HasSubstr("holds this run already"));
    EXPECT_EQ(read_json(summary)["already_in_output"], true);
    EXPECT_EQ(read_json(summary)["status"], 0);
    expect_conservation(read_json(summary), "nothing to do");
  }
  EXPECT_TRUE(slurp(database) == bytes);
  add({other});
  EXPECT_EQ(flows(), "8");
  add({capture, "--idle-timeout", "60"});  // other options
  add({capture, "--bpf", "udp"});
  EXPECT_EQ(flows(), "18");
  add({capture, copy});  // another set of inputs
  EXPECT_EQ(flows(), "28");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(add({"-"}, slurp(capture)), "");  // a pipe is new each time
  }
  EXPECT_EQ(flows(), "38");
  EXPECT_EQ(sqlite_value(database, "SELECT count(*) FROM runs"), "7");
  EXPECT_EQ(sqlite_value(database, "SELECT count(*) FROM runs WHERE key IS NULL"), "2");
  const auto inputs =
      nlohmann::json::parse(sqlite_value(database, "SELECT inputs FROM runs WHERE run = 1"));
  EXPECT_EQ(inputs[0]["name"], "a.pcap");
  EXPECT_EQ(inputs[0]["sha256"].get<std::string>().size(), 64U);
  EXPECT_EQ(sqlite_value(database,
                         "SELECT json_extract(recipe, '$.idle_timeout_ns') "
                         "FROM runs WHERE run = 3"),
            "60000000000");
}

TEST(Sqlite, LabelsArePartOfTheRun) {
  const TempFolder folder;
  const std::string database = folder.path("flows.db");
  const std::string labels = folder.write("labels.csv", slurp(demo("demo.csv")));
  const std::vector<std::string> extract = {"extract", demo("demo.pcap"), "--label", labels,
                                            "-o",      database,          "-q"};
  run(extract);
  run(extract);
  EXPECT_EQ(sqlite_value(database, "SELECT count(*) FROM runs"), "1");
  std::ofstream(labels, std::ios::app) << "";
  folder.write("labels.csv", slurp(demo("demo.csv")) + "\n");
  run(extract);
  EXPECT_EQ(sqlite_value(database, "SELECT count(*) FROM runs"), "2");
}

TEST(Sqlite, WhatIsInTheWayIsLeftAlone) {
  const TempFolder folder;
  const std::string capture = folder.write("a.pcap", udp_capture(2)),
                    database = folder.path("flows.db"),
                    text = folder.write("text.db", "hello, world");
  run({"extract", capture, "-o", database, "--features", "biflow"});
  const std::string bytes = slurp(database);
  const RunResult columns = netml({"extract", capture, "-o", database});
  EXPECT_EQ(columns.status, 5);
  EXPECT_THAT(columns.err, HasSubstr("holds rows of other columns"));
  EXPECT_TRUE(slurp(database) == bytes);
  const RunResult other = netml({"extract", capture, "-o", text});
  EXPECT_EQ(other.status, 5);
  EXPECT_THAT(other.err, HasSubstr("is not a SQLite database"));
  EXPECT_EQ(slurp(text), "hello, world");
  const RunResult train = netml({"train", "-f", database, "-o", folder.path("m.netml")});
  EXPECT_EQ(train.status, 3);
  EXPECT_THAT(train.err, HasSubstr("a SQLite database, which netml adds to but does not read"));
  EXPECT_EQ(netml({"extract", folder.path("absent.pcap"), "-o", folder.path("new.db")}).status, 3);
  EXPECT_FALSE(std::filesystem::exists(folder.path("new.db")));
}

TEST(Sqlite, TheSameBytesForAnyThreads) {
  const TempFolder folder;
  std::string first;
  for (const char* threads : {"1", "2", "7"}) {
    const std::string database = folder.path(std::string("flows") + threads + ".db");
    run({"extract", demo("demo.pcap"), "--threads", threads, "-o", database, "--features",
         "flow,splt:3"});
    first = first.empty() ? slurp(database) : first;
    EXPECT_TRUE(slurp(database) == first) << threads;
  }
}

// A CSV has no types, and whole numbers in a column of real ones look whole there.
std::string without_type(std::string line) {
  for (const char* type : {"  u64", "  i64", "  f64"}) {
    if (const std::size_t at = line.find(type); at != std::string::npos) {
      line.replace(at, 5, "  number");
    }
  }
  return line;
}

TEST(Sqlite, InspectShowsTableAndRuns) {
  const TempFolder folder;
  const std::string database = folder.path("flows.db"), table = folder.path("flows.csv"),
                    one = folder.write("a.pcap", udp_capture(5)),
                    two = folder.write("b.pcap", udp_capture(3));
  run({"extract", one, two, "-o", table});
  run({"extract", one, "-o", database});
  run({"extract", two, "-o", database});
  const std::string bytes = slurp(database);
  const RunResult result = run({"inspect", database});
  const auto lines = lines_of(result.out), csv = lines_of(run({"inspect", table}).out);
  EXPECT_EQ(lines[0], database + ": feature table in a SQLite database, 8 rows, " +
                          std::to_string(csv.size() - 2) + " columns, 2 runs");
  for (std::size_t i = 1; i + 1 < csv.size(); ++i) {
    if (csv[i].find("  id  ") == std::string::npos) {  // which counts in each run anew
      EXPECT_EQ(without_type(lines[i]), without_type(csv[i]));
    }
  }
  EXPECT_THAT(result.out, HasSubstr("\n  src_ip  text, identity\n"));
  EXPECT_THAT(result.out, HasSubstr("\n  bidirectional_mean_ps  f64, "));
  EXPECT_THAT(result.out, HasSubstr("runs:\n"
                                    "  run 1  a.pcap; 10 packets, 5 rows, status 0, netml "));
  EXPECT_THAT(result.out, HasSubstr("\n  run 2  b.pcap; 6 packets, 3 rows, status 0, netml "));
  EXPECT_THAT(lines.back(), HasSubstr("recipe of the last run: {\"preset\":\"none\""));
  EXPECT_TRUE(slurp(database) == bytes);
  EXPECT_EQ(folder_names(folder.path("")).size(), 5U);  // with the sidecar; no journal
  const RunResult piped = netml({"inspect", "-"}, bytes);
  EXPECT_EQ(piped.status, 3);
  EXPECT_THAT(piped.err, HasSubstr("netml: standard input: a SQLite database, which is looked at "
                                   "in a regular file only"));
}

TEST(Sqlite, InspectLeavesOtherDatabasesAlone) {
  const TempFolder folder;
  const std::string other = folder.path("other.db");
  folder.write("other.db", "");
  sqlite_query(other, "CREATE TABLE flows(a)");
  const RunResult foreign = netml({"inspect", other});
  EXPECT_EQ(foreign.status, 3);
  EXPECT_THAT(foreign.err,
              HasSubstr("a SQLite database that holds no table that this netml writes"));
  const std::string database = folder.path("flows.db");
  run({"extract", folder.write("a.pcap", udp_capture(5)), "-o", database});
  folder.write("cut.db", slurp(database).substr(0, 5000));
  const RunResult damaged = netml({"inspect", folder.path("cut.db")});
  EXPECT_EQ(damaged.status, 3);
  EXPECT_EQ(damaged.out, "");
  EXPECT_EQ(lines_of(damaged.err).size(), 1U);
  EXPECT_THAT(damaged.err, HasSubstr("cut.db: a SQLite database that is damaged"));
}

// What `sqlite3 -header -csv flows.db "SELECT * FROM flows"` prints.
std::string flows_as_csv(const std::string& database) {
  std::vector<std::string> names;
  for (const auto& column : sqlite_query(database, "PRAGMA table_info(flows)")) {
    names.push_back(column[1]);
  }
  std::string text = join(names, ",") + "\n";
  for (auto& row : sqlite_query(database, "SELECT * FROM flows")) {
    std::replace(row.begin(), row.end(), std::string("NULL"), std::string());
    text += join(row, ",") + "\n";
  }
  return text;
}

// What `train` says that the model sees.
std::string columns_learnt(const std::string& table, const std::string& model) {
  for (const std::string& line :
       lines_of(run({"train", "-f", table, "-o", model, "-v", "2"}).err)) {
    if (line.find("the model sees") != std::string::npos) {
      return line;
    }
  }
  return "";
}

TEST(Sqlite, NoModelSeesTheNumberOfARun) {
  const TempFolder folder;
  const std::string database = folder.path("flows.db"), model = folder.path("m.netml"),
                    csv = folder.path("flows.csv");
  for (const char* features : {"biflow", "flow,statistics"}) {
    std::filesystem::remove(database);
    run({"extract", demo("unclassified.pcap"), "-o", database, "--features", features});
    run({"extract", demo("unclassified.pcap"), "-o", csv, "--features", features});
    const std::string learnt = columns_learnt(csv, model);
    EXPECT_THAT(learnt, HasSubstr("the model sees")) << features;
    EXPECT_EQ(columns_learnt(folder.write("collected.csv", flows_as_csv(database)), model), learnt);
  }
}

TEST(Sqlite, LearnKeepsItsFeaturesThere) {
  const TempFolder folder;
  const std::string database = folder.path("features.db"), model = folder.path("model.netml");
  for (int i = 0; i < 2; ++i) {
    run({"learn", demo("unclassified.pcap"), "-o", model, "-f", database, "--features", "biflow",
         "-q"});
  }
  const Table csv =
      csv_rows(run({"extract", demo("unclassified.pcap"), "--features", "biflow"}).out);
  EXPECT_EQ(sqlite_value(database, "SELECT count(*) FROM flows"), std::to_string(csv.size() - 1));
  EXPECT_EQ(sqlite_value(database, "SELECT count(*) FROM runs"), "1");
}

// ---------------------------------------------------------------- matrices

TEST(NpyFile, TrainsAsACsvOfItsColumnsDoes) {
  const TempFolder folder;
  const std::string npy = folder.path("flows.npy"), csv = folder.path("table.csv");
  const std::vector<std::string> extract = {
      "extract", demo("demo.pcap"), "--label", demo("demo.csv"), "--features", "biflow", "-o"};
  run(with(extract, {npy}));
  const nlohmann::json metadata = read_json(folder.path("flows-metadata.json"));
  EXPECT_EQ(metadata["url"], "flows.npy");
  std::vector<std::string> names;
  for (const auto& column : metadata["tableSchema"]["columns"]) {
    EXPECT_EQ(column["datatype"], "double");
    names.push_back(column["name"]);
  }
  EXPECT_EQ(names.back(), "label");
  names.pop_back();
  EXPECT_THAT(run({"inspect", npy}).out, HasSubstr("feature table"));
  run(with(extract, {csv, "--columns", join(names, ",")}));
  const std::string a = folder.path("a.netml"), b = folder.path("b.netml");
  run({"train", "-f", npy, "-o", a, "-q"});
  run({"train", "-f", csv, "-o", b, "-q"});
  // The same numbers in the same order: the same verdicts.
  const auto verdicts = [&](const std::string& model) {
    return run({"classify", "-m", model, demo("unclassified.pcap"), "--format", "csv"}).out;
  };
  EXPECT_TRUE(verdicts(a) == verdicts(b));
}

// ---------------------------------------------------------------- pieces

std::string joined_pieces(const TempFolder& folder, const std::string& suffix, bool has_header) {
  std::string text;
  for (int i = 0;; ++i) {
    const std::string path = folder.path("flows." + std::to_string(i) + suffix);
    if (!std::filesystem::exists(path)) {
      return text;
    }
    std::string piece = slurp(path);
    if (has_header && i > 0) {
      piece.erase(0, piece.find('\n') + 1);
    }
    text += piece;
  }
}

TEST(Rotate, PiecesTogetherAreTheWhole) {
  const std::vector<std::string> extract = {"extract", demo("demo.pcap"), "--features",
                                            "flow,splt:3"};
  const std::string csv = run(extract).out;
  const std::string json = run(with(extract, {"--format", "jsonl"})).out;
  const std::size_t rows = lines_of(json).size();
  for (const char* threads : {"1", "2", "7"}) {
    for (const std::vector<std::string>& more :
         {std::vector<std::string>{}, {"--raw-text"}, {"--label", demo("demo.csv")}}) {
      const TempFolder folder;
      const std::string expected = run(with(extract, more)).out;
      run(with(with(extract, more),
               {"--threads", threads, "-o", folder.path("flows.csv"), "--rotate", "300"}));
      EXPECT_TRUE(joined_pieces(folder, ".csv", true) == expected) << threads << join(more, " ");
      EXPECT_EQ(folder.entries(), 2 * ((rows + 299) / 300));
      EXPECT_EQ(lines_of(slurp(folder.path("flows.0.csv"))).size(), 301U);
      EXPECT_EQ(read_json(folder.path("flows.1-metadata.json"))["url"], "flows.1.csv");
    }
    const TempFolder folder;
    run(with(extract, {"--threads", threads, "-o", folder.path("flows.jsonl"), "--rotate", "70"}));
    EXPECT_TRUE(joined_pieces(folder, ".jsonl", false) == json) << threads;
    EXPECT_EQ(folder.entries(), (rows + 69) / 70);
  }
}

TEST(Rotate, OnlyTheLastPiecesStay) {
  const TempFolder folder;
  const std::string capture = folder.write("a.pcap", udp_capture(25));
  for (const std::string suffix : {"csv", "npy"}) {
    const TempFolder out;
    run({"extract", capture, "--features", "biflow", "-o", out.path("flows." + suffix), "--rotate",
         "10", "--keep", "2"});
    EXPECT_EQ(folder_names(out.path("")),
              (std::vector<std::string>{"flows.1-metadata.json", "flows.1." + suffix,
                                        "flows.2-metadata.json", "flows.2." + suffix}));
  }
  const TempFolder exact;  // a full last piece has no empty one behind it
  run({"extract", capture, "--features", "biflow", "-o", exact.path("flows.npz"), "--rotate", "5"});
  EXPECT_EQ(exact.entries(), 5U);
  const TempFolder none;
  const std::string empty = folder.write("empty.pcap", pcap_header());
  run({"extract", empty, "-o", none.path("flows"), "--format", "csv", "--rotate", "5"});
  EXPECT_EQ(slurp(none.path("flows.0")), run({"extract", empty}).out);
}

// ---------------------------------------------------------------- shards

// Rows without the column `id`, sorted.
std::multiset<std::vector<std::string>> rows_of(const Table& table) {
  std::multiset<std::vector<std::string>> rows;
  for (std::size_t i = 1; i < table.size(); ++i) {
    std::vector<std::string> row = table[i];
    for (std::size_t j = 0; j < row.size(); ++j) {
      row[j] = table[0][j] == "id" ? "" : row[j];
    }
    rows.insert(row);
  }
  return rows;
}

TEST(Shard, TogetherTheyAreTheWhole) {
  const TempFolder folder;
  const std::string summary = folder.path("summary.json");
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--features", "flow,statistics"},
        {"--features", "iat,samp_num"},
        {"--features", "flow", "--label", demo("demo.csv")},
        {"--features", "flow", "--limit", "50"},
        {"--features", "flow", "--direction", "one", "--min-packets", "2"},
        {"--preset", "nfstream"},
        {"--preset", "netml", "--features", "iat"}}) {
    const std::vector<std::string> extract = with({"extract", demo("demo.pcap")}, more);
    const Table whole = csv_rows(run(extract).out);
    std::multiset<std::vector<std::string>> together;
    for (int number = 1; number <= 3; ++number) {
      const std::string shard = std::to_string(number) + "/3";
      const std::string text =
          run(with(extract, {"--shard", shard, "--summary", summary, "--threads", "1"})).out;
      EXPECT_EQ(run(with(extract, {"--shard", shard, "--threads", "3"})).out, text);
      const Table table = csv_rows(text);
      EXPECT_EQ(table[0], whole[0]);
      EXPECT_GT(table.size(), 1U) << join(more, " ");
      EXPECT_LT(table.size(), whole.size());
      together.merge(rows_of(table));
      for (std::size_t i = 1; table[0][0] == "id" && i < table.size(); ++i) {
        ASSERT_EQ(table[i][0], std::to_string(i - 1));
      }
      const nlohmann::json counters = read_json(summary);
      expect_conservation(counters, join(more, " "));
      EXPECT_EQ(counters["flows_written"], table.size() - 1);
      EXPECT_GT(counters["packets_skipped"]["other_shard"], 0);
    }
    EXPECT_TRUE(together == rows_of(whole)) << join(more, " ");
    EXPECT_EQ(run(with(extract, {"--shard", "1/1"})).out, run(extract).out);
  }
}

// ---------------------------------------------------------------- pseudonyms

TEST(Anonymize, ReplacesWhatWasNamedAndNothingElse) {
  const TempFolder folder;
  const std::string key =
      folder.write("key", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
  const std::vector<std::string> extract = {"extract", demo("demo.pcap"), "--features",
                                            "flow,biflow"};
  const Table plain = csv_rows(run(extract).out);
  const std::vector<std::string> hidden =
      with(extract, {"--anonymize", "src_ip,dst_ip,src_mac", "--anonymize-key", key});
  const std::string text = run(with(hidden, {"--threads", "1"})).out;
  for (const char* threads : {"2", "7"}) {
    EXPECT_EQ(run(with(hidden, {"--threads", threads})).out, text);
  }
  const Table rows = csv_rows(text);
  ASSERT_EQ(rows.size(), plain.size());
  std::map<std::string, std::string> pseudonyms;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < rows[i].size(); ++j) {
      const std::string& name = rows[0][j];
      if (name != "src_ip" && name != "dst_ip" && name != "src_mac") {
        ASSERT_EQ(rows[i][j], plain[i][j]) << name;
        continue;
      }
      ASSERT_EQ(rows[i][j].size(), 32U);
      // One for each text, in either column.
      EXPECT_EQ(pseudonyms.emplace(plain[i][j], rows[i][j]).first->second, rows[i][j]);
    }
  }
  EXPECT_GT(pseudonyms.size(), 3U);
  // Another key: others. Without one each run has its own.
  const std::vector<std::string> random = with(extract, {"--anonymize", "src_ip,dst_ip,src_mac"});
  const std::string once = run(random).out;
  EXPECT_NE(once, text);
  EXPECT_NE(run(random).out, once);
}

TEST(Anonymize, WarnsOfColumnsThatStillTellAnAddress) {
  const TempFolder folder;
  const std::string capture = folder.write("a.pcap", udp_capture(2));
  const auto warning = [&](const char* sets, const char* hidden) {
    return netml({"extract", capture, "--features", sets, "--anonymize", hidden}).err;
  };
  EXPECT_THAT(warning("cicflowmeter", "Src IP,Dst IP"),
              HasSubstr("netml: warning: Flow ID still tells what --anonymize hides; name"));
  EXPECT_THAT(warning("cicflowmeter:2017", "Source IP"), HasSubstr("Flow ID"));
  EXPECT_THAT(warning("netflowmeter", "dst_ip"), HasSubstr("flow_id"));
  EXPECT_THAT(warning("flow,dhcp", "src_ip,src_mac"),
              HasSubstr("src_oui, udps.dhcp_50, udps.dhcp_addr, udps.dhcp_oui still tell"));
  EXPECT_EQ(warning("flow", "src_ip,dst_ip"), "");
  EXPECT_EQ(warning("cicflowmeter", "Src IP,Dst IP,Flow ID"), "");
  const std::string learning = netml({"learn", demo("demo.pcap"), "-o", folder.path("m"),
                                      "--features", "cicflowmeter", "--anonymize", "Src IP,Dst IP"})
                                   .err;
  EXPECT_THAT(learning, HasSubstr("Flow ID still tells"));
}

TEST(Anonymize, PrefixesOfAddressesStay) {
  const TempFolder folder;
  std::string key;
  for (char c = 0; c < 32; ++c) {
    key += c;
  }
  const std::string file = folder.write("key", key);
  const std::string capture = folder.write("a.pcap", udp_capture(2));
  const Table rows =
      csv_rows(run({"extract", capture, "--columns", "src_ip,dst_ip,src_mac", "--anonymize",
                    "src_ip,dst_ip,src_mac", "--anonymize-mode", "prefix", "--anonymize-key", file})
                   .out);
  // 10.0.0.1 and 10.0.0.2
  EXPECT_EQ(rows[1][0].substr(0, rows[1][0].rfind('.')),
            rows[1][1].substr(0, rows[1][1].rfind('.')));
  EXPECT_NE(rows[1][0], "10.0.0.1");
  EXPECT_EQ(rows[1][2].size(), 32U);
}

TEST(Anonymize, HoldsForEveryFormatAndForModels) {
  const TempFolder folder;
  const std::string capture = demo("unclassified.pcap");
  std::set<std::string> addresses;
  const Table plain = csv_rows(run({"extract", capture, "--columns", "src_ip,dst_ip"}).out);
  for (std::size_t i = 1; i < plain.size(); ++i) {
    addresses.insert(plain[i].begin(), plain[i].end());
  }
  const auto expect_hidden = [&](const std::string& path) {
    const std::string bytes = slurp(path);
    ASSERT_FALSE(bytes.empty()) << path;
    for (const std::string& address : addresses) {
      std::string wide;  // as NumPy keeps text
      for (const char c : address) {
        wide += std::string{c, '\0', '\0', '\0'};
      }
      EXPECT_EQ(bytes.find(address), std::string::npos) << path;
      EXPECT_EQ(bytes.find(wide), std::string::npos) << path;
    }
  };
  const std::vector<std::string> hide = {"--anonymize", "src_ip,dst_ip"};
  for (const char* name : {"t.csv", "t.jsonl", "t.npz", "t.db"}) {
    run(with({"extract", capture, "-o", folder.path(name)}, hide));
    expect_hidden(folder.path(name));
  }
  const std::string model = folder.path("m.netml");
  run(with({"learn", capture, "-q", "-o", model, "-f", folder.path("f.csv")}, hide));
  expect_hidden(model);
  expect_hidden(folder.path("f.csv"));
  EXPECT_THAT(run({"inspect", model}).out, HasSubstr("anonymized"));
  for (const char* name : {"t-metadata.json", "f-metadata.json"}) {
    EXPECT_THAT(slurp(folder.path(name)), HasSubstr("first packet; here a pseudonym")) << name;
  }
  EXPECT_EQ(sqlite_value(folder.path("t.db"),
                         "SELECT count(*) FROM columns "
                         "WHERE definition LIKE '%here a pseudonym%'"),
            "2");
  run(with({"extract", capture, "--rotate", "50", "-o", folder.path("p.csv")}, hide));
  expect_hidden(folder.path("p.0.csv"));
}

TEST(Anonymize, InspectSaysWhatStandsForAddresses) {
  const TempFolder folder;
  const std::string capture = folder.write("a.pcap", udp_capture(20)),
                    model = folder.path("m.netml");
  const auto expect_line = [&](const std::vector<std::string>& hide, const std::string& line) {
    run(with({"learn", capture, "-q", "-o", model, "--anonymize"}, hide));
    EXPECT_THAT(run({"inspect", model}).out,
                HasSubstr("  reference_rows: 16 training flows with " + line + "\n"));
  };
  expect_line({"src_ip,dst_ip"}, "digests in place of addresses are inside");
  expect_line({"dst_ip", "--anonymize-mode", "prefix"},
              "their addresses are inside; dst_ip as pseudonyms that keep prefixes");
}

TEST(Anonymize, RepeatedRunsOfADatabase) {
  const TempFolder folder;
  const std::string database = folder.path("flows.db"),
                    capture = folder.write("a.pcap", udp_capture(2)),
                    one = folder.write("one", std::string(32, 'a')),
                    two = folder.write("two", std::string(32, 'b'));
  const auto add = [&](const std::vector<std::string>& more) {
    run(with({"extract", capture, "-q", "-o", database}, more));
    return sqlite_value(database, "SELECT count(*) FROM runs");
  };
  EXPECT_EQ(add({}), "1");
  EXPECT_EQ(add({"--anonymize", "src_ip", "--anonymize-key", one}), "2");
  EXPECT_EQ(add({"--anonymize", "src_ip", "--anonymize-key", one}), "2");
  EXPECT_EQ(add({"--anonymize", "src_ip", "--anonymize-key", two}), "3");
  EXPECT_EQ(add({"--anonymize", "src_ip"}), "4");
  EXPECT_EQ(add({"--anonymize", "src_ip"}), "4");
}

// ---------------------------------------------------------------- what makes no sense

TEST(Formats, CombinationsThatMakeNoSense) {
  const TempFolder folder;
  const std::string capture = folder.write("a.pcap", udp_capture(2)), csv = folder.path("t.csv"),
                    short_key = folder.write("short", "secret");
  const std::pair<std::vector<std::string>, const char*> kCases[] = {
      {{"--format", "sqlite"}, "standard output: sqlite needs a regular file"},
      {{"--format", "npy"}, "standard output: npy needs a regular file"},
      {{"--format", "npz"}, "standard output: npz needs a regular file"},
      {{"--format", "sqlite", "-o", "/dev/null"}, "needs a regular file"},
      {{"--rotate", "10"}, "--rotate: names its pieces after the output, which is standard output"},
      {{"--rotate", "10", "-o", "/dev/null"}, "needs a regular file"},
      {{"--rotate", "10", "-o", folder.path("t.db")}, "--rotate: a database collects"},
      {{"--rotate", "0", "-o", csv}, "--rotate: a piece has at least 1 row"},
      {{"--keep", "2", "-o", csv}, "--keep goes with --rotate"},
      {{"--rotate", "5", "--keep", "0", "-o", csv}, "--keep: at least 1 piece stays"},
      {{"--shard", "0/3"}, "--shard: '0/3' is not I/N"},
      {{"--shard", "4/3"}, "is not I/N"},
      {{"--shard", "1"}, "is not I/N"},
      {{"--shard", "1/"}, "is not I/N"},
      {{"--shard", "1/3/5"}, "is not I/N"},
      {{"--shard", "1/99999999"}, "is not I/N"},
      {{"--anonymize-key", short_key}, "--anonymize-key goes with --anonymize"},
      {{"--anonymize-mode", "prefix"}, "--anonymize-mode goes with --anonymize"},
      {{"--anonymize", "src_ip", "--anonymize-mode", "hash"}, "is none of digest, prefix"},
      {{"--anonymize", "src_port"}, "holds numbers"},
      {{"--anonymize", "src_ipp"}, "did you mean 'src_ip'?"},
      {{"--anonymize", "src_ip,"}, "an empty name"},
      {{"--features", "splt", "-o", folder.path("t.npy")}, "npy cannot hold the lists"},
  };
  const std::size_t before = folder.entries();
  for (const auto& [arguments, message] : kCases) {
    const RunResult result = netml(with({"extract", capture}, arguments));
    EXPECT_EQ(result.status, 2) << join(arguments, " ");
    EXPECT_THAT(result.err, HasSubstr(message)) << join(arguments, " ");
    EXPECT_EQ(lines_of(result.err).size(), 1U) << result.err;
    EXPECT_EQ(result.out, "");
  }
  // A secret that is none is a bad input.
  EXPECT_EQ(
      netml({"extract", capture, "--anonymize", "src_ip", "--anonymize-key", short_key}).status, 3);
  EXPECT_EQ(netml({"learn", capture, "-o", folder.path("m"), "--anonymize", "nothing"}).status, 2);
  EXPECT_EQ(folder.entries(), before);
  // A piece would replace the capture.
  const std::string piece = folder.write("x.0.pcap", udp_capture(2));
  EXPECT_EQ(netml({"extract", piece, "-o", folder.path("x.pcap"), "--rotate", "1"}).status, 2);
  EXPECT_EQ(slurp(piece), udp_capture(2));
}

}  // namespace
}  // namespace netml
