// The short cut for plain packets against the walk that decodes every packet.

#include "netml/decode/plain_packet.hpp"

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "support/damage.hpp"
#include "support/libpcap_reader.hpp"
#include "support/standard_decode.hpp"
#include "support/well_formed_frames.hpp"

namespace netml {
namespace {

using namespace test;

namespace fs = std::filesystem;

// Records are compared as bytes: all up to the last member, with padding behind it alone.
constexpr std::size_t kRecordBytes = offsetof(PacketRecord, is_fragment) + 1;
static_assert(kRecordBytes == 121 && sizeof(PacketRecord) == 128, "what is compared as bytes");

// A record full of what an earlier packet may have left.
PacketRecord used_record(int fill) {
  PacketRecord record;
  std::memset(static_cast<void*>(&record), fill, sizeof record);
  record.index = record.hash = 0;  // not the decoder's
  return record;
}

bool is_same(const PacketRecord& a, const PacketRecord& b) {
  return std::memcmp(&a, &b, kRecordBytes) == 0;
}

bool is_plain(const Bytes& frame, const DecodeOptions& options = {}) {
  PacketRecord record;
  return decode_plain(raw(frame), options, record);
}

/// Decodes each packet with the short cut and by the walk alone, under every option.
class BothWays {
 public:
  void decode(const RawPacket& packet) {
    // On the heap and exactly as long, so that a sanitizer sees a read beyond it.
    const Bytes exact(packet.bytes.begin(), packet.bytes.end());
    RawPacket copy = packet;
    copy.bytes = exact;
    for (Pair& pair : pairs_) {
      PacketRecord by_walk = used_record(0), record = used_record(0xa5);
      const DecodeStatus expected = pair.walking.walk(copy, by_walk);
      const DecodeStatus status = pair.cutting.decode(copy, record);
      ASSERT_EQ(status, expected);
      ASSERT_EQ(pair.cutting.not_ip_class(), pair.walking.not_ip_class());
      if (status == DecodeStatus::kOk) {
        ASSERT_TRUE(is_same(record, by_walk));
      }
    }
    PacketRecord record;
    plain += decode_plain(copy, {}, record) ? 1 : 0;
  }
  void decode(const Bytes& frame, int link_type = dlt::kEthernet, std::size_t wire_length = 0) {
    decode(raw(frame, link_type, wire_length));
  }

  int plain = 0;  ///< packets that were

 private:
  struct Pair {
    explicit Pair(const DecodeOptions& options) : walking(options), cutting(options) {}
    PacketDecoder walking, cutting;
  };
  Pair pairs_[4] = {Pair({.decode_tunnels = true}), Pair({.decode_tunnels = false}),
                    Pair({.decode_tunnels = true, .per_direction = true}),
                    Pair({.decode_tunnels = false, .per_direction = true})};
};

std::vector<Bytes> plain_frames() {
  const Bytes payload = {1, 2, 3, 4, 5};
  const Bytes segment = tcp({.flags = 0xff, .seq = 0x81828384, .ack = 0x91929394}, payload);
  const Bytes options = tcp({.src = 80, .dst = 80, .options = zeros(40)}, payload);
  const Bytes datagram = udp(53, 5000, payload);
  std::vector<Bytes> frames;
  for (const bool reply : {false, true}) {
    for (const Bytes& transport : {segment, options, datagram}) {
      const std::uint8_t protocol = transport == datagram ? ip_protocol::kUdp : ip_protocol::kTcp;
      const Bytes v4 = ipv4(protocol, transport, {.ttl = 3, .tos = 0xb8, .reply = reply});
      const Bytes v6 = ipv6(protocol, transport,
                            Ipv6Options{.hop_limit = 4, .traffic_class = 0xb8, .reply = reply});
      frames.push_back(ether(0x0800, v4));
      frames.push_back(ether(0x86dd, v6));
      frames.push_back(ether(0x8100, tag(0xe123, 0x0800, v4)));
      frames.push_back(ether(0x88a8, tag(0x0fff, 0x86dd, v6)));
      frames.push_back(ether(0x9100, tag(0, 0x0800, v4 + zeros(9))));
    }
  }
  return frames;
}

TEST(PlainPacket, TcpAndUdpOverEthernetAre) {
  for (const Bytes& frame : plain_frames()) {
    EXPECT_TRUE(is_plain(frame)) << testing::PrintToString(frame);
  }
}

TEST(PlainPacket, WhatNeedsTheWalkIsNot) {
  const Bytes v4 = ipv4(6, tcp(1, 2));
  PacketRecord record;
  EXPECT_FALSE(decode_plain(raw(v4, dlt::kRaw), {}, record));
  EXPECT_FALSE(decode_plain(RawPacket{}, {}, record));
  EXPECT_FALSE(is_plain(ether(0x8100, tag(1, 0x8100, tag(2, 0x0800, v4))))) << "two tags";
  EXPECT_FALSE(is_plain(ether(0x0800, ipv4(6, tcp(1, 2), {.fragment = 0x2000}))));
  EXPECT_FALSE(is_plain(ether(0x0800, ipv4(6, tcp(1, 2), {.fragment = 1}))));
  EXPECT_FALSE(is_plain(ether(0x0800, ipv4(6, tcp(1, 2), {.options = zeros(4)}))));
  EXPECT_FALSE(is_plain(ether(0x0800, ipv4(6, tcp(1, 2), {.length = 0}))));
  EXPECT_FALSE(is_plain(ether(0x0800, ipv4(6, tcp(1, 2), {.length = 39}))));
  EXPECT_FALSE(is_plain(ether(0x86dd, ipv6(6, tcp(1, 2), Ipv6Options{.length = 0}))));
  EXPECT_FALSE(is_plain(over_ipv6(extension(6, tcp(1, 2)), 0)));
  EXPECT_FALSE(is_plain(over_ipv4(icmp(8), ip_protocol::kIcmp)));
  EXPECT_FALSE(is_plain(over_udp(zeros(8), port::kVxlan)));
  EXPECT_TRUE(is_plain(over_udp(zeros(8), port::kVxlan), {.decode_tunnels = false}));
}

TEST(PlainPacket, IndexAndHashStayAsTheyAre) {
  PacketRecord record = used_record(0);
  record.index = 7;
  record.hash = 9;
  ASSERT_TRUE(decode_plain(raw(over_udp({}, 53)), {}, record));
  EXPECT_EQ(record.index, 7u);
  EXPECT_EQ(record.hash, 9u);
}

TEST(PlainPacket, EveryLengthCutByTheWireOrTheCapture) {
  BothWays both;
  for (const Bytes& frame : plain_frames()) {
    for (std::size_t length = 0; length < frame.size(); ++length) {
      both.decode(first(frame, length));
      both.decode(first(frame, length), dlt::kEthernet, frame.size());
      both.decode(frame, dlt::kEthernet, length + 1);
    }
  }
  EXPECT_GT(both.plain, 0);
}

TEST(PlainPacket, EveryValueOfEveryHeaderByte) {
  BothWays both;
  for (const Bytes& frame : plain_frames()) {
    const std::size_t headers = std::min<std::size_t>(frame.size(), 80);
    for (std::size_t position = 12; position < headers; ++position) {
      Bytes copy = frame;
      for (int value = 0; value < 256; ++value) {
        copy[position] = static_cast<std::uint8_t>(value);
        both.decode(copy);
      }
    }
  }
  EXPECT_GT(both.plain, 0);
}

TEST(PlainPacket, EveryLengthFieldAndPort) {
  BothWays both;
  for (std::size_t value = 0; value < 65536; ++value) {
    both.decode(over_udp(zeros(16), value));
    both.decode(over_ipv4(udp(value, 9, zeros(16)), ip_protocol::kUdp));
    both.decode(ether(0x0800, ipv4(6, tcp(1, 2), {.length = value})));
    both.decode(ether(0x86dd, ipv6(6, tcp(1, 2), Ipv6Options{.length = value})));
    both.decode(over_ipv4(u16(1) + u16(2) + u16(value) + zeros(20), ip_protocol::kUdp));
  }
  EXPECT_GT(both.plain, 0);
}

TEST(PlainPacket, WellFormedFramesWholeAndDamaged) {
  Rng rng(21);
  BothWays both;
  std::vector<NamedFrame> frames = well_formed_frames();
  for (const Bytes& frame : plain_frames()) {
    frames.push_back({"", dlt::kEthernet, frame});
  }
  for (const NamedFrame& frame : frames) {
    both.decode(frame.bytes, frame.link_type);
    for (int i = 0; i < 300; ++i) {
      const Bytes copy = damaged(frame.bytes, rng);
      both.decode(copy, frame.link_type, copy.size() + rng.below(3));
    }
  }
  EXPECT_GT(both.plain, 0);
}

TEST(PlainPacket, ReferenceCapturesWholeAndDamaged) {
  const fs::path reference = NETML_REFERENCE_DIR;
  if (!fs::exists(reference / "corpus")) {
    GTEST_SKIP() << "no captures in " << reference;
  }
  Rng rng(22);
  BothWays both;
  for (const char* folder : {"corpus/captures", "reference/nfstream/pcaps"}) {
    for (const auto& entry : fs::directory_iterator(reference / folder)) {
      int packets = 0;
      for_each_packet(entry.path(), PCAP_TSTAMP_PRECISION_NANO, [&](const RawPacket& packet) {
        both.decode(packet);
        if (++packets <= 50) {
          RawPacket copy = packet;
          const Bytes bytes = damaged(packet.bytes, rng);
          copy.bytes = bytes;
          both.decode(copy);
        }
      });
    }
  }
  EXPECT_GT(both.plain, 1000);
}

}  // namespace
}  // namespace netml
