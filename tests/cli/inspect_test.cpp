// What `netml inspect` recognises, in files and on standard input.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "program.hpp"
#include "support/capture_text.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Inspect, EveryKindOfFileAndTheSameOnStandardInput) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(60));
  const std::string model = folder.path("m.netml"), csv = folder.path("f.csv");
  ASSERT_EQ(netml({"learn", capture, "-o", model, "-f", csv, "-q"}).status, 0);
  for (const char* name : {"f.npz", "f.npy", "f.jsonl"}) {
    ASSERT_EQ(netml({"extract", capture, "--features", "biflow", "-o", folder.path(name)}).status,
              0);
  }
  const std::vector<std::pair<std::string, std::string>> files = {
      {capture, "capture, 120 packets, "},
      {model, "netml model\n"},
      {csv, "feature table, 60 rows, 56 columns\n"},
      {folder.path("f.npz"), "feature table, 60 rows, 47 columns\n"},
      {folder.path("f.npy"), "feature table, 60 rows, 41 columns\n"},
      {folder.path("f.jsonl"), "JSON Lines, 60 rows, 47 columns\n"}};
  for (const auto& [path, kind] : files) {
    const RunResult named = netml({"inspect", path});
    EXPECT_EQ(named.status, 0) << named.err;
    EXPECT_THAT(named.out, StartsWith(path + ": " + kind));
    const RunResult piped = netml({"inspect", "-"}, slurp(path));
    EXPECT_EQ(piped.status, 0) << piped.err;
    EXPECT_THAT(piped.out, StartsWith("standard input: " + kind));
    Streams streams;
    streams.in = path;
    EXPECT_EQ(netml({"inspect", "-"}, "", streams).out, piped.out);
    EXPECT_EQ(netml({"inspect"}, "", streams).out, piped.out);
  }
}

// Further apart than 64 bits of nanoseconds can say.
TEST(Inspect, TimesThatLieFarApartHaveNoNegativeSpan) {
  PcapngFile file;
  file.interface(1, file.tsoffset(-9'223'372'036))
      .interface(1, file.tsoffset(9'223'372'036))
      .packet(0, ether(0x0800, ipv4(17, udp(1, 2))))
      .packet(0, ether(0x0800, ipv4(17, udp(3, 4))), 1);
  const RunResult result = netml({"inspect", "-"}, text(file.bytes()));
  EXPECT_THAT(result.out, HasSubstr(" ns since 1970, 9223372036.854776 s)"));
}

TEST(Inspect, ASlowPipeIsRecognisedToo) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(3));
  std::vector<std::string> words = {
      "sh", "-c", R"(f=$1; shift; (head -c 3 "$f"; sleep .2; tail -c +4 "$f") | "$@")", "sh",
      capture};
  const std::vector<std::string> program = netml_command({"inspect", "-"});
  words.insert(words.end(), program.begin(), program.end());
  const RunResult result = run_program(words);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("standard input: capture, 6 packets, "));
}

// It is opened twice, for its first bytes and to be read: by then its writer may have gone.
TEST(Inspect, AFifoWhoseWriterIsQuick) {
  const TempFolder folder;
  const std::string fifo = folder.path("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  for (const std::string& bytes : {udp_capture(3), std::string("a,b\n1,2\n3,4\n")}) {
    std::thread writer([&] { folder.write("fifo", bytes); });
    const RunResult result = netml({"inspect", fifo});
    writer.join();
    EXPECT_EQ(result.status, 0) << result.died << result.err;
    EXPECT_EQ(result.out, netml({"inspect", "-"}, bytes).out.replace(0, 14, fifo));
  }
}

TEST(Inspect, AFifoWhoseWriterLeavesWithoutAByte) {
  const TempFolder folder;
  const std::string fifo = folder.path("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  std::thread writer([&] { folder.write("fifo", std::string()); });
  const RunResult result = netml({"inspect", fifo});
  writer.join();
  EXPECT_EQ(result.status, 3) << result.died;
  EXPECT_EQ(result.err, "netml: " + fifo + ": empty; not a capture\n");
}

TEST(Inspect, NamesOfJsonLinesStandInTheirOrder) {
  const TempFolder folder;
  const RunResult result =
      netml({"inspect", folder.write("rows.jsonl",
                                     "{\"c\":[{\"b\":1}],\"\\u0061\":1,\"b\":2,\"dst_ip\":\"\"}\n"
                                     "{\"0\":1,\"a\":3}")});
  EXPECT_EQ(result.status, 0) << result.err;
  std::string order;
  for (const std::string& line : lines_of(result.out)) {
    order += line.starts_with("  ") ? line.substr(2, 1) : "";
  }
  EXPECT_EQ(order, "cabd0");
}

TEST(Inspect, RangesOfJsonLines) {
  const TempFolder folder;
  const std::string file =
      folder.write("rows.jsonl",
                   "{\"src_ip\":\"10.0.0.1\",\"a\":1,\"b\":null,\"c\":[1]}\n\n"
                   "{\"src_ip\":\"10.0.0.2\",\"a\":-2.5,\"b\":null,\"c\":[]}\n");
  const RunResult result = netml({"inspect", file});
  EXPECT_EQ(result.out, file +
                            ": JSON Lines, 2 rows, 4 columns\n"
                            "  src_ip  text, identity\n"
                            "  a  f64, -2.5 to 1\n"
                            "  b  null, 2 missing\n"
                            "  c  list\n");
  const RunResult broken = netml({"inspect", folder.write("x.jsonl", "{\"a\":1}\n{\"a\":\n")});
  EXPECT_EQ(broken.status, 3);
  EXPECT_THAT(broken.err, HasSubstr("x.jsonl: line 2: "));
}

TEST(Inspect, WhatIsNeitherOfThemIsThreeWithOneLine) {
  const TempFolder folder;
  const std::string gzip = folder.write("a.pcap.gz", "\x1f\x8b\x08 and so on");
  const std::vector<std::pair<std::string, std::string>> files = {
      {folder.write("notes.txt", "not a capture, only some text\n"), ": neither a model nor"},
      {folder.write("list.txt", "hello\nworld\n"), ": neither a model nor"},
      {folder.write("binary", std::string("\x7f\0\1\2ELF", 7)),
       ": not a capture, model or table\n"},
      {folder.write("one.json", "{\n \"a\": 1\n}\n"), ": a JSON document, not JSON Lines"},
      {folder.write("list.json", "[{\"a\": 1}]\n"), ": a JSON document, not JSON Lines"},
      {folder.write("log.jsonl", "{\"format\": \"netml-model\", \"rows\": 3}\n"),
       ": JSON Lines, but no feature table"},
      {folder.write("empty", ""), ": empty; not a capture"},
      {gzip, ": compressed with gzip: pipe it in"},
      {folder.write("x.db", "SQLite format 3 and so on"), ": a SQLite database"},
      {folder.path(""), ": is a directory"}};
  for (const auto& [path, message] : files) {
    const RunResult result = netml({"inspect", path});
    EXPECT_EQ(result.status, 3) << path;
    EXPECT_EQ(result.out, "") << path;
    EXPECT_THAT(result.err, StartsWith("netml: " + path + message));
    EXPECT_EQ(lines_of(result.err).size(), 1U);
  }
  EXPECT_EQ(netml({"inspect", "-"}, "hello\n").status, 3);
  EXPECT_EQ(netml({"inspect", "-"}, "").status, 3);
}

// 1795189460415898001 is no double.
TEST(Inspect, WholeNumbersAreExact) {
  const TempFolder folder;
  const std::string range = ", 1795189460415898001 to 1795189460415898003\n";
  const std::string csv = folder.write(
      "f.csv", "start_ns,fwd_log_bytes\n1795189460415898003,1.5\n1795189460415898001,2\n");
  EXPECT_THAT(netml({"inspect", csv}).out, HasSubstr(range));
  EXPECT_THAT(netml({"inspect", csv}).out, HasSubstr("1.5 to 2\n"));
  const std::string lines = folder.write(
      "f.jsonl", "{\"start_ns\":1795189460415898003}\n{\"start_ns\":1795189460415898001}\n");
  EXPECT_THAT(netml({"inspect", lines}).out, HasSubstr(range));
}

TEST(Inspect, CapturesHaveDatesAndNamesOfProtocols) {
  const std::string text = netml({"inspect", demo("demo.pcap")}).out;
  EXPECT_THAT(text, HasSubstr("  from [2026-11-20] ["));
  EXPECT_THAT(text, HasSubstr("] UTC (1795"));
  EXPECT_THAT(text, HasSubstr("  protocol 6 (TCP): "));
}

// A table without rows has names that are known.
TEST(Inspect, ATableWithoutRowsIsOne) {
  const TempFolder folder;
  const std::string table = folder.write("f.csv", "fwd_log_bytes,bwd_log_bytes\n");
  EXPECT_THAT(netml({"inspect", table}).out, HasSubstr("feature table, 0 rows, 2 columns"));
}

}  // namespace
}  // namespace netml
