// Packet payloads on their way from the capture to the columns that read them.

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netml/decode/quic_initial.hpp"
#include "netml/pipeline/extractor.hpp"
#include "netml/pipeline/flow_store.hpp"

#include "support/capture_text.hpp"
#include "support/dhcp_frames.hpp"
#include "support/dns_frames.hpp"
#include "support/quic_packets.hpp"
#include "support/temp_folder.hpp"
#include "support/tls_messages.hpp"

namespace netml {
namespace {

using namespace test;
using testing::Contains;
using testing::HasSubstr;

// One text per flow: the cells of its row.
class Rows final : public FlowConsumer {
 public:
  explicit Rows(const Recipe& recipe) : features_(recipe), row_(features_.schema().size()) {}

  void begin_input(std::size_t, std::int64_t) override {}
  void flow(const FlowView& view) override {
    features_.read(view, row_);
    std::string text;
    for (const Cell& cell : row_) {
      if (cell.kind == Cell::Kind::kText) {
        text += std::string(cell.text) + " ";
      } else if (cell.kind == Cell::Kind::kList) {
        text += "list of " + std::to_string(cell.list.size()) + " ";
      } else {
        text += cell.kind == Cell::Kind::kMissing ? "- " : std::to_string(cell.number()) + " ";
      }
    }
    rows.push_back(text);
  }

  std::vector<std::string> rows;

 private:
  FeatureSet features_;
  std::vector<Cell> row_;
};

Recipe recipe_of(Preset preset) {
  Recipe recipe;
  recipe.sets = {"dhcp", "mdns", "ja4", "wavelet:3"};
  recipe.preset = preset;
  recipe.policy.idle_timeout_ns = 2'000'000'000;
  recipe.policy.expiry = preset == Preset::kNfstream ? ExpiryRule::kNfstream : ExpiryRule::kExact;
  return recipe;
}

Bytes tls_segment(std::size_t port, std::size_t offset, const Bytes& data, bool is_reply) {
  test::TcpFields fields = {.src = port, .dst = 443, .seq = 1000 + offset};
  if (is_reply) {
    std::swap(fields.src, fields.dst);
  }
  return test::ether(0x0800, test::ipv4(6, test::tcp(fields, data), {.reply = is_reply}));
}

Bytes part(const Bytes& bytes, std::size_t begin, std::size_t end) {
  return {bytes.begin() + static_cast<std::ptrdiff_t>(begin),
          bytes.begin() + static_cast<std::ptrdiff_t>(end)};
}

// Connections whose hellos come in pieces and not in order, between other flows.
std::string mixed_capture(std::uint32_t seed) {
  std::mt19937 random(seed);
  const Bytes client = test::tls_records(test::client_hello(test::ja4_example()));
  const Bytes server = test::tls_records(test::server_hello(test::ja4s_example()));
  std::vector<Bytes> frames;
  for (std::size_t port = 2000; port < 2040; ++port) {
    frames.push_back(test::ether(
        0x0800,
        test::ipv4(6, test::tcp({.src = port, .dst = 443, .flags = tcp_flag::kSyn, .seq = 999}))));
    const std::size_t third = client.size() / 3;
    for (const std::size_t begin : {third, std::size_t{0}, 2 * third}) {
      const std::size_t end = begin == 2 * third ? client.size() : begin + third;
      frames.push_back(tls_segment(port, begin, part(client, begin, end), false));
    }
    frames.push_back(tls_segment(port, 0, server, true));
    frames.push_back(test::dhcp_frame(
        test::dhcp(test::dhcp_option(53, Bytes{3}) +
                   test::dhcp_option(12, "host" + std::to_string(port)) + Bytes{255}),
        port % 2 == 0));
    frames.push_back(test::mdns_frame(test::dns(
        {0, 1}, test::dns_record(test::dns_name("_x.local"), 12,
                                 test::dns_name("n" + std::to_string(random() % 50) + ".local")))));
    frames.push_back(test::ether(
        0x86dd, test::ipv6(17, test::udp(port, 443, test::from_hex(test::kQuic1Client)))));
  }
  std::string capture = test::pcap_header();
  std::int64_t at = 0;
  for (const Bytes& frame : frames) {
    at += static_cast<std::int64_t>(random() % 50'000'000);
    capture += test::pcap_record(at, frame);
  }
  return capture;
}

TEST(Payload, EpochsShardsAndThreadsDoNotShow) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", mixed_capture(1));
  for (const Preset preset : {Preset::kNone, Preset::kNfstream}) {
    for (const std::uint64_t memory_limit : {std::uint64_t{0}, std::uint64_t{20'000}}) {
      Recipe recipe = recipe_of(preset);
      recipe.policy.memory_limit = memory_limit;
      const auto rows = [&](const ExtractorOptions& options) {
        Rows consumer(recipe);
        const FeatureSet features(recipe);
        Extractor(recipe, options, features).run({path}, consumer);
        return consumer.rows;
      };
      const std::vector<std::string> expected = rows({});
      EXPECT_THAT(expected, Contains(HasSubstr("n")));
      if (preset == Preset::kNone && memory_limit == 0) {
        EXPECT_THAT(expected,
                    Contains(HasSubstr(std::string(test::kJa4Example) + " " + test::kJa4sExample)));
        EXPECT_THAT(expected, Contains(HasSubstr("host2039")));
        if (QuicInitialKeys::is_available()) {
          EXPECT_THAT(expected, Contains(HasSubstr("q13d0211an_62ed6f6ca7ad_4d634acda6c0")));
        }
      }
      for (const std::size_t threads : {1u, 2u, 3u, 7u}) {
        for (const std::size_t epoch : {1u, 7u, 65'536u}) {
          EXPECT_EQ(rows({.threads = threads, .epoch_records = epoch}), expected)
              << threads << " threads, epochs of " << epoch;
        }
      }
    }
  }
}

TEST(Payload, ManyBytesEndAnEpochToo) {
  // 40 MB in one epoch of as many packets as there are.
  const TempFolder folder;
  std::string capture = test::pcap_header();
  for (int i = 0; i < 700; ++i) {
    capture += test::pcap_record(
        i, test::ether(0x0800, test::ipv4(17, test::udp(5353, 5353, test::zeros(60'000)))));
  }
  const std::string path = folder.write("a.pcap", capture);
  const Recipe recipe = recipe_of(Preset::kNone);
  Rows consumer(recipe);
  const FeatureSet features(recipe);
  const ExtractResult result =
      Extractor(recipe, {.epoch_records = 1'000'000}, features).run({path}, consumer);
  EXPECT_EQ(result.stats.packets_in_flows, 700u);
  EXPECT_EQ(consumer.rows.size(), 1u);
}

TEST(Payload, AFlowStoreKeepsWhatTheStateRefersTo) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", mixed_capture(2));
  const Recipe recipe = recipe_of(Preset::kNone);
  const FeatureSet features(recipe);
  Rows direct(recipe), replayed(recipe);
  Extractor(recipe, {}, features).run({path}, direct);
  FlowStore store(features.state_size(), 0, features.record_bytes(), FlowStore::Keeps::kFlows,
                  features.blob_offsets());
  Extractor(recipe, {}, features).run({path}, store);
  store.replay(replayed);
  EXPECT_EQ(replayed.rows, direct.rows);
}

}  // namespace
}  // namespace netml
