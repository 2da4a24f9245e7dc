// Damaged packets must not do more to the standard decoder than be refused, or give a record that
// keeps its promises. Meant for a sanitizer build; the numbers are the same on every run.
// NETML_MUTATIONS=n in the environment makes it n times as long.

#include <cstdlib>
#include <filesystem>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "support/damage.hpp"
#include "support/libpcap_reader.hpp"
#include "support/standard_decode.hpp"
#include "support/well_formed_frames.hpp"

namespace netml {
namespace {

using namespace test;

namespace fs = std::filesystem;

constexpr int kLinkTypes[] = {0,   1,   9,   12,  14,  50,  101, 104,
                              105, 108, 113, 127, 147, 228, 229, 276};

int times() {
  const char* text = std::getenv("NETML_MUTATIONS");
  return text == nullptr ? 1 : std::max(1, std::atoi(text));
}

class Decoders {
 public:
  void decode(const Bytes& bytes, int link_type, std::size_t wire_length, std::int64_t ts_ns) {
    RawPacket packet = raw(bytes, link_type, wire_length);
    packet.ts_ns = ts_ns;
    for (PacketDecoder* decoder : {&both_, &outer_, &per_direction_}) {
      PacketRecord record;
      const DecodeStatus status = decoder->decode(packet, record);
      ASSERT_LT(status, DecodeStatus::kCount);
      ASSERT_LT(decoder->not_ip_class(), NotIpClass::kCount);
      if (status == DecodeStatus::kOk) {
        check(packet, record, decoder);
      } else if (packet.wire_length <= bytes.size()) {
        ASSERT_NE(status, DecodeStatus::kSnapped);
      }
    }
  }

 private:
  void check(const RawPacket& packet, const PacketRecord& record, const PacketDecoder* decoder) {
    const FlowKey& key = record.key;
    ASSERT_EQ(record.captured_length, packet.bytes.size());
    ASSERT_EQ(record.wire_length, packet.wire_length);
    ASSERT_LE(record.payload_offset, packet.bytes.size());
    ASSERT_LE(record.payload_length, record.transport_length);
    ASSERT_LE(record.transport_length, record.ip_length);
    ASSERT_TRUE(key.ip_version == 4 || key.ip_version == 6);
    ASSERT_LE(key.vlan, 4095);
    ASSERT_LE(key.tunnel_id, static_cast<std::uint32_t>(TunnelKind::kTeredo));
    if (decoder == &outer_) {
      ASSERT_EQ(key.tunnel_id, 0u);
    }
    if (decoder == &per_direction_) {
      ASSERT_FALSE(record.from_b);
    } else {
      ASSERT_LE(std::tie(key.addr_a, key.port_a), std::tie(key.addr_b, key.port_b));
    }
  }

  PacketDecoder both_{DecodeOptions{}};
  PacketDecoder outer_{DecodeOptions{.decode_tunnels = false}};
  PacketDecoder per_direction_{DecodeOptions{.per_direction = true}};
};

std::size_t some_wire_length(std::size_t captured, Rng& rng) {
  switch (rng.below(4)) {
    case 0:
      return captured + rng.below(100);
    case 1:
      return static_cast<std::uint32_t>(rng.bits());
    default:
      return captured;
  }
}

void decode_damaged(Decoders& decoders, std::span<const std::uint8_t> bytes, int link_type,
                    Rng& rng) {
  const Bytes copy = damaged(bytes, rng);
  const int link = rng.below(16) == 0 ? kLinkTypes[rng.below(std::size(kLinkTypes))] : link_type;
  const auto ts_ns = static_cast<std::int64_t>(rng.below(8) == 0 ? rng.bits() : rng.below(1000));
  decoders.decode(copy, link, some_wire_length(copy.size(), rng), ts_ns);
}

TEST(PacketDecoderMutation, WellFormedFramesFlippedAndCut) {
  Rng rng(11);
  Decoders decoders;
  for (const NamedFrame& frame : well_formed_frames()) {
    for (int i = 0; i < 400 * times(); ++i) {
      decode_damaged(decoders, frame.bytes, frame.link_type, rng);
    }
  }
}

TEST(PacketDecoderMutation, FramesInsideOneAnother) {
  Rng rng(12);
  Decoders decoders;
  const auto frames = well_formed_frames();
  for (int i = 0; i < 10000 * times(); ++i) {
    const NamedFrame& outer = frames[rng.below(frames.size())];
    const NamedFrame& inner = frames[rng.below(frames.size())];
    const Bytes head = first(outer.bytes, rng.below(outer.bytes.size()));
    decode_damaged(decoders, head + inner.bytes, outer.link_type, rng);
  }
}

TEST(PacketDecoderMutation, NoiseOfEveryLengthAndLinkType) {
  Rng rng(13);
  Decoders decoders;
  for (int round = 0; round < times(); ++round) {
    for (const int link_type : kLinkTypes) {
      for (std::size_t length = 0; length < 200; ++length) {
        Bytes noise(length);
        for (std::uint8_t& byte : noise) {
          byte = static_cast<std::uint8_t>(rng.bits());
        }
        decoders.decode(noise, link_type, some_wire_length(length, rng), 0);
      }
    }
  }
}

TEST(PacketDecoderMutation, ReferenceCapturesFlippedAndCut) {
  const fs::path reference = NETML_REFERENCE_DIR;
  if (!fs::exists(reference / "corpus")) {
    GTEST_SKIP() << "no captures in " << reference;
  }
  Rng rng(14);
  Decoders decoders;
  const int packets_per_capture = 20 * times();
  for (const char* folder : {"corpus/captures", "reference/nfstream/pcaps"}) {
    for (const auto& entry : fs::directory_iterator(reference / folder)) {
      int packets = 0;
      for_each_packet(entry.path(), PCAP_TSTAMP_PRECISION_NANO, [&](const RawPacket& packet) {
        if (++packets <= packets_per_capture) {
          for (int i = 0; i < 5; ++i) {
            decode_damaged(decoders, packet.bytes, packet.link_type, rng);
          }
        }
      });
    }
  }
}

}  // namespace
}  // namespace netml
