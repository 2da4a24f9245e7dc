#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "label_test_flows.hpp"

namespace netml::test {
namespace {

constexpr std::int64_t kBegin = 1491600277 * kLabelSecond;  // 2017-04-07 21:24:37 UTC

// The members of the alert in Suricata's own documentation, with those given in place of its own.
std::string event(const std::string& type, const std::string& more) {
  return R"({"timestamp":"2017-04-07T22:24:37.251547+0100","flow_id":586497171462735,)"
         R"("pcap_cnt":53381,"event_type":")" +
         type +
         R"(","src_ip":"192.168.2.14","src_port":50096,"dest_ip":"209.53.113.5","dest_port":80,)"
         R"("proto":"TCP","metadata":{"flowbits":["http.dottedquadhost"]})" +
         more + "}\n";
}

FlowIdentity the_flow(std::int64_t at = kBegin) {
  return label_flow("192.168.2.14", 50096, "209.53.113.5", 80, 6, at, at);
}

TEST(SuricataLabels, AnAlertIsNamedByItsSignature) {
  LabelFile labels = LabelFile::parse(
      event("alert", R"(,"alert":{"signature_id":2018358,"signature":"ET HUNTING POST"})") +
          event("http", R"(,"http":{"hostname":"x"})"),
      "l", {});
  EXPECT_EQ(said(labels.find(the_flow())), "1 ET HUNTING POST");
  EXPECT_EQ(labels.report().rows_left_out, 1U);
  ASSERT_EQ(labels.report().warnings.size(), 1U);
  EXPECT_NE(labels.report().warnings[0].find("no flow events"), std::string::npos);
}

TEST(SuricataLabels, AFlowSaysWhetherItWasAlerted) {
  const std::string times =
      R"("start":"2017-04-07T21:24:30.000000Z","end":"2017-04-07T21:24:50.000000Z")";
  LabelFile alerted =
      LabelFile::parse(event("flow", ",\"flow\":{" + times + ",\"alerted\":true}"), "l", {});
  EXPECT_EQ(said(alerted.find(the_flow(kBegin + 12 * kLabelSecond))), "1 alert");
  LabelFile quiet =
      LabelFile::parse(event("flow", ",\"flow\":{" + times + ",\"alerted\":false}"), "l", {});
  EXPECT_EQ(said(quiet.find(the_flow(kBegin - 7 * kLabelSecond))), "0 no alert");
  EXPECT_EQ(said(quiet.find(the_flow(kBegin + 15 * kLabelSecond))), "none");
  // Without its own times a flow event is the moment it was written.
  LabelFile short_event =
      LabelFile::parse(event("flow", R"(,"flow":{"pkts_toserver":1})"), "l", {});
  EXPECT_EQ(said(short_event.find(the_flow())), "0 no alert");
}

TEST(SuricataLabels, SeveralAlertsOfAFlowAreNoContradiction) {
  LabelFile labels = LabelFile::parse(
      event("alert", R"(,"alert":{"signature":"first"})") +
          event("alert", R"(,"alert":{"signature":"second"})") +
          event("flow", R"(,"flow":{"start":"2017-04-07T21:24:37Z","alerted":true})"),
      "l", {});
  EXPECT_EQ(said(labels.find(the_flow())), "1 first");
  EXPECT_EQ(labels.report().flows_contradictory, 0U);
  EXPECT_EQ(labels.report().rows_matched, 3U);
  EXPECT_TRUE(labels.report().warnings.empty());
}

TEST(SuricataLabels, IcmpHasNoPorts) {
  LabelFile labels = LabelFile::parse(
      R"({"timestamp":"2017-04-07T21:24:37.000000","event_type":"alert","src_ip":"2001:db8::1",)"
      R"("dest_ip":"2001:db8::2","proto":"IPv6-ICMP","icmp_type":128,"alert":{"signature":""}})",
      "l", {});
  EXPECT_EQ(said(labels.find(label_flow("2001:db8::2", 0, "2001:db8::1", 0, 58, kBegin, kBegin))),
            "1 alert");
}

TEST(SuricataLabels, HostileLinesAreBadRows) {
  const std::string good = event("alert", R"(,"alert":{"signature":"x"})");
  std::string deep = "{\"a\":", many = "{\"a\":[";
  for (int i = 0; i < 100'000; ++i) {
    deep += "[";
    many += "1,";
  }
  for (const auto& [line, reason] : std::vector<std::pair<std::string, std::string>>{
           {"{\"event_type\":\"alert\"", "not valid JSON at byte"},
           {"{\"event_type\":\"alert\"} x", "not valid JSON at byte"},
           {R"({"event_type":"alert","event_type":"flow"})",
            "the key \"event_type\" is given twice"},
           {R"({"a":{"b":1,"b":2}})", "the key \"b\" is given twice"},
           {R"({"flow":{"start":1},"flow.start":2})", "the key \"flow.start\" is given twice"},
           {deep, "nested more than 64 deep"},
           {many + "1]}", "more than 65536 JSON values"},
           {R"({"event_type":1e999})", "not valid JSON"},
           {"[1]", "not a JSON object"},
           {"7", "not a JSON object"},
           {"{}", "the event has no event_type"},
           {event("alert", "").replace(14, 4, "soon"), "timestamp 'soon-04-07T"},
           {R"({"event_type":"alert","src_ip":"10.0.0.1","dest_ip":"10.0.0.2","proto":"TCP"})",
            "port '' is not"}}) {
    const std::string refusal = label_refusal(good + line + "\n" + good);
    EXPECT_EQ(refusal.rfind("l: line 2: " + reason, 0), 0U) << refusal;
  }
}

TEST(SuricataLabels, NamesThatAreNotUtf8AreMended) {
  LabelFile labels =
      LabelFile::parse(event("alert", ",\"alert\":{\"signature\":\"caf\xe9\"}"), "l", {});
  EXPECT_EQ(said(labels.find(the_flow())), "1 caf\xef\xbf\xbd");
}

}  // namespace
}  // namespace netml::test
