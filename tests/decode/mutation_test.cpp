// Damaged packets must not do more than be refused. Meant for a sanitizer build; the numbers are
// the same on every run.

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netml/core/rng.hpp"
#include "netml/decode/netml_decoder.hpp"
#include "netml/decode/nfstream_decoder.hpp"

#include "support/damage.hpp"
#include "support/frames.hpp"
#include "support/libpcap_reader.hpp"

namespace netml {
namespace {

namespace fs = std::filesystem;

constexpr int kLinkTypes[] = {0,   1,   9,   12,  50,  51,  101, 104,
                              105, 108, 113, 127, 204, 228, 229, 276};

void decode_both_ways(const test::Bytes& bytes, const RawPacket& like, Rng& rng) {
  RawPacket packet = like;
  packet.bytes = bytes;
  if (rng.below(8) == 0) {
    packet.link_type = kLinkTypes[rng.below(std::size(kLinkTypes))];
    packet.seconds = static_cast<std::int64_t>(rng.bits());
    packet.subsecond_ns = static_cast<std::int64_t>(rng.bits());
  }
  for (const bool tunnels : {false, true}) {
    PacketRecord record;
    if (decode_nfstream(packet, tunnels, record) == DecodeStatus::kOk) {
      EXPECT_LE(record.payload_offset, bytes.size());
      EXPECT_LE(record.payload_length, record.transport_length);
    }
  }
  NetmlPacket netml;
  if (decode_netml(packet, netml) == DecodeStatus::kOk) {
    EXPECT_TRUE(std::isfinite(netml.time));
    EXPECT_LE(netml.size, 65535u);
  }
}

TEST(Mutation, ReferenceCapturesFlippedAndCut) {
  const fs::path reference = fs::path(NETML_REFERENCE_DIR) / "reference";
  if (!fs::exists(reference)) {
    GTEST_SKIP() << "no reference captures in " << reference;
  }
  constexpr int kPacketsPerCapture = 400;
  constexpr int kMutations = 20;
  Rng rng(1);
  for (const char* folder : {"nfstream/pcaps", "netml/data"}) {
    for (const auto& entry : fs::directory_iterator(reference / folder)) {
      int packets = 0;
      test::for_each_packet(entry.path().string(), PCAP_TSTAMP_PRECISION_MICRO,
                            [&](const RawPacket& packet) {
                              if (packets++ < kPacketsPerCapture) {
                                for (int i = 0; i < kMutations; ++i) {
                                  decode_both_ways(test::damaged(packet.bytes, rng), packet, rng);
                                }
                              }
                            });
    }
  }
}

TEST(Mutation, NoiseOfEveryLengthAndLinkType) {
  Rng rng(2);
  for (const int link_type : kLinkTypes) {
    for (std::size_t length = 0; length < 200; ++length) {
      test::Bytes noise(length);
      for (std::uint8_t& byte : noise) {
        byte = static_cast<std::uint8_t>(rng.bits());
      }
      decode_both_ways(noise, test::raw(noise, link_type), rng);
    }
  }
}

TEST(Mutation, DeepStacksEnd) {
  using namespace test;
  const Bytes vlan_tags = [] {
    Bytes tags;
    for (int i = 0; i < 60000; i += 4) {
      tags = std::move(tags) + Bytes{0, 1, 0x81, 0};
    }
    return tags;
  }();
  Rng rng(3);
  const Bytes vlans = ether(0x8100, vlan_tags);
  decode_both_ways(vlans, raw(vlans), rng);
  Bytes addresses(60000, 0xff);  // PPP in HDLC in PPP
  decode_both_ways(addresses, raw(addresses, 9), rng);
  Bytes ip_in_ip;
  for (int i = 0; i < 3000; ++i) {
    ip_in_ip = std::move(ip_in_ip) + Bytes{0x45, 0, 0xff, 0xff, 0, 0, 0, 0, 1, 4} + zeros(10);
  }
  decode_both_ways(ip_in_ip, raw(ip_in_ip, 101), rng);
}

}  // namespace
}  // namespace netml
