#include <string>

#include <gtest/gtest.h>

#include "label_test_flows.hpp"

namespace netml::test {
namespace {

constexpr std::int64_t kBegin = 1525879831 * kLabelSecond;

const std::string kHead = "#separator \\x09\n#unset_field\t-\n#path\tconn\n";
const std::string kFields =
    "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\ttunnel_parents";

FlowIdentity flow(const char* src, int src_port, const char* dst, int dst_port, int protocol) {
  return label_flow(src, src_port, dst, dst_port, protocol, kBegin, kBegin);
}

std::string row(const std::string& key, const std::string& labels) {
  return "1525879831.015811\t" + key + "\t" + labels + "\n";
}

TEST(ZeekLabels, LabelsMayStandInCellsOfTheirOwn) {
  for (const char* names : {"\tlabel\tdetailed-label\n", "\tlabel\tdetailedlabel\n"}) {
    LabelFile labels = LabelFile::parse(
        kHead + kFields + names +
            row("10.0.0.1\t1000\t10.0.0.2\t80\ttcp\t-", "-\tMalicious\tC&C-HeartBeat") +
            row("10.0.0.1\t1001\t10.0.0.2\t80\tudp\t1e-3", "-   Benign   -") + "#close\t2019\n",
        "l", {});
    EXPECT_EQ(said(labels.find(flow("10.0.0.1", 1000, "10.0.0.2", 80, 6))), "1 C&C-HeartBeat");
    EXPECT_EQ(said(labels.find(flow("10.0.0.1", 1001, "10.0.0.2", 80, 17))), "0 Benign");
  }
}

TEST(ZeekLabels, WithoutADetailTheLabelIsTheName) {
  LabelFile labels = LabelFile::parse(
      kHead + kFields + "\tlabel\n" + row("10.0.0.1\t1\t10.0.0.2\t80\ttcp\t-", "-\tMalicious"), "l",
      {});
  EXPECT_EQ(said(labels.find(flow("10.0.0.1", 1, "10.0.0.2", 80, 6))), "1 Malicious");
}

// Zeek writes the type and code of ICMP as ports, and one name for both versions.
TEST(ZeekLabels, IcmpHasNoPorts) {
  LabelFile labels =
      LabelFile::parse(kHead + kFields + "\tlabel\tdetailed-label\n" +
                           row("10.0.0.1\t8\t10.0.0.2\t0\ticmp\t-", "-\tMalicious\tPing") +
                           row("fe80::1\t135\tfe80::2\t136\ticmp\t-", "-\tBenign\t-") +
                           row("10.0.0.1\t0\t10.0.0.2\t0\tunknown_transport\t-", "-\tBenign\t-"),
                       "l", {});
  EXPECT_EQ(said(labels.find(flow("10.0.0.1", 0, "10.0.0.2", 0, 1))), "1 Ping");
  EXPECT_EQ(said(labels.find(flow("fe80::2", 0, "fe80::1", 0, 58))), "0 Benign");
  EXPECT_EQ(labels.report().rows, 2U);
  EXPECT_EQ(labels.report().rows_left_out, 1U);
}

TEST(ZeekLabels, BackgroundIsNoLabelAndAnEmptyOneIsABadRow) {
  const std::string head = kHead + kFields + "\tlabel\tdetailed-label\n";
  const std::string key = "10.0.0.1\t8\t10.0.0.2\t80\ttcp\t-";
  const LabelFile labels = LabelFile::parse(head + row(key, "-\tBackground\t-"), "l", {});
  EXPECT_EQ(labels.report().rows, 0U);
  EXPECT_EQ(labels.report().rows_left_out, 1U);
  EXPECT_EQ(label_refusal(head + row(key, "-\t(empty)\t-")),
            "l: line 5: the label is empty; --skip-bad-rows leaves such rows out");
}

TEST(ZeekLabels, LogsMayFollowOneAnotherAndUseOtherSeparators) {
  const std::string first =
      kHead + kFields + "\tlabel\n" + row("10.0.0.1\t1\t10.0.0.2\t80\ttcp\t-", "-\tMalicious");
  const std::string second =
      "#separator "
      ",\n#unset_field,none\n#fields,label,proto,id.resp_p,id.resp_h,id.orig_p,id.orig_h,"
      "ts\nBenign,udp,53,10.0.0.9,2,10.0.0.1,1525879831\n";
  LabelFile labels = LabelFile::parse(first + second, "l", {});
  EXPECT_EQ(said(labels.find(flow("10.0.0.1", 1, "10.0.0.2", 80, 6))), "1 Malicious");
  EXPECT_EQ(said(labels.find(flow("10.0.0.1", 2, "10.0.0.9", 53, 17))), "0 Benign");
}

TEST(ZeekLabels, ALogWithoutLabelsSaysSo) {
  EXPECT_EQ(
      label_refusal(kHead + kFields + "\n").rfind("l: no column 'label' in the line of #fields", 0),
      0U);
  LabelOptions options;
  options.format = LabelFormat::kZeek;
  EXPECT_EQ(label_refusal("1525879831\t10.0.0.1\n", options),
            "l: line 1: a row stands before the line of #fields; --skip-bad-rows leaves such rows "
            "out");
}

TEST(ZeekLabels, HostileHeadersAndRowsAreRefused) {
  const std::string tabs(100'000, '\t');
  EXPECT_EQ(label_refusal("#fields\tts" + tabs + "\n"),
            "l: the line of #fields names more than 4096 columns");
  EXPECT_EQ(label_refusal(kHead + kFields + "\tlabel\n" + tabs + "\n"),
            "l: line 5: 10 cells where #fields has 9; --skip-bad-rows leaves such rows out");
}

TEST(ZeekLabels, JsonMayNestTheKeyAndWriteTimesAsText) {
  LabelFile labels = LabelFile::parse(
      R"({"ts":"2018-05-09T15:30:31.015811Z","id":{"orig_h":"10.0.0.1","orig_p":1,)"
      R"("resp_h":"10.0.0.2","resp_p":80},"proto":"tcp","label":"Malicious","detailed-label":"-"})"
      "\n",
      "l", {});
  EXPECT_EQ(said(labels.find(flow("10.0.0.1", 1, "10.0.0.2", 80, 6))), "1 Malicious");
}

TEST(ZeekLabels, ProtocolNumbersStandInForUnknownTransports) {
  LabelFile labels = LabelFile::parse(
      R"({"ts":1525879831.0,"id.orig_h":"10.0.0.1","id.orig_p":0,"id.resp_h":"10.0.0.2",)"
      R"("id.resp_p":0,"proto":"unknown_transport","ip_proto":89,"label":"Benign"})",
      "l", {});
  EXPECT_EQ(said(labels.find(flow("10.0.0.1", 0, "10.0.0.2", 0, 89))), "0 Benign");
}

}  // namespace
}  // namespace netml::test
