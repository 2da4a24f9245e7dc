// Captures that break off: every prefix of five small ones, through the real binary. 3 before the
// first whole packet, 4 inside a record, 0 where a record ends.
#include <algorithm>

#include <gtest/gtest.h>

#include "cli/program.hpp"
#include "support/capture_text.hpp"
#include "support/figures.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;

/// A capture and the places where it may end.
struct Capture {
  std::string name;
  std::string bytes;
  std::vector<std::size_t> sound_ends;  ///< of the headers, and of each record or block
  std::vector<std::size_t> packet_ends;

  void header(const std::string& more) {
    bytes += more;
    sound_ends = {bytes.size()};
  }
  void packet(const std::string& more) {
    bytes += more;
    sound_ends.push_back(bytes.size());
    packet_ends.push_back(bytes.size());
  }
  void block(const std::string& more) {
    bytes += more;
    sound_ends.push_back(bytes.size());
  }
};

std::string text(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

Bytes small_udp(std::size_t port) {
  return ether(0x0800, ipv4(17, udp(port, 53, zeros(port % 7))));
}

Capture nanoseconds_little_endian() {
  Capture capture{"pcap, little endian, nanoseconds", {}, {}, {}};
  capture.header(pcap_header());
  for (const std::size_t port : {1024U, 1025U, 1024U}) {
    capture.packet(pcap_record(0, small_udp(port)));
  }
  return capture;
}

// Records whose packets were cut when they were captured, and one of no bytes at all.
Capture microseconds_big_endian() {
  Capture capture{"pcap, big endian, microseconds, cut packets", {}, {}, {}};
  capture.header(text(u32(0xa1b2c3d4) + u16(2) + u16(4) + u32(0) + u32(0) + u32(65535) + u32(1)));
  const Bytes tagged = ether(0x8100, tag(7, 0x86dd, ipv6(6, tcp(40000, 80))));
  for (const std::size_t captured : {tagged.size(), std::size_t{20}, std::size_t{0}}) {
    capture.packet(text(u32(1'600'000'000) + u32(5) + u32(captured) + u32(tagged.size()) +
                        first(tagged, captured)));
  }
  return capture;
}

Capture cooked_packets() {
  Capture capture{"pcap, LINUX_SLL", {}, {}, {}};
  capture.header(pcap_header(113));
  const Bytes cooked = Bytes{0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0} + u16(0x0800);
  capture.packet(pcap_record(0, cooked + ipv4(6, tcp(40000, 443, tcp_flag::kSyn))));
  capture.packet(
      pcap_record(9, cooked + ipv4(6, tcp({.src = 443, .dst = 40000}), {.reply = true})));
  return capture;
}

// ---------------------------------------------------------------- pcapng

std::string padded(const Bytes& bytes) {
  std::string result = text(bytes);
  result.resize((result.size() + 3) / 4 * 4);
  return result;
}

std::string ng_block(std::uint32_t type, const std::string& body) {
  const std::string size = u32le(body.size() + 12);
  return u32le(type) + size + body + size;
}

std::string ng_section() {
  return ng_block(0x0a0d0d0a, u32le(0x1a2b3c4d) + u32le(1) + u32le(0xffffffff) + u32le(0xffffffff));
}

std::string ng_interface() {
  return ng_block(1, u32le(1) + u32le(65535));
}

std::string ng_enhanced(const Bytes& frame) {
  return ng_block(6, u32le(0) + u32le(0x5af3c) + u32le(0x10000) + u32le(frame.size()) +
                         u32le(frame.size()) + padded(frame));
}

Capture enhanced_packets() {
  Capture capture{"pcapng, enhanced packets", {}, {}, {}};
  capture.header(ng_section() + ng_interface());
  capture.packet(ng_enhanced(small_udp(1024)));
  capture.packet(ng_enhanced(small_udp(1027)));
  return capture;
}

Capture simple_packets_and_unknown_blocks() {
  Capture capture{"pcapng, simple packets, blocks of other kinds", {}, {}, {}};
  capture.header(ng_section() + ng_interface());
  const Bytes frame = small_udp(1024);
  capture.packet(ng_block(3, u32le(frame.size()) + padded(frame)));
  capture.block(ng_block(4, u32le(0)));             // names, none
  capture.block(ng_block(0x0bad, "unknown kind"));  // to be skipped
  capture.packet(ng_block(3, u32le(frame.size()) + padded(frame)));
  return capture;
}

std::size_t count_up_to(const std::vector<std::size_t>& ends, std::size_t length) {
  return static_cast<std::size_t>(
      std::count_if(ends.begin(), ends.end(), [&](std::size_t end) { return end <= length; }));
}

TEST(Truncation, EveryPrefixOfFiveCaptures) {
  const TempFolder folder;
  const std::string summary_path = folder.path("summary.json");
  std::size_t prefixes = 0;
  for (const Capture& capture :
       {nanoseconds_little_endian(), microseconds_big_endian(), cooked_packets(),
        enhanced_packets(), simple_packets_and_unknown_blocks()}) {
    for (std::size_t length = 0; length <= capture.bytes.size(); ++length, ++prefixes) {
      const std::string what = capture.name + ", length " + std::to_string(length);
      const std::size_t packets = count_up_to(capture.packet_ends, length);
      const bool is_sound =
          std::count(capture.sound_ends.begin(), capture.sound_ends.end(), length);
      const RunResult result =
          netml({"extract", "-", "--features", "flow", "--summary", summary_path},
                capture.bytes.substr(0, length));
      ASSERT_EQ(result.status, is_sound ? 0 : packets == 0 ? 3 : 4) << what << ": " << result.err;
      if (result.status == 3) {
        continue;
      }
      expect_conservation(read_json(summary_path), what);
      EXPECT_EQ(read_json(summary_path)["packets_read"], packets) << what;
      if (result.status == 4) {
        EXPECT_NE(result.err.find("[packet " + std::to_string(packets + 1)), std::string::npos)
            << what << ": " << result.err;
      }
    }
  }
  figures(std::to_string(prefixes) + " prefixes of 5 captures, pcap and pcapng");
}

}  // namespace
}  // namespace netml
