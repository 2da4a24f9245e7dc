#include "netml/dataset/labels.hpp"

#include <ctime>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"

#include "support/reference.hpp"

namespace netml {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
// 2017-07-03 08:09:00 UTC
constexpr std::int64_t kMorning = 1499069340 * kSecond;

constexpr const char* kHeader =
    "Flow ID, Source IP, Source Port, Destination IP, Destination Port, Protocol, Timestamp, Flow "
    "Duration, Label\n";

FlowIdentity flow(const char* src, int src_port, const char* dst, int dst_port, std::int64_t first,
                  std::int64_t last) {
  FlowIdentity identity;
  identity.src = *parse_ip_address(src);
  identity.dst = *parse_ip_address(dst);
  identity.src_port = static_cast<std::uint16_t>(src_port);
  identity.dst_port = static_cast<std::uint16_t>(dst_port);
  identity.protocol = 6;
  identity.first_ns = first;
  identity.last_ns = last;
  return identity;
}

FlowIdentity at(std::int64_t first, std::int64_t last) {
  return flow("10.0.0.1", 1000, "10.0.0.2", 80, first, last);
}

std::string row(const std::string& time, const std::string& label,
                const std::string& duration = "0") {
  return "x,10.0.0.1,1000,10.0.0.2,80,6," + time + "," + duration + "," + label + "\n";
}

LabelFile file(const std::string& rows, LabelOptions options = {}) {
  if (!options.timezone_ns) {
    options.timezone_ns = 0;
  }
  return LabelFile::parse(kHeader + rows, "l.csv", options);
}

std::string refusal(const std::string& text, const LabelOptions& options = {}) {
  try {
    LabelFile::parse(text, "l.csv", options);
  } catch (const DataError& error) {
    return error.what();
  }
  return "accepted";
}

std::string name_of(const std::optional<LabelMatch>& match) {
  return match ? std::string(match->name) : "none";
}

TEST(Labels, ATimeThatItsDurationCarriesTooFarIsABadRow) {
  const std::string last = row("2261-12-31 00:00:00", "DDoS", "1000000000000000");
  EXPECT_NE(refusal(kHeader + last).find("line 2"), std::string::npos);
}

TEST(Labels, MatchTheKeyInEitherDirection) {
  LabelFile labels = file(row("03/07/2017 08:09", "DDoS"));
  EXPECT_EQ(name_of(labels.find(at(kMorning, kMorning))), "DDoS");
  EXPECT_EQ(name_of(labels.find(flow("10.0.0.2", 80, "10.0.0.1", 1000, kMorning, kMorning))),
            "DDoS");
  EXPECT_EQ(name_of(labels.find(flow("10.0.0.1", 80, "10.0.0.2", 1000, kMorning, kMorning))),
            "none");
  EXPECT_EQ(labels.report().flows_matched, 2u);
  EXPECT_EQ(labels.report().flows_unmatched, 1u);
  EXPECT_EQ(labels.report().rows_matched, 1u);
}

TEST(Labels, WholeMinutesHaveAMinuteOfSlack) {
  LabelFile labels = file(row("03/07/2017 08:09", "a", "5000000"));
  EXPECT_TRUE(labels.find(at(kMorning - 90 * kSecond, kMorning - kMinute)));
  EXPECT_FALSE(labels.find(at(kMorning - 90 * kSecond, kMorning - kMinute - 1)));
  EXPECT_TRUE(labels.find(at(kMorning + 65 * kSecond, kMorning + kHour)));
  EXPECT_FALSE(labels.find(at(kMorning + 65 * kSecond + 1, kMorning + kHour)));
}

TEST(Labels, SecondsHaveASecondOfSlackUnlessGiven) {
  LabelFile labels = file(row("2017-07-03 08:09:00.250000", "a"));
  EXPECT_TRUE(labels.find(at(kMorning + 1250 * 1000000LL, kMorning + kHour)));
  EXPECT_FALSE(labels.find(at(kMorning + 1250 * 1000000LL + 1, kMorning + kHour)));
  LabelOptions options;
  options.slack_ns = parse_label_slack("0.5");
  LabelFile tight = file(row("2017-07-03 08:09:00", "a"), options);
  EXPECT_FALSE(tight.find(at(kMorning + 501 * 1000000LL, kMorning + kHour)));
}

TEST(Labels, AFlowMatchesTheRowOfItsOwnTime) {
  LabelFile labels = file(row("03/07/2017 08:09:00", "a") + row("03/07/2017 09:09:00", "BENIGN") +
                          row("03/07/2017 08:00:00", "long", "36000000000"));
  EXPECT_EQ(name_of(labels.find(at(kMorning, kMorning))), "a");
  EXPECT_EQ(name_of(labels.find(at(kMorning + kMinute, kMorning + kMinute))), "long");
  EXPECT_EQ(name_of(labels.find(at(kMorning - kHour, kMorning - kHour))), "none");
}

TEST(Labels, EveryPublishedTimeFormatIsRead) {
  for (const char* time : {"03/07/2017 08:09", "3/7/2017 8:09", "03/07/2017 08:09:00",
                           "03/07/2017 08:09:00 AM", "3/7/2017 8:09 am", "2017-07-03 08:09:00",
                           "2017-07-03T08:09:00.0", "1499069340", "1499069340.000000"}) {
    LabelFile labels = file(row(time, "a") + row("03/07/2017 23:00:00", "b"));
    EXPECT_TRUE(labels.find(at(kMorning, kMorning))) << time;
  }
  LabelFile evening = file(row("03/07/2017 08:09:00 PM", "a"));
  EXPECT_TRUE(evening.find(at(kMorning + 12 * kHour, kMorning + 12 * kHour)));
  LabelFile midnight = file(row("03/07/2017 12:09:00 AM", "a"));
  EXPECT_TRUE(midnight.find(at(kMorning - 8 * kHour, kMorning - 8 * kHour)));
}

TEST(Labels, AnHourOfATwelveHourClockMayBeInTheAfternoon) {
  LabelFile labels = file(row("03/07/2017 2:09", "a") + row("03/07/2017 8:09", "b"));
  EXPECT_TRUE(labels.find(at(kMorning - 6 * kHour, kMorning - 6 * kHour)));
  EXPECT_TRUE(labels.find(at(kMorning + 6 * kHour, kMorning + 6 * kHour)));
  EXPECT_FALSE(labels.find(at(kMorning + 12 * kHour, kMorning + 12 * kHour)));  // 8 is no such hour
  LabelFile full_day = file(row("03/07/2017 2:09", "a") + row("03/07/2017 13:09", "b"));
  EXPECT_FALSE(full_day.find(at(kMorning + 6 * kHour, kMorning + 6 * kHour)));
}

TEST(Labels, TimezoneIsTheLeastWholeHourThatBringsTheCaptureInside) {
  const std::string rows = row("03/07/2017 08:00:00", "a") + row("03/07/2017 09:00:00", "BENIGN");
  LabelFile labels = LabelFile::parse(kHeader + rows, "l.csv", {});
  labels.begin_capture(kMorning + 3 * kHour);
  EXPECT_EQ(labels.report().timezone_ns, -3 * kHour);
  ASSERT_EQ(labels.report().warnings.size(), 1u);
  EXPECT_NE(labels.report().warnings[0].find("UTC-03:00"), std::string::npos);
  EXPECT_EQ(name_of(labels.find(at(kMorning - 9 * kMinute + 3 * kHour, kMorning + 3 * kHour))),
            "a");
  labels.begin_capture(kMorning);  // inside as it is
  EXPECT_EQ(labels.report().timezone_ns, 0);
  labels.begin_capture(kMorning + 500 * kHour);  // no offset helps
  EXPECT_EQ(labels.report().timezone_ns, 0);
  EXPECT_EQ(labels.report().warnings.size(), 1u);
}

TEST(Labels, AGivenTimezoneStays) {
  LabelOptions options;
  options.timezone_ns = parse_label_timezone("-03:30");
  LabelFile labels = file(row("03/07/2017 08:09:00", "a"), options);
  labels.begin_capture(0);
  EXPECT_TRUE(labels.find(at(kMorning + 3 * kHour + 30 * kMinute, kMorning + 4 * kHour)));
  EXPECT_EQ(parse_label_timezone("auto"), std::nullopt);
  EXPECT_THROW(parse_label_timezone("3"), UsageError);
  EXPECT_THROW(parse_label_timezone("+15:00"), UsageError);
}

TEST(Labels, ContradictionsAreResolvedByTheRuleAndCounted) {
  const std::string rows = row("03/07/2017 08:09", "BENIGN") + row("03/07/2017 08:09", "DDoS") +
                           row("03/07/2017 08:09", "normal");
  const auto decided = [&](LabelConflict rule) {
    LabelOptions options;
    options.conflict = rule;
    LabelFile labels = file(rows, options);
    std::string name = name_of(labels.find(at(kMorning, kMorning)));
    EXPECT_EQ(labels.report().flows_contradictory, 1u);
    EXPECT_EQ(labels.report().contradictions.at(0).first_line, 2u);
    EXPECT_EQ(labels.report().contradictions.at(0).second_line, 3u);
    EXPECT_EQ(labels.report().rows_matched, 3u);
    return name;
  };
  EXPECT_EQ(decided(LabelConflict::kAnyAttack), "DDoS");
  EXPECT_EQ(decided(LabelConflict::kFirst), "BENIGN");
  EXPECT_EQ(decided(LabelConflict::kLast), "normal");
  LabelOptions options;
  options.conflict = LabelConflict::kError;
  LabelFile strict = file(rows, options);
  EXPECT_THROW(strict.find(at(kMorning, kMorning)), DataError);
  LabelFile agreeing =
      file(row("03/07/2017 08:09", "BENIGN") + row("03/07/2017 08:09", "NORMAL"), options);
  EXPECT_TRUE(agreeing.find(at(kMorning, kMorning)));
}

TEST(Labels, NetmlFormatHasOneDirectionNoTimeAndTheLastRow) {
  LabelOptions options;
  options.format = LabelFormat::kNetml;
  LabelFile labels = file(row("yesterday", "BENIGN") + row("", "Bot"), options);
  EXPECT_EQ(name_of(labels.find(at(0, 0))), "Bot");
  EXPECT_EQ(name_of(labels.find(at(kMorning, kMorning))), "Bot");
  EXPECT_FALSE(labels.find(flow("10.0.0.2", 80, "10.0.0.1", 1000, 0, 0)));
  EXPECT_EQ(labels.report().flows_contradictory, 2u);
  EXPECT_EQ(labels.report().contradictions.size(), 1u);
}

TEST(Labels, WithoutTimestampTheKeyDecides) {
  LabelFile labels = LabelFile::parse(
      "\xef\xbb\xbfsrc ip,SRC PORT,Dst IP,Dst "
      "Port,Protocol,Label\r\n10.0.0.1,1000,10.0.0.2,80.0,6, DoS \r\n",
      "l.csv", {});
  EXPECT_EQ(name_of(labels.find(at(5, 6))), "DoS");
}

TEST(Labels, BadRowsNameTheirLineOrAreSkipped) {
  const std::string good = row("03/07/2017 08:09", "a");
  for (const std::string& bad :
       {row("yesterday", "a"), row("31/02/2017 08:09", "a"), row("03/07/2017 24:09", "a"),
        row("03/07/2017 08:09", ""), row("03/07/2017 08:09", "  "),
        row("999999999999999999999999999999", "a"), row("", "a"),
        row("03/07/2017 08:09", "a", "soon"), row("03/07/2017 08:09", "a,extra"),
        std::string("x,1,2\n"),
        std::string("x,fe80::1%eth0,1,10.0.0.2,80,6,03/07/2017 08:09,0,a\n"),
        std::string("x,999.1.2.3,1,10.0.0.2,80,6,03/07/2017 08:09,0,a\n"),
        std::string("x,10.0.0.1,65536,10.0.0.2,80,6,03/07/2017 08:09,0,a\n"),
        std::string("x,10.0.0.1,80.5,10.0.0.2,80,6,03/07/2017 08:09,0,a\n"),
        std::string("x,10.0.0.1,-1,10.0.0.2,80,6,03/07/2017 08:09,0,a\n"),
        std::string("x,10.0.0.1,1,10.0.0.2,80,TCP,03/07/2017 08:09,0,a\n"),
        std::string("x,10.0.0.1,1,10.0.0.2,80,256,03/07/2017 08:09,0,a\n"),
        std::string(",,,,,,,,\n")}) {
    const std::string message = refusal(kHeader + good + bad + good);
    EXPECT_EQ(message.rfind("l.csv: line 3: ", 0), 0u) << bad << message;
    LabelOptions skip;
    skip.skip_bad_rows = true;
    const LabelFile labels = LabelFile::parse(kHeader + good + bad + good, "l.csv", skip);
    EXPECT_EQ(labels.report().rows, 2u);
    EXPECT_EQ(labels.report().rows_skipped, 1u);
  }
}

TEST(Labels, FilesThatAreNoLabelFilesSayWhatIsMissing) {
  EXPECT_EQ(refusal("a,b,c\n1,2,3\n"),
            "l.csv: not labels of a format that netml recognises: the file begins with 'a,b,c'; "
            "--label-format says which it is (cicids2017, netml, zeek, unsw-nb15, ctu13, suricata, "
            "csv), --label-columns names the columns of any other CSV");
  LabelOptions options;
  options.format = LabelFormat::kCicids2017;
  EXPECT_EQ(refusal("a,b,c\n1,2,3\n", options),
            "l.csv: no column 'source ip' or 'src ip'; the columns are a, b, c");
  EXPECT_EQ(refusal(""), "l.csv: the label file is empty");
  EXPECT_THROW(LabelFile::read("/nonexistent/labels.csv", {}), InputError);
  EXPECT_THROW(LabelFile::read("/", {}), InputError);
}

TEST(Labels, NamesAreValidUtf8) {
  LabelFile labels = file(row("03/07/2017 08:09", "Web Attack \x96 XSS"));
  EXPECT_EQ(name_of(labels.find(at(kMorning, kMorning))), "Web Attack \xef\xbf\xbd XSS");
}

TEST(Labels, NormalNames) {
  for (const char* name : {"BENIGN", "benign", " Normal ", "0", "-"}) {
    EXPECT_EQ(label_value(name), 0) << name;
  }
  for (const char* name : {"DDoS", "1", "00", "BENIGN2"}) {
    EXPECT_EQ(label_value(name), 1) << name;
  }
}

TEST(Labels, NothingMatchedNamesBothSpans) {
  LabelFile labels = file(row("03/07/2017 08:09", "a", "60000000"));
  EXPECT_EQ(labels.nothing_matched(0, kHour),
            "l.csv: no flow has a label: the capture runs from 1970-01-01 00:00:00 to 1970-01-01 "
            "01:00:00 UTC, the "
            "labels 2017-07-03 08:09:00 to 2017-07-03 08:10:00 (UTC+00:00)");
}

TEST(Labels, TheEarliestAndLatestTimesCanBeSaid) {
  LabelFile labels = file(row("03/07/2017 08:09", "a"));
  const std::string text = labels.nothing_matched(INT64_MIN, INT64_MAX);
  EXPECT_NE(text.find("1677-09-21 00:12:43 to 2262-04-11 23:47:16"), std::string::npos) << text;
}

TEST(Labels, ManyRowsOfOneKeyAreFoundByTime) {
  std::string rows;
  for (int i = 0; i < 20000; ++i) {
    rows += row(std::to_string(1499069340 + 10 * i), i == 777 ? "hit" : "BENIGN");
  }
  LabelFile labels = file(rows);
  for (int i = 0; i < 20000; ++i) {
    const std::int64_t t = kMorning + std::int64_t{10} * i * kSecond;
    EXPECT_EQ(name_of(labels.find(at(t, t))), i == 777 ? "hit" : "BENIGN");
  }
  EXPECT_EQ(labels.report().rows_matched, 20000u);
}

// 100,000 rows of one key that all overlap, and 20,000 flows: looking through them took 39 s.
TEST(Labels, OverlappingRowsOfOneKeyAreFoundInLogarithmicTime) {
  constexpr int kRows = 100'000, kFlows = 20'000;
  std::string rows;
  for (int i = 0; i < kRows; ++i) {
    rows +=
        row(std::to_string(1499069340 + i), i % 1000 == 999 ? "DDoS" : "BENIGN", "1000000000000");
  }
  LabelFile labels = file(rows);
  const std::clock_t begin = std::clock();
  for (int i = 0; i < kFlows; ++i) {
    const std::int64_t t = kMorning + std::int64_t{5} * i * kSecond;
    // The first attack is the 1000th row; its second of slack begins with the 999th.
    ASSERT_EQ(name_of(labels.find(at(t, t))), i * 5 >= 998 ? "DDoS" : "BENIGN") << i;
  }
  EXPECT_LT(std::clock() - begin, 10 * CLOCKS_PER_SEC);
  // The last flow, and a second of slack, leave the last three rows out.
  EXPECT_EQ(labels.report().rows_matched, kRows - 3U);
  EXPECT_EQ(labels.report().contradictions.at(0).second_line, 1001u);
}

TEST(Labels, FormatsHaveTheNamesOfTheCommandLine) {
  EXPECT_EQ(parse_label_format("auto"), LabelFormat::kAuto);
  EXPECT_EQ(parse_label_format("unsw-nb15"), LabelFormat::kUnswNb15);
  EXPECT_EQ(parse_label_format("csv"), LabelFormat::kCsv);
  EXPECT_THROW(parse_label_format("cicids"), UsageError);
}

// Reference: netml 0.7.1's own demo (SPEC sections 4 and 5): 1955 keys, 34 contradictory; 88 of 196
// flows labelled.
TEST(Labels, DemoFlowsGetTheLabelsOfTheOriginal) {
  const std::string golden = "reference/netml/golden/demo-labelled/flows.csv";
  NETML_NEEDS_REFERENCE(golden);
  LabelOptions options;
  options.format = LabelFormat::kNetml;
  LabelFile labels = LabelFile::read(test::reference("reference/netml/data/demo.csv"), options);
  EXPECT_EQ(labels.report().rows, 5020u);
  CsvScanner flows = CsvScanner::open(test::reference(golden));
  flows.next();
  while (flows.next()) {
    FlowIdentity identity;
    identity.src = *parse_ip_address(flows[1]);
    identity.dst = *parse_ip_address(flows[2]);
    identity.src_port = static_cast<std::uint16_t>(std::stoi(std::string(flows[3])));
    identity.dst_port = static_cast<std::uint16_t>(std::stoi(std::string(flows[4])));
    identity.protocol = static_cast<std::uint8_t>(std::stoi(std::string(flows[5])));
    const auto match = labels.find(identity);
    ASSERT_TRUE(match) << flows[0];
    EXPECT_EQ(std::to_string(match->value), flows[9]) << flows[0];
  }
  EXPECT_EQ(labels.report().flows_matched, 88u);

  // The capture begins at 12:08:09 UTC, the labels' clock says 09:08:09.
  LabelFile by_time = LabelFile::read(test::reference("reference/netml/data/demo.csv"), {});
  by_time.begin_capture(1499083689704042000);
  EXPECT_EQ(by_time.report().timezone_ns, -3 * kHour);
}

TEST(Labels, CorpusSamplesEndAsExpected) {
  const auto samples = test::corpus("labels");
  if (samples.empty()) {
    GTEST_SKIP() << "the corpus is not here";
  }
  for (const test::Sample& sample : samples) {
    bool accepted = true;
    try {
      LabelFile::read(test::reference("corpus/" + sample.file), {});
    } catch (const Error& error) {
      accepted = false;
      EXPECT_NE(std::string(error.what()).find(sample.file), std::string::npos) << error.what();
    }
    if (sample.expected != "any") {
      EXPECT_EQ(accepted, sample.expected == "ok") << sample.file;
    }
  }
}

}  // namespace
}  // namespace netml
