// Label files of every format through the commands that take them.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "program.hpp"
#include "support/capture_text.hpp"
#include "support/temp_folder.hpp"

namespace netml::test {
namespace {

// The capture: UDP flows from 10.0.0.1, ports 1024 up, to 10.0.0.2:53, from 2023-11-14 22:13:20
// UTC.
struct File {
  std::string format, text, attack, normal;
};

const std::string kTime = "1700000000";

std::vector<File> files() {
  const std::string object = R"(,"src_ip":"10.0.0.1","dest_ip":"10.0.0.2","dest_port":53,)"
                             R"("proto":"UDP","timestamp":"2023-11-14T22:13:20.000000+0000",)"
                             R"("src_port":)";
  return {
      {"cicids2017",
       "Source IP,Source Port,Destination IP,Destination Port,Protocol,Timestamp,Label\n"
       "10.0.0.2,53,10.0.0.1,1024,17," +
           kTime +
           ",DDoS\n"
           "10.0.0.1,1025,10.0.0.2,53,17," +
           kTime + ",BENIGN\n",
       "DDoS", "BENIGN"},
      {"zeek",
       "#separator "
       "\\x09\n#unset_field\t-\n#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\t"
       "proto\tduration\ttunnel_parents   label   detailed-label\n" +
           kTime + ".0\t10.0.0.1\t1024\t10.0.0.2\t53\tudp\t-\t-   Malicious   DDoS\n" + kTime +
           ".0\t10.0.0.1\t1025\t10.0.0.2\t53\tudp\t-\t-   Benign   -\n",
       "DDoS", "Benign"},
      {"unsw-nb15",
       "srcip,sport,dstip,dsport,proto,Stime,attack_cat,Label\n10.0.0.1,1024,10.0.0.2,53,udp," +
           kTime + ",Worms,1\n10.0.0.1,1025,10.0.0.2,53,udp," + kTime + ",,0\n",
       "Worms", "Normal"},
      {"ctu13",
       "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,Label\n"
       "2023/11/14 22:13:20.0,0.1,udp,10.0.0.1,1024,  <->,10.0.0.2,53,flow=From-Botnet-V1\n"
       "2023/11/14 22:13:20.0,0.1,udp,10.0.0.1,1025,  <->,10.0.0.2,53,flow=From-Normal-V1\n"
       "2023/11/14 22:13:20.0,0.1,udp,10.0.0.1,1026,  <->,10.0.0.2,53,flow=Background\n",
       "flow=From-Botnet-V1", "flow=From-Normal-V1"},
      {"suricata",
       R"({"event_type":"alert","alert":{"signature":"ET X"})" + object + "1024}\n" +
           R"({"event_type":"flow","flow":{"alerted":false})" + object + "1025}\n",
       "ET X", "no alert"},
      {"csv", "src_ip,src_port,dst_ip,label\n10.0.0.0/24,1024,*,Scan\n10.0.0.1,1025-1025,,BENIGN\n",
       "Scan", "BENIGN"},
  };
}

TEST(LabelFiles, ExtractReadsEveryFormatByNameAndByItself) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(4));
  for (const File& file : files()) {
    const std::string path = folder.write("labels", file.text);
    for (const std::string& format : {std::string("auto"), file.format}) {
      const std::string summary = folder.path("summary.json");
      const RunResult result = netml({"extract", capture, "--features", "flow", "--label", path,
                                      "--label-format", format, "--summary", summary});
      ASSERT_EQ(result.status, 0) << format << result.err;
      const auto rows = csv_rows(result.out);
      ASSERT_EQ(rows.size(), 5U);
      const auto label = [&](std::size_t row) {
        return rows[row][rows[row].size() - 2] + " " + rows[row].back();
      };
      EXPECT_EQ(label(1), "1 " + file.attack) << format;
      EXPECT_EQ(label(2), "0 " + file.normal) << format;
      EXPECT_EQ(label(3), " ") << format;
      const nlohmann::json labels = read_json(summary)["labels"];
      EXPECT_EQ(labels["flows_matched"], 2) << format;
      EXPECT_EQ(labels["flows_unmatched"], 2) << format;
      EXPECT_EQ(labels["rows_matched"], 2) << format;
      EXPECT_EQ(labels["rows_left_out"], file.format == "ctu13" ? 1 : 0) << format;
    }
  }
}

TEST(LabelFiles, LearnAndClassifyReadThemToo) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(60));
  const std::string model = folder.path("model.netml"), summary = folder.path("summary.json");
  const std::string rules =
      folder.write("rules.csv", "client,ports,verdict\n*,1080-2000,Scan\n10.0.0.1,,BENIGN\n");
  const std::vector<std::string> options = {
      "--label",         rules,
      "--label-format",  "csv",
      "--label-columns", "src_ip=client,src_port=ports,label=verdict",
      "--summary",       summary};
  for (std::vector<std::string> run :
       {std::vector<std::string>{"learn", capture, "-o", model},
        std::vector<std::string>{"classify", "-m", model, capture}}) {
    run.insert(run.end(), options.begin(), options.end());
    const RunResult result = netml(run);
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(read_json(summary)["labels"]["flows_matched"], 60);
    EXPECT_EQ(read_json(summary)["labels"]["rows_matched"], 2);
  }
}

TEST(LabelFiles, ContradictionsStandInTheLogAndTheSummary) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(2));
  const std::string path = folder.write(
      "labels.csv",
      "src_ip,src_port,dst_ip,dst_port,protocol,label\n10.0.0.1,1024,10.0.0.2,53,udp,BENIGN\n"
      "10.0.0.1,1024,10.0.0.2,53,udp,DDoS\n");
  const std::string summary = folder.path("summary.json");
  const RunResult result = netml({"extract", capture, "--label", path, "-v", "2", "--summary",
                                  summary, "-o", folder.path("x.csv")});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find("labels disagree: line 2 says BENIGN, line 3 says DDoS"),
            std::string::npos)
      << result.err;
  const nlohmann::json labels = read_json(summary)["labels"];
  EXPECT_EQ(labels["flows_contradictory"], 1);
  ASSERT_EQ(labels["contradictions"].size(), 1U);
  EXPECT_EQ(labels["contradictions"][0]["first_line"], 2);
  EXPECT_EQ(labels["contradictions"][0]["second_line"], 3);
  EXPECT_EQ(labels["contradictions"][0]["second_label"], "DDoS");
}

TEST(LabelFiles, OptionsThatMakeNoSenseAreUsageErrors) {
  const TempFolder folder;
  const std::string capture = folder.write("flows.pcap", udp_capture(2));
  const std::string path = folder.write("labels.csv", "src_ip,label\n10.0.0.1,x\n");
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"--label-format", "zeek", "--label-columns", "src_ip=a,label=b"},
        std::vector<std::string>{"--label-columns", "source=src_ip"},
        std::vector<std::string>{"--label-format", "bro"}}) {
    std::vector<std::string> run = {"extract", capture, "--label", path};
    run.insert(run.end(), options.begin(), options.end());
    EXPECT_EQ(netml(run).status, 2) << options[1];
  }
  const RunResult missing =
      netml({"extract", capture, "--label", path, "--label-columns", "src_ip=address,label=label"});
  EXPECT_EQ(missing.status, 3);
  EXPECT_NE(missing.err.find("no column 'address'; the columns are src_ip, label"),
            std::string::npos)
      << missing.err;
}

}  // namespace
}  // namespace netml::test
