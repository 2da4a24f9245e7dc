// Runs the whole chain of `--preset netml` (decode, group, represent) on the reference captures and
// compares every double with what the original wrote: exactly, FFT within 1e-9 of the row's largest
// magnitude.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "netml/core/text_format.hpp"
#include "netml/decode/netml_decoder.hpp"
#include "netml/features/series_features.hpp"
#include "netml/flow/netml_grouping.hpp"

#include "support/delimited_file.hpp"
#include "support/libpcap_reader.hpp"

namespace netml {
namespace {

namespace fs = std::filesystem;

const fs::path kSuite = fs::path(NETML_REFERENCE_DIR) / "reference" / "netml";

NetmlCapture load(const fs::path& path) {
  NetmlCapture capture;
  EXPECT_TRUE(
      test::for_each_packet(path.string(), PCAP_TSTAMP_PRECISION_NANO, [&](const RawPacket& raw) {
        NetmlPacket packet;
        if (decode_netml(raw, packet) == DecodeStatus::kOk) {
          capture.add(packet);
        }
      }));
  return capture;
}

std::vector<std::string> key_text(const NetmlKey& key) {
  return {key.has_addresses() ? to_text(key.src, 4) : "",
          key.has_addresses() ? to_text(key.dst, 4) : "", std::to_string(key.src_port),
          std::to_string(key.dst_port), std::to_string(key.protocol)};
}

/// Keys of the original's label file: address, address, port, port, protocol.
using Labels = std::map<std::vector<std::string>, bool>;

Labels read_labels(const fs::path& path) {
  const test::DelimitedFile file = test::read_delimited(path.string(), ',');
  const char* names[] = {" Source IP", " Destination IP", " Source Port", " Destination Port",
                         " Protocol"};
  Labels labels;
  for (const std::vector<std::string>& row : file.rows) {
    std::vector<std::string> key;
    for (const char* name : names) {
      key.push_back(row.at(file.column(name)));
    }
    const std::string label = to_lower(row.at(file.column(" Label")));
    labels[key] = label != "benign" && label != "normal";  // the last row wins
  }
  return labels;
}

/// One parameter set of one capture.
struct Case {
  fs::path folder;
  nlohmann::json info;
  NetmlCapture capture;
  NetmlFlows flows;
  RepresentationSettings settings;
};

void fit(Case& test_case) {
  std::vector<std::size_t> counts;
  std::vector<double> durations;
  for (const NetmlFlow& flow : test_case.flows.flows) {
    const auto time = [&](std::size_t position) {
      return test_case.capture.sample(test_case.flows.order[position]).time;
    };
    counts.push_back(flow.count);
    durations.push_back(time(flow.first + flow.count - 1) - time(flow.first));
  }
  test_case.settings.arithmetic = SeriesArithmetic::kNetml;
  test_case.settings.dim = fitted_dim(counts, test_case.info["q_interval"]);
  test_case.settings.sampling_seconds = fitted_sampling_seconds(durations);
}

Case open_case(const fs::path& info_file) {
  Case test_case;
  test_case.folder = info_file.parent_path();
  std::ifstream(info_file) >> test_case.info;
  const nlohmann::json& info = test_case.info;
  test_case.capture = load(kSuite / "data" / info["pcap"].get<std::string>());
  NetmlFlowRules rules;
  rules.min_packets = info["flow_ptks_thres"];
  rules.q_interval = info["q_interval"];
  rules.tcp_timeout = info["tcp_timeout"];
  rules.udp_timeout = info["udp_timeout"];
  NetmlFlows& flows = test_case.flows = test_case.capture.flows(rules);
  EXPECT_EQ(flows.flows.size(), info["flows_after_subflow_split"].get<std::size_t>());
  EXPECT_EQ(flows.packets_in_flows + flows.packets_too_short + flows.packets_in_dropped_pieces,
            test_case.capture.size());
  EXPECT_EQ(flows.interval, parse_double(info["interval"].get<std::string>()));
  if (info["label_file"].get<bool>()) {
    const Labels labels = read_labels(kSuite / "data" / "demo.csv");
    std::erase_if(flows.flows, [&](const NetmlFlow& flow) {
      return labels.count(key_text(test_case.capture.key(flow.key))) == 0;
    });
    EXPECT_EQ(flows.flows.size(), info["flows_after_label"].get<std::size_t>());
  }
  fit(test_case);
  EXPECT_EQ(test_case.settings.dim, info["dim"].get<std::size_t>());
  const std::optional<double> rate = parse_double(info["sampling_rate"].get<std::string>());
  if (rate > 0.0) {
    EXPECT_EQ(test_case.settings.sampling_seconds, rate);
  }
  return test_case;
}

std::vector<double> row_of(const Case& test_case, const NetmlFlow& flow,
                           const RepresentationSettings& settings) {
  std::vector<double> seconds;
  std::vector<std::uint32_t> sizes;
  std::vector<std::uint8_t> flags;
  std::vector<std::uint8_t> ttls;
  for (std::size_t i = flow.first; i < flow.first + flow.count; ++i) {
    const NetmlSample& sample = test_case.capture.sample(test_case.flows.order[i]);
    seconds.push_back(sample.time);
    sizes.push_back(sample.size);
    flags.push_back(sample.tcp_flags);
    ttls.push_back(sample.ttl);
  }
  std::vector<double> row;
  append_representation(settings, {seconds, {}, sizes, flags, ttls}, row);
  return row;
}

void compare_row(const std::vector<double>& got, std::span<const std::string> want, bool fft,
                 const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  std::vector<double> expected;
  double largest = 0;
  for (const std::string& cell : want) {
    expected.push_back(parse_double(cell).value());
    largest = std::max(largest, std::abs(expected.back()));
  }
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (fft) {
      ASSERT_NEAR(got[i], expected[i], 1e-9 * largest) << what << " column " << i;
    } else {
      ASSERT_EQ(got[i], expected[i]) << what << " column " << i;
    }
  }
}

void compare_file(const Case& test_case, const fs::path& golden) {
  const std::vector<std::string> parts = split(golden.stem().string(), '-');
  RepresentationSettings settings = test_case.settings;
  settings.kind = representation_kind(to_lower(parts[0])).value();
  settings.fft = std::count(parts.begin(), parts.end(), "FFT") > 0;
  settings.header = std::count(parts.begin(), parts.end(), "header") > 0;
  const test::DelimitedFile want = test::read_delimited(golden.string(), ',');
  ASSERT_EQ(test_case.flows.flows.size(), want.rows.size()) << golden;
  const std::size_t first_value = want.column("f0");
  for (std::size_t i = 0; i < want.rows.size(); ++i) {
    const NetmlFlow& flow = test_case.flows.flows[i];
    const std::string what = golden.string() + " row " + std::to_string(i);
    const std::vector<std::string> key(want.rows[i].begin() + 1, want.rows[i].begin() + 6);
    ASSERT_EQ(key_text(test_case.capture.key(flow.key)), key) << what;
    ASSERT_EQ(test_case.capture.sample(test_case.flows.order[flow.first]).time,
              parse_double(want.rows[i][6]))
        << what;
    compare_row(row_of(test_case, flow, settings), std::span(want.rows[i]).subspan(first_value),
                settings.fft, what);
  }
}

/// demo.pcap holds LDAP and Kerberos, whose sizes the original changes: demo-caplen stands for
/// them.
bool has_other_sizes(const Case& test_case, RepresentationKind kind) {
  return test_case.info["pcap"] == "demo.pcap" && test_case.folder.filename() != "demo-caplen" &&
         kind != RepresentationKind::kIat && kind != RepresentationKind::kSampNum;
}

TEST(NetmlGolden, EveryDoubleOfEveryParameterSet) {
  if (!fs::exists(kSuite / "golden")) {
    GTEST_SKIP() << "no reference captures in " << kSuite;
  }
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kSuite / "golden")) {
    if (entry.path().filename() != "info.json") {
      continue;
    }
    const Case test_case = open_case(entry.path());
    for (const auto& golden : fs::directory_iterator(test_case.folder)) {
      const std::string name = golden.path().filename().string();
      const auto kind = representation_kind(to_lower(name.substr(0, name.find_first_of("-."))));
      if (kind && !has_other_sizes(test_case, *kind)) {
        compare_file(test_case, golden.path());
        ++files;
      }
    }
  }
  EXPECT_GT(files, 0u);
  RecordProperty("files", static_cast<int>(files));
}

TEST(NetmlGolden, EveryPacketOfTheEdgeCapture) {
  const fs::path golden = kSuite / "golden" / "edge_pcap" / "edge-packets.csv";
  if (!fs::exists(golden)) {
    GTEST_SKIP() << "no reference captures in " << kSuite;
  }
  const test::DelimitedFile want = test::read_delimited(golden.string(), ',');
  std::size_t number = 0;
  ASSERT_TRUE(test::for_each_packet(
      (kSuite / "data" / "edge.pcap").string(), PCAP_TSTAMP_PRECISION_NANO,
      [&](const RawPacket& raw) {
        const std::vector<std::string>& row = want.rows.at(number++);
        NetmlPacket packet;
        const bool counted = decode_netml(raw, packet) == DecodeStatus::kOk;
        ASSERT_EQ(counted, row[want.column("counted")] == "1") << number << row[1];
        if (counted) {
          const std::vector<std::string> key(row.begin() + 3, row.begin() + 8);
          EXPECT_EQ(key_text(packet.key), key) << row[1];
          EXPECT_EQ(packet.time, parse_double(row[want.column("time")]));
          EXPECT_EQ(std::to_string(packet.size), row[want.column("caplen")]);
        }
      }));
  EXPECT_EQ(number, want.rows.size());
}

}  // namespace
}  // namespace netml
