#include "netml/pipeline/extractor.hpp"

#include <atomic>
#include <csignal>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"

#include "support/capture_file.hpp"
#include "support/capture_text.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using test::Bytes;
using test::pcap_header;
using test::TempFolder;
using test::text;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kStart = 1'500'000'000 * kSecond;

// Remembers one text per flow, and what it was told about inputs.
class Collector final : public FlowConsumer {
 public:
  void begin_input(std::size_t input, std::int64_t first_packet_ns) override {
    inputs.emplace_back(input, first_packet_ns);
  }
  void flow(const FlowView& view) override {
    const Flow& flow = view.flow;
    EXPECT_EQ(view.id, flows.size());
    packets += flow.packets();
    flows.push_back(std::string(to_text(flow.end_reason)) + " " +
                    std::to_string(flow.source_port()) + ">" +
                    std::to_string(flow.destination_port()) + " " + std::to_string(flow.packets()) +
                    "/" + std::to_string(flow.bytes()) + " " + std::to_string(flow.first_ns()) +
                    " " + std::to_string(flow.last_ns()) + " " + std::to_string(flow.first_index) +
                    " " + std::to_string(view.series.size()));
    if (throws) {
      throw OutputError("full");
    }
  }
  bool is_done() const override { return flows.size() >= wanted; }

  std::vector<std::pair<std::size_t, std::int64_t>> inputs;
  std::vector<std::string> flows;
  std::uint64_t packets = 0;
  std::size_t wanted = SIZE_MAX;
  bool throws = false;
};

Recipe flow_recipe() {
  Recipe recipe;
  recipe.sets = {"flow", "splt:3"};
  recipe.policy.idle_timeout_ns = 10 * kSecond;
  return recipe;
}

// Runs and checks what holds for every run: the conservation law, and that the counters agree with
// what the consumer was given.
ExtractResult run(const std::vector<std::string>& paths, const Recipe& recipe,
                  const ExtractorOptions& options, Collector& collector) {
  const FeatureSet features(recipe);
  ExtractResult result = Extractor(recipe, options, features).run(paths, collector);
  EXPECT_EQ(result.stats.packets_read, result.stats.packets_accounted());
  EXPECT_EQ(result.stats.packets_in_flows, collector.packets);
  EXPECT_EQ(result.stats.flows_written, collector.flows.size());
  EXPECT_EQ(result.stats.inputs, result.inputs.size());
  return result;
}

ExtractResult run(const std::vector<std::string>& paths, const Recipe& recipe = flow_recipe(),
                  const ExtractorOptions& options = {}) {
  Collector collector;
  return run(paths, recipe, options, collector);
}

Bytes frame(std::size_t src, std::size_t dst, std::uint8_t flags = tcp_flag::kAck) {
  return test::ether(0x0800, test::ipv4(6, test::tcp(src, dst, flags)));
}

// A packet at a time since 1970.
std::string packet(std::int64_t ts_ns, const Bytes& bytes) {
  return test::pcap_record(ts_ns - test::kCaptureStart, bytes);
}

// `count` packets, one a second, each of its own flow.
std::string many_flows(int count, std::int64_t step_ns = kSecond) {
  std::string capture = pcap_header();
  for (int i = 0; i < count; ++i) {
    capture += packet(kStart + i * step_ns, frame(1000 + static_cast<std::size_t>(i), 80));
  }
  return capture;
}

std::string random_capture(std::uint32_t seed, int packets = 3000) {
  std::mt19937 random(seed);
  std::string capture = pcap_header();
  std::int64_t time = kStart;
  for (int i = 0; i < packets; ++i) {
    time += static_cast<std::int64_t>(random() % 500) * 1'000'000;
    const std::int64_t late = random() % 10 == 0 ? 3 * kSecond : 0;
    switch (random() % 12) {
      case 0:
        capture += packet(time - late, test::ether(0x0806, test::zeros(28)));  // ARP
        break;
      case 1:
        capture += packet(time - late, test::first(frame(1, 2), random() % 40));  // cut
        break;
      default: {
        const std::size_t host = random() % 30, flags = random() % 8;
        capture += packet(time - late, frame(1000 + host, 80, static_cast<std::uint8_t>(flags)));
      }
    }
  }
  return capture;
}

// ---------------------------------------------------------------- conservation

TEST(Extractor, EveryPacketIsAccountedForOnce) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", random_capture(1));
  Recipe recipe = flow_recipe();
  const auto check = [&](const char* what, const ExtractorOptions& options = {}) {
    SCOPED_TRACE(what);
    const ExtractResult result = run({path, path}, recipe, options);
    EXPECT_EQ(result.exit_status(), result.stopped_by_limit ? 6 : 0);
    return result.stats;
  };
  EXPECT_EQ(check("plain").packets_read, 6000u);
  EXPECT_GT(check("plain").packets_skipped.at("not_ip"), 0u);
  check("limit", {.flow_limit = 20});
  check("continuous", {.is_continuous = true});
  check("shards", {.shards = 3});
  check("filter", {.filter = "tcp port 1003"});
  recipe.min_packets = 4;
  EXPECT_GT(check("min-packets").flows_too_short, 0u);
  check("min-packets and limit", {.flow_limit = 5});
  recipe.policy.tcp_end = TcpEnd::kStrict;
  recipe.policy.max_packets_per_flow = 3;
  check("split");
  recipe = flow_recipe();
  recipe.policy.max_flows = 5;
  EXPECT_GT(check("eviction").flows_evicted, 0u);
  recipe.policy.on_limit = OnLimit::kStop;
  check("stop");
  recipe = flow_recipe();
  recipe.preset = Preset::kNfstream;
  recipe.policy.expiry = ExpiryRule::kNfstream;
  check("nfstream");
  recipe.policy.max_flows = 5;
  check("nfstream eviction");
}

TEST(Extractor, EpochsShardsAndThreadsDoNotShow) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", random_capture(2));
  struct Case {
    const char* name;
    std::uint64_t max_flows;
    std::uint64_t memory_limit;
    OnLimit on_limit;
    ExpiryRule expiry;
  };
  for (const Case& with : {Case{"plain", 0, 0, OnLimit::kEvict, ExpiryRule::kExact},
                           Case{"evict", 7, 0, OnLimit::kEvict, ExpiryRule::kExact},
                           Case{"memory", 0, 6000, OnLimit::kEvict, ExpiryRule::kExact},
                           Case{"stop", 12, 0, OnLimit::kStop, ExpiryRule::kExact},
                           Case{"nfstream", 0, 0, OnLimit::kEvict, ExpiryRule::kNfstream}}) {
    SCOPED_TRACE(with.name);
    Recipe recipe = flow_recipe();
    recipe.policy.max_flows = with.max_flows;
    recipe.policy.memory_limit = with.memory_limit;
    recipe.policy.on_limit = with.on_limit;
    recipe.policy.expiry = with.expiry;
    recipe.preset = with.expiry == ExpiryRule::kNfstream ? Preset::kNfstream : Preset::kNone;
    Collector first;
    const ExtractResult expected = run({path}, recipe, {}, first);
    EXPECT_FALSE(first.flows.empty());
    if (with.memory_limit != 0) {
      EXPECT_GT(expected.stats.flows_evicted, 0u);
    }
    for (const std::size_t epoch : {1u, 7u, 65536u}) {
      for (const std::size_t shards : {1u, 2u, 3u, 7u}) {
        const std::size_t threads = epoch == 1 ? shards : 1 + shards % 3;
        Collector collector;
        const ExtractResult result =
            run({path}, recipe, {.threads = threads, .shards = shards, .epoch_records = epoch},
                collector);
        EXPECT_EQ(collector.flows, first.flows) << epoch << " " << shards << " " << threads;
        EXPECT_EQ(result.stats.packets_read, expected.stats.packets_read);
        EXPECT_EQ(result.stats.packets_skipped, expected.stats.packets_skipped);
        EXPECT_EQ(result.stats.flows_evicted, expected.stats.flows_evicted);
        EXPECT_EQ(result.stats.clock_steps_back, expected.stats.clock_steps_back);
      }
    }
  }
}

TEST(Extractor, UndecodablePacketsAreCountedByReason) {
  const TempFolder folder;
  std::string capture = pcap_header();
  capture += packet(kStart, frame(1, 2)) + packet(kStart, test::ether(0x0806, test::zeros(28))) +
             packet(kStart, test::first(frame(1, 2), 10)) + packet(kStart, {});
  const ExtractResult result = run({folder.write("a.pcap", capture)});
  EXPECT_EQ(result.stats.packets_read, 4u);
  EXPECT_EQ(result.stats.packets_in_flows, 1u);
  EXPECT_THAT(result.stats.packets_skipped,
              ElementsAre(Pair("empty", 1), Pair("not_ip", 1), Pair("short_link", 1)));
  EXPECT_THAT(result.stats.not_ip_by_ethertype, ElementsAre(Pair("arp", 1)));
}

// ---------------------------------------------------------------- link types

constexpr int kUsb = 189;  // no decoder knows it

TEST(Extractor, PacketsAreDecodedByTheLinkTypeOfTheirInterface) {
  const TempFolder folder;
  const Bytes ip = test::ipv4(6, test::tcp(1, 2, tcp_flag::kAck));
  test::PcapngFile file;
  file.interface(1).packet(1, frame(1, 2)).interface(101).packet(2, ip, 1);
  Collector collector;
  const ExtractResult result =
      run({folder.write("a.pcapng", file.bytes())}, flow_recipe(), {}, collector);
  EXPECT_EQ(result.exit_status(), 0);
  EXPECT_EQ(collector.flows.size(), 1u);  // both packets are of one flow
  EXPECT_EQ(result.stats.packets_in_flows, 2u);
}

TEST(Extractor, PacketsOfOtherLinkTypesAreSkippedBehindTheFirst) {
  const TempFolder folder;
  test::PcapngFile file;
  file.interface(kUsb).interface(1).packet(1, frame(1, 2), 1).packet(2, Bytes(64, 7), 0);
  file.packet(3, frame(1, 2), 1);
  const std::string path = folder.write("a.pcapng", file.bytes());
  for (const Preset preset : {Preset::kNone, Preset::kNfstream}) {
    Recipe recipe = flow_recipe();
    recipe.preset = preset;
    const ExtractResult result = run({path}, recipe);
    EXPECT_EQ(result.exit_status(), 0);
    EXPECT_EQ(result.stats.packets_read, 3u);
    EXPECT_EQ(result.stats.packets_in_flows, 2u);
    EXPECT_THAT(result.stats.packets_skipped, ElementsAre(Pair("not_ip", 1)));
    EXPECT_THAT(result.stats.not_ip_by_ethertype, ElementsAre(Pair("other", 1)));
  }
}

TEST(Extractor, ACaptureWhoseFirstPacketHasAnotherLinkTypeIsRefused) {
  const TempFolder folder;
  test::PcapngFile late, early, without_packets;
  late.interface(1).interface(kUsb).packet(1, Bytes(64, 7), 1).packet(2, frame(1, 2), 0);
  early.interface(kUsb).packet(1, Bytes(64, 7)).interface(1).packet(2, frame(1, 2), 1);
  without_packets.interface(kUsb).interface(1);
  for (const Bytes& bytes : {late.bytes(), early.bytes(), without_packets.bytes()}) {
    const ExtractResult result = run({folder.write("a.pcapng", bytes)});
    EXPECT_EQ(result.exit_status(), 3);
    EXPECT_EQ(result.stats.packets_read, 0u);
    EXPECT_THAT(result.inputs.at(0).message,
                HasSubstr("a.pcapng: link type 189 (USB_LINUX) is not supported"));
  }
}

// ---------------------------------------------------------------- limits

TEST(Extractor, TheFlowLimitIsExactAndReadsNoFurther) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", many_flows(100));
  for (const std::uint64_t limit : {1u, 7u, 89u}) {
    Collector collector;
    const ExtractResult result = run({path, path}, flow_recipe(), {.flow_limit = limit}, collector);
    EXPECT_EQ(collector.flows.size(), limit);
    EXPECT_TRUE(result.reached_flow_limit);
    EXPECT_EQ(result.exit_status(), 0);
    // Flow i is idle at packet i + 10, which is the last one read.
    EXPECT_EQ(result.stats.packets_read, limit + 10);
    EXPECT_EQ(result.stats.packets_skipped.at("limit"), 10u);
    EXPECT_EQ(result.inputs.size(), 1u);
  }
}

TEST(Extractor, AFlowLimitThatIsNotReachedChangesNothing) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", many_flows(100));
  Collector all, limited;
  run({path}, flow_recipe(), {}, all);
  const ExtractResult result = run({path}, flow_recipe(), {.flow_limit = 101}, limited);
  EXPECT_EQ(limited.flows, all.flows);
  EXPECT_FALSE(result.reached_flow_limit);
}

TEST(Extractor, TheFlowLimitCountsFlowsThatAreWritten) {
  const TempFolder folder;
  std::string capture = pcap_header();
  for (int i = 0; i < 10; ++i) {
    capture += packet(kStart + i, frame(1000 + static_cast<std::size_t>(i), 80));
  }
  capture += packet(kStart + 20, frame(1004, 80)) + packet(kStart + 21, frame(1008, 80));
  Recipe recipe = flow_recipe();
  recipe.min_packets = 2;
  Collector collector;
  const ExtractResult result =
      run({folder.write("a.pcap", capture)}, recipe, {.flow_limit = 2}, collector);
  EXPECT_EQ(collector.flows.size(), 2u);
  EXPECT_EQ(result.stats.flows_too_short, 7u) << "those before the limit was reached";
}

TEST(Extractor, OnLimitStopWritesWhatThereIs) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", many_flows(50, 1));
  Recipe recipe = flow_recipe();
  recipe.policy.max_flows = 20;
  recipe.policy.on_limit = OnLimit::kStop;
  Collector collector;
  const ExtractResult result = run({path, path}, recipe, {}, collector);
  EXPECT_EQ(collector.flows.size(), 20u);
  EXPECT_EQ(result.exit_status(), 6);
  EXPECT_EQ(result.stats.packets_read, 21u);
  EXPECT_EQ(result.stats.packets_skipped.at("limit"), 1u);
  EXPECT_EQ(result.stats.flows_evicted, 0u);
}

TEST(Extractor, OnLimitStopBoundsWhatOneFlowKeeps) {
  const TempFolder folder;
  std::string capture = pcap_header();
  for (int i = 0; i < 5000; ++i) {
    capture += packet(kStart + i, frame(1000, 80));
  }
  const std::string path = folder.write("a.pcap", capture);
  Recipe recipe = flow_recipe();
  recipe.sets = {"netflowmeter-all"};
  recipe.policy.memory_limit = 256 << 10;
  recipe.policy.on_limit = OnLimit::kStop;
  Collector collector;
  const ExtractResult result = run({path}, recipe, {}, collector);
  EXPECT_EQ(result.exit_status(), 6);
  EXPECT_LT(result.stats.packets_read, 5000u);
  EXPECT_EQ(result.stats.packets_in_flows, result.stats.packets_read);
  EXPECT_EQ(collector.flows.size(), 1u);
}

TEST(Extractor, AConsumerThatWantsNoMoreEndsTheRun) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", many_flows(10000));
  Collector collector;
  collector.wanted = 3;
  const ExtractResult result = run({path, path}, flow_recipe(), {.epoch_records = 100}, collector);
  EXPECT_EQ(collector.flows.size(), 3u);
  EXPECT_TRUE(result.output_closed);
  EXPECT_EQ(result.exit_status(), 141);
  EXPECT_EQ(result.stats.packets_read, 100u) << "an endless capture must not be read for nobody";
  EXPECT_EQ(result.stats.packets_skipped.at("output_closed"), 97u);
}

// Takes rows of text, the first of them short and the others wide, and sees how much there is of
// it.
class WideRows final : public FlowConsumer {
 public:
  static constexpr std::size_t kWide = 100'000;

  class Formatter final : public FlowFormatter {
   public:
    explicit Formatter(WideRows& rows) : rows_(rows) {}
    void append(const FlowView& flow, CharBuffer& out) override {
      std::string row = std::to_string(flow.id) + ":";
      row.resize(flow.id < 100 ? 10 : kWide, '.');
      row += '\n';
      const std::size_t bytes = rows_.in_flight_ += row.size();
      std::size_t most = rows_.most_in_flight;
      while (most < bytes && !rows_.most_in_flight.compare_exchange_weak(most, bytes)) {
      }
      out.append(row);
    }

   private:
    WideRows& rows_;
  };

  std::unique_ptr<FlowFormatter> formatter() override { return std::make_unique<Formatter>(*this); }
  void begin_input(std::size_t, std::int64_t) override {}
  void flow(const FlowView&) override { ADD_FAILURE() << "there is a formatter"; }
  void lines(std::string_view text) override {
    longest = std::max(longest, text.size());
    in_flight_ -= text.size();
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
      EXPECT_EQ(std::strtoull(text.data() + at, nullptr, 10), rows++);
    }
  }
  bool is_done() const override { return rows >= wanted; }

  std::uint64_t wanted = UINT64_MAX;
  std::uint64_t rows = 0;
  std::size_t longest = 0;
  std::atomic<std::size_t> most_in_flight = 0;

 private:
  std::atomic<std::size_t> in_flight_ = 0;
};

TEST(Extractor, TextInFlightIsBoundedHoweverWideRowsAre) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", many_flows(1500, 1));
  const Recipe recipe = flow_recipe();
  const FeatureSet features(recipe);
  for (const std::size_t threads : {1u, 4u}) {
    WideRows rows;
    const ExtractResult result =
        Extractor(recipe, {.threads = threads}, features).run({path}, rows);
    EXPECT_EQ(rows.rows, 1500u);
    EXPECT_EQ(result.stats.flows_written, 1500u);
    EXPECT_EQ(result.stats.packets_in_flows, 1500u);
    EXPECT_LE(rows.longest, (256u << 10) + WideRows::kWide);
    EXPECT_LE(rows.most_in_flight, (4u << 20) + threads * ((256u << 10) + WideRows::kWide));
  }
}

TEST(Extractor, FlowsOfALongTextThatNobodyWantsAreAccountedFor) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", many_flows(1500, 1));
  const Recipe recipe = flow_recipe();
  const FeatureSet features(recipe);
  for (const std::size_t threads : {1u, 4u}) {
    WideRows rows;
    rows.wanted = 105;
    const ExtractResult result =
        Extractor(recipe, {.threads = threads}, features).run({path}, rows);
    EXPECT_EQ(result.stats.flows_written, rows.rows);
    EXPECT_EQ(result.stats.packets_in_flows, rows.rows);
    EXPECT_EQ(result.stats.packets_skipped.at("output_closed"),
              result.stats.packets_read - rows.rows);
  }
}

TEST(Extractor, WhatTheConsumerThrowsComesOut) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", many_flows(3));
  const Recipe recipe = flow_recipe();
  const FeatureSet features(recipe);
  for (const std::size_t threads : {1u, 3u}) {
    Collector collector;
    collector.throws = true;
    EXPECT_THROW(Extractor(recipe, {.threads = threads}, features).run({path}, collector),
                 OutputError);
  }
}

// ---------------------------------------------------------------- formatted ahead

// Gets lines from formatters, one per thread, that say which flow they are about.
class LineCollector final : public FlowConsumer {
 public:
  class Formatter final : public FlowFormatter {
   public:
    explicit Formatter(std::uint64_t failing_id) : failing_id_(failing_id) {}
    void append(const FlowView& view, CharBuffer& out) override {
      if (view.id == failing_id_) {
        throw OutputError("cannot format");
      }
      out.append(std::to_string(view.id) + " " + std::to_string(view.flow.first_index) + " " +
                 std::to_string(view.flow.packets()) + " " + std::to_string(view.series.size()) +
                 "\n");
    }

   private:
    std::uint64_t failing_id_;
  };

  void begin_input(std::size_t input, std::int64_t) override {
    text += "input " + std::to_string(input) + "\n";
  }
  std::unique_ptr<FlowFormatter> formatter() override {
    ++formatters;
    return std::make_unique<Formatter>(failing_id);
  }
  void flow(const FlowView&) override { ADD_FAILURE() << "lines were promised"; }
  void lines(std::string_view more) override { text += more; }
  bool is_done() const override { return text.size() >= wanted; }

  std::string text;
  std::size_t wanted = SIZE_MAX;
  std::uint64_t failing_id = UINT64_MAX;
  int formatters = 0;
};

TEST(Extractor, LinesComeInClosingOrderWhateverTheThreads) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", random_capture(7, 20'000));
  Recipe recipe = flow_recipe();
  recipe.min_packets = 2;
  const FeatureSet features(recipe);
  std::string expected;
  Collector in_order;
  run({path, path}, recipe, {}, in_order);
  for (const std::size_t threads : {1u, 2u, 5u}) {
    LineCollector collector;
    const ExtractResult result =
        Extractor(recipe, {.threads = threads, .epoch_records = 300}, features)
            .run({path, path}, collector);
    EXPECT_EQ(collector.formatters, static_cast<int>(threads));
    EXPECT_EQ(result.stats.packets_read, result.stats.packets_accounted());
    EXPECT_EQ(result.stats.flows_written, in_order.flows.size());
    EXPECT_EQ(result.stats.packets_in_flows, in_order.packets);
    EXPECT_EQ(collector.text.rfind("input 0\n0 ", 0), 0u);
    EXPECT_NE(collector.text.find("\ninput 1\n"), std::string::npos);
    expected = expected.empty() ? collector.text : expected;
    EXPECT_EQ(collector.text, expected);
  }
}

TEST(Extractor, WhatAFormatterThrowsComesOut) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", random_capture(8));
  const Recipe recipe = flow_recipe();
  const FeatureSet features(recipe);
  for (const std::size_t threads : {1u, 2u, 4u}) {
    LineCollector collector;
    collector.failing_id = 40;
    EXPECT_THROW(Extractor(recipe, {.threads = threads}, features).run({path}, collector),
                 OutputError);
  }
}

TEST(Extractor, AClosedOutputAccountsForWhatWasOnItsWay) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", random_capture(9, 20'000));
  const Recipe recipe = flow_recipe();
  const FeatureSet features(recipe);
  for (const std::size_t threads : {1u, 4u}) {
    LineCollector collector;
    collector.wanted = 100;
    const ExtractResult result =
        Extractor(recipe, {.threads = threads, .epoch_records = 200}, features)
            .run({path}, collector);
    EXPECT_TRUE(result.output_closed);
    EXPECT_EQ(result.exit_status(), 141);
    EXPECT_LT(result.stats.packets_read, 20'000u);
    EXPECT_GT(result.stats.packets_skipped.at("output_closed"), 0u);
    EXPECT_EQ(result.stats.packets_read, result.stats.packets_accounted());
  }
}

TEST(Extractor, AFilterThatDoesNotCompileIsAUsageError) {
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", many_flows(3));
  EXPECT_THROW(run({path}, flow_recipe(), {.filter = "tcp prot 3"}), UsageError);
}

TEST(Extractor, FilteredPacketsLeaveNoTrace) {
  const TempFolder folder;
  std::string capture = pcap_header();
  capture += packet(kStart, frame(1001, 80)) + packet(kStart + 3600 * kSecond, frame(1002, 80));
  capture += packet(kStart + kSecond, frame(1001, 80));
  Collector collector;
  const ExtractResult result =
      run({folder.write("a.pcap", capture)}, flow_recipe(), {.filter = "port 1001"}, collector);
  EXPECT_EQ(result.stats.packets_read, 2u);
  EXPECT_THAT(collector.flows, ElementsAre(HasSubstr("end 1001>80 2/")))
      << "the clock does not know the filtered packet";
}

// ---------------------------------------------------------------- inputs

TEST(Extractor, EachFileIsOnItsOwnUnlessContinuous) {
  const TempFolder folder;
  const std::string first = folder.write("1.pcap", pcap_header() + packet(kStart, frame(1, 2)) +
                                                       packet(kStart + kSecond, frame(3, 4)));
  // Earlier than the first file: not late when the files are apart.
  const std::string second =
      folder.write("2.pcap", pcap_header() + packet(kStart - 50 * kSecond, frame(1, 2)));
  Collector apart;
  const ExtractResult result = run({first, second}, flow_recipe(), {}, apart);
  EXPECT_EQ(apart.flows.size(), 3u);
  EXPECT_EQ(result.stats.clock_steps_back, 0u);
  EXPECT_THAT(apart.inputs, ElementsAre(Pair(0u, kStart), Pair(1u, kStart - 50 * kSecond)));
  Collector together;
  const ExtractResult continuous =
      run({first, second}, flow_recipe(), {.is_continuous = true}, together);
  EXPECT_THAT(together.flows, ElementsAre(HasSubstr("1>2 2/"), HasSubstr("3>4 1/")));
  EXPECT_EQ(continuous.stats.clock_steps_back, 1u);
}

TEST(Extractor, UnderThePresetAnEarlierSecondFileKeepsItsOwnTimes) {
  const TempFolder folder;
  const std::string late = folder.write("1.pcap", pcap_header() + packet(kStart, frame(1, 2)));
  const std::string early =
      folder.write("2.pcap", pcap_header() + packet(kStart - 100 * kSecond, frame(3, 4)));
  Recipe recipe = flow_recipe();
  recipe.preset = Preset::kNfstream;
  recipe.policy.expiry = ExpiryRule::kNfstream;
  Collector collector;
  run({late, early}, recipe, {}, collector);
  EXPECT_THAT(collector.flows,
              ElementsAre(HasSubstr(" 1500000000000 "), HasSubstr(" 1499999900000 ")));
}

TEST(Extractor, SoundCapturesWithoutPacketsOrWithoutIpAreFine) {
  const TempFolder folder;
  const std::string empty = folder.write("1.pcap", pcap_header());
  const std::string arp =
      folder.write("2.pcap", pcap_header() + packet(kStart, test::ether(0x0806, test::zeros(28))));
  Collector collector;
  const ExtractResult result = run({empty, arp}, flow_recipe(), {}, collector);
  EXPECT_EQ(result.exit_status(), 0);
  EXPECT_THAT(collector.flows, IsEmpty());
}

TEST(Extractor, EveryPrefixOfACaptureHasTheRightStatus) {
  // RELIABILITY, section 11: 3 before the first whole packet, 4 inside a record, 0 at record ends.
  const TempFolder folder;
  const std::string whole = many_flows(3);
  const std::size_t record = (whole.size() - 24) / 3;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::string path = folder.write("a.pcap", whole.substr(0, size));
    Collector collector;
    const ExtractResult result = run({path}, flow_recipe(), {}, collector);
    const bool is_record_end = size >= 24 && (size - 24) % record == 0;
    const std::size_t packets = size < 24 ? 0 : (size - 24) / record;
    ASSERT_EQ(result.exit_status(), is_record_end ? 0 : packets == 0 ? 3 : 4) << size;
    ASSERT_EQ(result.stats.packets_read, packets) << size;
    ASSERT_EQ(collector.flows.size(), packets) << size;
    ASSERT_EQ(result.inputs[0].message.empty(), is_record_end) << size;
    if (!is_record_end) {
      ASSERT_EQ(result.inputs[0].message.rfind(path + ": ", 0), 0u) << result.inputs[0].message;
    }
  }
}

TEST(Extractor, TheWorstOfSeveralInputsDecides) {
  const TempFolder folder;
  const std::string good = folder.write("good.pcap", many_flows(2));
  const std::string cut = folder.write("cut.pcap", many_flows(2).substr(0, 120));
  const std::string bad = folder.write("bad.pcap", "not a capture at all");
  const std::string strange =
      folder.write("strange.pcap", pcap_header(195) + packet(kStart, {1, 2, 3}));
  const std::string absent = folder.path("absent.pcap");
  EXPECT_EQ(run({good, good}).exit_status(), 0);
  EXPECT_EQ(run({good, cut}).exit_status(), 4);
  EXPECT_EQ(run({bad, good}).exit_status(), 4);
  EXPECT_EQ(run({absent, good}).exit_status(), 4);
  EXPECT_EQ(run({cut, absent}).exit_status(), 4);
  EXPECT_EQ(run({bad, absent, strange}).exit_status(), 3);
  const ExtractResult result = run({bad, cut, absent, good, strange});
  ASSERT_EQ(result.inputs.size(), 5u);
  EXPECT_EQ(result.inputs[0].status, InputStatus::kUnusable);
  EXPECT_EQ(result.inputs[1].status, InputStatus::kDamaged);
  EXPECT_THAT(result.inputs[1].message, HasSubstr("[packet 2, byte "));
  EXPECT_EQ(result.inputs[2].status, InputStatus::kUnusable);
  EXPECT_EQ(result.inputs[3].status, InputStatus::kOk);
  EXPECT_THAT(result.inputs[4].message,
              HasSubstr("link type 195 (IEEE802_15_4_WITHFCS) is not supported"));
  EXPECT_EQ(result.stats.inputs_unusable, 3u);
  EXPECT_EQ(result.stats.inputs_damaged, 1u);
  EXPECT_EQ(result.stats.packets_read, 3u);
}

TEST(Extractor, ADirectoryOrACompressedFileCannotBeUsed) {
  const TempFolder folder;
  EXPECT_EQ(run({folder.path()}).exit_status(), 3);
  const std::string zipped = folder.write("a.gz", "\x1f\x8b\x08 and more bytes");
  const ExtractResult result = run({zipped});
  EXPECT_EQ(result.exit_status(), 3);
  EXPECT_THAT(result.inputs[0].message, HasSubstr("compressed with gzip: pipe it in"));
}

TEST(ExtractResult, SignalsAndClosedOutputsGoBeforeTheInputs) {
  ExtractResult result;
  result.inputs = {{"a", InputStatus::kDamaged, "a: x"}};
  EXPECT_EQ(result.exit_status(), 4);
  result.stopped_by_limit = true;
  EXPECT_EQ(result.exit_status(), 6);
  result.output_closed = true;
  EXPECT_EQ(result.exit_status(), 141);
  result.signal = SIGTERM;
  EXPECT_EQ(result.exit_status(), 143);
}

// In a process of its own: a pending signal stays.
TEST(ExtractorDeathTest, ASignalWritesTheOpenFlows) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const TempFolder folder;
  const std::string path = folder.write("a.pcap", many_flows(30));
  class Interrupting final : public FlowConsumer {
   public:
    void begin_input(std::size_t, std::int64_t) override {}
    void flow(const FlowView&) override {
      if (++flows == 5) {
        std::raise(SIGINT);
      }
    }
    int flows = 0;
  };
  EXPECT_EXIT(
      {
        std::signal(SIGINT, SIG_DFL);  // whatever this test was started with
        interrupt::install_handlers();
        const Recipe recipe = flow_recipe();
        const FeatureSet features(recipe);
        Interrupting consumer;
        const ExtractResult result =
            Extractor(recipe, {.epoch_records = 1}, features).run({path}, consumer);
        const bool is_whole = result.stats.packets_read == 15 && consumer.flows == 15 &&
                              result.stats.packets_accounted() == 15;
        std::exit(is_whole ? result.exit_status() : 1);
      },
      testing::ExitedWithCode(130), "");
}

}  // namespace
}  // namespace netml
