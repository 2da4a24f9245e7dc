#include <string>

#include <gtest/gtest.h>

#include "label_test_flows.hpp"

namespace netml::test {
namespace {

constexpr std::int64_t kBegin = 1499069340 * kLabelSecond;  // 2017-07-03 08:09:00 UTC
constexpr std::int64_t kHour = 3600 * kLabelSecond;

FlowIdentity flow(const char* src, int src_port, const char* dst, int dst_port, int protocol = 6,
                  std::int64_t at = kBegin) {
  return label_flow(src, src_port, dst, dst_port, protocol, at, at);
}

LabelOptions named(std::string_view columns) {
  LabelOptions options;
  options.columns = parse_label_columns(columns);
  return options;
}

// The attacks of a day as their plan has them: hosts, a port, a time.
const std::string kRules =
    "src_ip,dst_ip,dst_port,protocol,start,end,label\n"
    "172.16.0.1,192.168.10.50,22,tcp,2017-07-03 08:00,2017-07-03 09:00,SSH-Patator\n"
    "172.16.0.0/24,*,8000-8080,6,2017-07-03 10:00,,Web Attack\n"
    "10.0.0.1-10.0.0.9,,*,UDP,,,Scan\n"
    "2001:db8::/32,2001:db8::/32,,,,,IPv6\n"
    "*,*,*,*,*,*,BENIGN\n";

TEST(CsvLabels, ARuleMatchesRangesOfAllItsFields) {
  LabelFile labels = LabelFile::parse(kRules, "l", {});
  const auto label = [&](const FlowIdentity& one) { return said(labels.find(one)); };
  EXPECT_EQ(label(flow("172.16.0.1", 40000, "192.168.10.50", 22)), "1 SSH-Patator");
  EXPECT_EQ(label(flow("192.168.10.50", 22, "172.16.0.1", 40000)), "1 SSH-Patator");
  EXPECT_EQ(label(flow("172.16.0.1", 22, "192.168.10.50", 40000)), "0 BENIGN");
  EXPECT_EQ(label(flow("172.16.0.1", 40000, "192.168.10.50", 22, 17)), "0 BENIGN");
  // Whole minutes: 60 s of slack.
  const std::int64_t end = kBegin + (51 + 1) * std::int64_t{60} * kLabelSecond;
  EXPECT_EQ(label(flow("172.16.0.1", 1, "192.168.10.50", 22, 6, end)), "1 SSH-Patator");
  EXPECT_EQ(label(flow("172.16.0.1", 1, "192.168.10.50", 22, 6, end + 1)), "0 BENIGN");
  // An empty end is no end.
  EXPECT_EQ(label(flow("172.16.0.255", 1, "1.1.1.1", 8080, 6, kBegin + 2 * kHour)), "1 Web Attack");
  EXPECT_EQ(label(flow("172.16.0.255", 1, "1.1.1.1", 8080, 6, kBegin + 20000 * kHour)),
            "1 Web Attack");
  EXPECT_EQ(label(flow("172.16.0.255", 1, "1.1.1.1", 8080)), "0 BENIGN");
  EXPECT_EQ(label(flow("172.16.1.0", 1, "1.1.1.1", 8080, 6, kBegin + 2 * kHour)), "0 BENIGN");
  EXPECT_EQ(label(flow("172.16.0.0", 1, "1.1.1.1", 8081, 6, kBegin + 2 * kHour)), "0 BENIGN");
  EXPECT_EQ(label(flow("8.8.8.8", 53, "10.0.0.9", 999, 17)), "1 Scan");
  EXPECT_EQ(label(flow("8.8.8.8", 53, "10.0.0.10", 999, 17)), "0 BENIGN");
  EXPECT_EQ(label(flow("2001:db8:ffff::1", 1, "2001:db8::2", 2, 58)), "1 IPv6");
  EXPECT_EQ(label(flow("2001:db9::1", 1, "2001:db8::2", 2, 58)), "0 BENIGN");
  EXPECT_EQ(labels.report().flows_contradictory, 0U);
  EXPECT_EQ(labels.report().rows_matched, 5U);
}

TEST(CsvLabels, TheFirstRowThatMatchesCountsUnlessARuleIsGiven) {
  const std::string rows =
      "src_ip,src_port,dst_ip,dst_port,protocol,label\n"
      "10.0.0.0/8,,,,,BENIGN\n"
      "10.0.0.1,1,10.0.0.2,2,6,Exact\n"
      "10.0.0.1,,,,,Host\n";
  const auto decided = [&](std::optional<LabelConflict> rule) {
    LabelOptions options;
    options.conflict = rule;
    LabelFile labels = LabelFile::parse(rows, "l", options);
    std::string answer = said(labels.find(flow("10.0.0.1", 1, "10.0.0.2", 2)));
    EXPECT_EQ(labels.report().flows_contradictory, rule ? 1U : 0U);
    return answer;
  };
  EXPECT_EQ(decided({}), "0 BENIGN");
  EXPECT_EQ(decided(LabelConflict::kAnyAttack), "1 Exact");
  EXPECT_EQ(decided(LabelConflict::kFirst), "0 BENIGN");
  EXPECT_EQ(decided(LabelConflict::kLast), "1 Host");
}

TEST(CsvLabels, RowsOfOneKeyContradictEachOther) {
  LabelFile labels = LabelFile::parse(
      "src_ip,src_port,dst_ip,dst_port,protocol,label\n"
      "10.0.0.1,1,10.0.0.2,2,6,BENIGN\n10.0.0.2,2,10.0.0.1,1,TCP,DDoS\n",
      "l", {});
  EXPECT_EQ(said(labels.find(flow("10.0.0.1", 1, "10.0.0.2", 2))), "0 BENIGN");
  ASSERT_EQ(labels.report().contradictions.size(), 1U);
  EXPECT_EQ(labels.report().contradictions[0].second_line, 3U);
}

TEST(CsvLabels, ColumnsAreTakenByTheNamesGiven) {
  LabelFile labels =
      LabelFile::parse("Attacker,When,For,Attack name\n10.0.0.1,1499069340000,1.5,Worm\n", "l",
                       named("src_ip=Attacker,start_ms=When,duration=For,label=attack NAME"));
  EXPECT_EQ(said(labels.find(flow("10.0.0.2", 9, "10.0.0.1", 8, 6, kBegin + 2 * kLabelSecond))),
            "1 Worm");
  EXPECT_EQ(said(labels.find(flow("10.0.0.2", 9, "10.0.0.1", 8, 6, kBegin + 3 * kLabelSecond))),
            "none");
}

TEST(CsvLabels, ATableOfNetmlsOwnIsSuchAFile) {
  LabelFile labels = LabelFile::parse(
      "src_ip,src_port,dst_ip,dst_port,protocol,start_ns,end_ns,label,label_name\n"
      "10.0.0.1,1,10.0.0.2,2,6,1499069340000000000,1499069341000000000,1,DDoS\n",
      "l", {});
  EXPECT_EQ(said(labels.find(flow("10.0.0.1", 1, "10.0.0.2", 2))), "1 DDoS");
  EXPECT_EQ(said(labels.find(flow("10.0.0.1", 1, "10.0.0.2", 2, 6, kBegin + 9 * kLabelSecond))),
            "none");
}

TEST(CsvLabels, CellsThatSayNothingSensibleAreBadRows) {
  for (const auto& [row, reason] : std::vector<std::pair<std::string, std::string>>{
           {"10.0.0.0/33,1,6,,,a", "address '10.0.0.0/33' is not"},
           {"10.0.0.0/,1,6,,,a", "address '10.0.0.0/' is not"},
           {"::/129,1,6,,,a", "address '::/129' is not"},
           {"10.0.0.9-10.0.0.1,1,6,,,a", "address '10.0.0.9-10.0.0.1' is not"},
           {"10.0.0.9-::1,1,6,,,a", "address '10.0.0.9-::1' is not"},
           {"host,1,6,,,a", "address 'host' is not"},
           {",1-,6,,,a", "port '1-' is not"},
           {",2-1,6,,,a", "port '2-1' is not"},
           {",65536,6,,,a", "port '65536' is not"},
           {",,smtp,,,a", "protocol 'smtp' is not"},
           {",,256,,,a", "protocol '256' is not"},
           {",,,soon,,a", "time 'soon' is not"},
           {",,,2017-07-03 09:00,2017-07-03 08:00,a", "the row ends before it starts"},
           {",,,,9999999999999,a", "time '9999999999999' is not"},
           {",,,,,", "the label is empty"},
           {",,,,," + std::string(1025, 'a'), "the label is longer than 1024 bytes"}}) {
    const std::string refusal =
        label_refusal("src_ip,dst_port,protocol,start,end,label\n" + row + "\n");
    EXPECT_EQ(refusal.rfind("l: line 2: " + reason, 0), 0U) << refusal;
  }
}

TEST(CsvLabels, ALabelOfTheGreatestLengthIsTaken) {
  EXPECT_EQ(label_refusal("src_ip,dst_port,label\n,53," + std::string(1024, 'a') + "\n"),
            "accepted");
}

TEST(CsvLabels, FilesThatDoNotFitTheirNamesAreRefused) {
  EXPECT_EQ(label_refusal("a,b\n", named("src_ip=C,label=b")),
            "l: no column 'C'; the columns are a, b");
  EXPECT_NE(label_refusal("a,b\n", named("src_ip=a")).find("no column for the label"),
            std::string::npos);
  EXPECT_NE(label_refusal("a,b\n", named("label=a")).find("which flows the rows speak of"),
            std::string::npos);
  LabelOptions options;
  options.format = LabelFormat::kCsv;
  EXPECT_NE(label_refusal("protocol,label\n", options).find("which flows the rows speak of"),
            std::string::npos);
  EXPECT_NE(label_refusal("src_ip,start,start_ns,label\n").find("two columns are given for start"),
            std::string::npos);
}

TEST(CsvLabels, LabelColumnsAreKeysAndNames) {
  const auto columns = parse_label_columns("src_ip = Source, label=L");
  EXPECT_EQ(columns, (std::vector<LabelColumn>{{"src_ip", "Source"}, {"label", "L"}}));
  for (const char* text : {"", ",", "src_ip", "src_ip=", "=x", "src_ip=a,src_ip=b",
                           "start=a,start_ns=b", "source=a", "src_ip=a,"}) {
    EXPECT_THROW(parse_label_columns(text), UsageError) << text;
  }
}

}  // namespace
}  // namespace netml::test
