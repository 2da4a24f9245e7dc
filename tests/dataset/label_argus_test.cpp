// The formats that argus wrote: UNSW-NB15 and CTU-13.

#include <string>

#include <gtest/gtest.h>

#include "label_test_flows.hpp"

namespace netml::test {
namespace {

constexpr std::int64_t kBegin = 1312962419 * kLabelSecond;  // 2011-08-10 07:46:59 UTC

FlowIdentity flow(const char* src, int src_port, const char* dst, int dst_port, int protocol) {
  return label_flow(src, src_port, dst, dst_port, protocol, kBegin, kBegin);
}

const std::string kUnsw = "srcip,sport,dstip,dsport,proto,Stime,Label\n";
const std::string kCtu =
    "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,"
    "Label\n";

std::string ctu_row(const std::string& key, const std::string& label) {
  return "2011/08/10 09:46:59.607825,1.026539," + key + ",S_RA,0,0,4,276,156,flow=" + label + "\n";
}

TEST(UnswNb15Labels, PortsMayBeMissingOrHexadecimal) {
  LabelFile labels = LabelFile::parse(kUnsw +
                                          "10.0.0.1,-,10.0.0.2,-,ospf,1312962419,0\n"
                                          "10.0.0.1,0x000b,10.0.0.2,0x20205321,icmp,1312962419,1\n"
                                          "10.0.0.1,0x0050,10.0.0.2,443.0,tcp,1312962419,1\n"
                                          "10.0.0.1,0,10.0.0.2,0,unas,1312962419,0\n"
                                          "10.0.0.1,0,10.0.0.2,0,arp,1312962419,0\n",
                                      "l", {});
  EXPECT_EQ(said(labels.find(flow("10.0.0.1", 0, "10.0.0.2", 0, 89))), "0 Normal");
  EXPECT_EQ(said(labels.find(flow("10.0.0.1", 0, "10.0.0.2", 0, 1))), "1 attack");
  EXPECT_EQ(said(labels.find(flow("10.0.0.2", 443, "10.0.0.1", 80, 6))), "1 attack");
  EXPECT_EQ(labels.report().rows, 3U);
  EXPECT_EQ(labels.report().rows_left_out, 2U);
}

TEST(UnswNb15Labels, TheLabelIsItsZeroOrOne) {
  EXPECT_EQ(label_refusal(kUnsw + "10.0.0.1,1,10.0.0.2,2,tcp,1312962419,BENIGN\n"),
            "l: line 2: label 'BENIGN' is not 0 or 1; --skip-bad-rows leaves such rows out");
}

TEST(UnswNb15Labels, SetsWithoutAddressesSayWhichFilesToTake) {
  EXPECT_NE(label_refusal("id,dur,proto,service,state,attack_cat,label\n").find("UNSW-NB15_1.csv"),
            std::string::npos);
}

// The published labels: https://www.stratosphereips.org/datasets-ctu13 takes flows from infected
// hosts for attacks and those from known clean hosts for normal.
TEST(Ctu13Labels, OnlyFlowsFromKnownHostsHaveALabel) {
  LabelOptions options;
  options.timezone_ns = parse_label_timezone("+02:00");
  const auto labels_of = [&](const std::string& label) {
    LabelFile file = LabelFile::parse(
        kCtu + ctu_row("tcp,10.0.0.1,1577,   ->,10.0.0.2,6881", label), "l", options);
    return said(file.find(flow("10.0.0.1", 1577, "10.0.0.2", 6881, 6)));
  };
  EXPECT_EQ(labels_of("From-Botnet-V44-UDP-DNS"), "1 flow=From-Botnet-V44-UDP-DNS");
  EXPECT_EQ(labels_of("From-Normal-V44-Jist"), "0 flow=From-Normal-V44-Jist");
  EXPECT_EQ(labels_of("Normal-V45-HTTP-windowsupdate"), "0 flow=Normal-V45-HTTP-windowsupdate");
  for (const char* none :
       {"Background", "Background-UDP-Established", "To-Botnet-V42", "To-Normal-V42-UDP-NTP-server",
        "To-Background-UDP-CVUT-DNS-Server", "From-Background-CVUT-Proxy"}) {
    EXPECT_EQ(labels_of(none), "none") << none;
  }
  EXPECT_NE(label_refusal(kCtu + ctu_row("tcp,10.0.0.1,1,   ->,10.0.0.2,2", "Greyware"))
                .find("line 2: label 'flow=Greyware' is not one of CTU-13's"),
            std::string::npos);
}

TEST(Ctu13Labels, EveryProtocolOfItsRecordsIsRead) {
  LabelOptions options;
  options.timezone_ns = parse_label_timezone("+02:00");
  LabelFile labels = LabelFile::parse(
      kCtu + ctu_row("icmp,10.0.0.1,0x0303,  <->,10.0.0.2,0x7f03", "From-Botnet-V42-ICMP") +
          ctu_row("arp,00:1f:a4:00:00:01,,  who,10.0.0.2,", "From-Botnet-V42-ARP") +
          ctu_row("rtp,10.0.0.1,5004,   <?>,10.0.0.2,5006", "From-Normal-V42-x") +
          ctu_row("udp,10.0.0.1,,   ->,10.0.0.2,", "From-Normal-V42-fragments") +
          ctu_row("ipv6-icmp,fe80::1,,   ->,ff02::1,0x0000", "From-Normal-V42-x"),
      "l", options);
  EXPECT_EQ(said(labels.find(flow("10.0.0.2", 0, "10.0.0.1", 0, 1))),
            "1 flow=From-Botnet-V42-ICMP");
  EXPECT_EQ(said(labels.find(flow("10.0.0.1", 5004, "10.0.0.2", 5006, 17))),
            "0 flow=From-Normal-V42-x");
  EXPECT_EQ(said(labels.find(flow("fe80::1", 0, "ff02::1", 0, 58))), "0 flow=From-Normal-V42-x");
  EXPECT_EQ(labels.report().rows, 4U);
  EXPECT_EQ(labels.report().rows_left_out, 1U);
}

TEST(Ctu13Labels, NamesOfOneValueAreNoContradiction) {
  LabelOptions options;
  options.timezone_ns = parse_label_timezone("+02:00");
  const std::string key = "tcp,10.0.0.1,1577,   ->,10.0.0.2,6881";
  LabelFile labels = LabelFile::parse(
      kCtu + ctu_row(key, "From-Botnet-V42-TCP-A") + ctu_row(key, "From-Botnet-V42-TCP-B"), "l",
      options);
  EXPECT_EQ(said(labels.find(flow("10.0.0.1", 1577, "10.0.0.2", 6881, 6))),
            "1 flow=From-Botnet-V42-TCP-A");
  EXPECT_EQ(labels.report().flows_contradictory, 0U);
}

}  // namespace
}  // namespace netml::test
