#include "netml/decode/quic_initial.hpp"

#include <memory>

#include <gtest/gtest.h>

#include "support/quic_packets.hpp"

namespace netml {
namespace {

using namespace test;

const Bytes kClientId = from_hex("8394c8f03e515708");

Bytes frames_of(const Bytes& datagram, QuicSide sender, const Bytes& client_id = kClientId) {
  QuicLongPackets packets(datagram);
  QuicLongPacket packet;
  const auto buffer = std::make_unique<QuicInitialKeys::Buffer>();
  if (!packets.next(packet) || !packet.is_initial) {
    return {};
  }
  const auto frames = QuicInitialKeys(packet.version, client_id, sender).open(packet, *buffer);
  return frames ? Bytes(frames->begin(), frames->end()) : Bytes{};
}

Bytes crypto_of(const Bytes& frames) {
  Bytes stream;
  QuicCryptoFrames crypto(frames);
  for (QuicCryptoFrames::Frame frame; crypto.next(frame);) {
    EXPECT_EQ(frame.offset, stream.size());
    stream.insert(stream.end(), frame.data.begin(), frame.data.end());
  }
  return stream;
}

TEST(QuicInitial, OpensTheClientsPacketOfRfc9001) {
  const Bytes frames = frames_of(from_hex(kQuic1Client), QuicSide::kClient);
  ASSERT_EQ(frames.size(), 1162u);
  EXPECT_EQ(first(frames, 4), from_hex("060040f1"));
  EXPECT_EQ(crypto_of(frames), from_hex(kQuicClientHello));
}

TEST(QuicInitial, OpensTheServersPacketOfRfc9001) {
  EXPECT_EQ(crypto_of(frames_of(from_hex(kQuic1Server), QuicSide::kServer)),
            from_hex(kQuicServerHello));
}

TEST(QuicInitial, OpensThePacketsOfRfc9369) {
  EXPECT_EQ(crypto_of(frames_of(from_hex(kQuic2Client), QuicSide::kClient)),
            from_hex(kQuicClientHello));
  EXPECT_EQ(crypto_of(frames_of(from_hex(kQuic2Server), QuicSide::kServer)),
            from_hex(kQuicServerHello));
}

TEST(QuicInitial, AnyChangedBitIsNoticed) {
  const Bytes packet = from_hex(kQuic1Server);
  for (std::size_t bit = 0; bit < packet.size() * 8; bit += 7) {
    Bytes changed = packet;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_TRUE(frames_of(changed, QuicSide::kServer).empty()) << bit;
  }
}

TEST(QuicInitial, OtherKeysDoNotFit) {
  EXPECT_TRUE(frames_of(from_hex(kQuic1Client), QuicSide::kServer).empty());
  EXPECT_TRUE(frames_of(from_hex(kQuic1Client), QuicSide::kClient, {1, 2, 3}).empty());
}

TEST(QuicInitial, APacketThatIsCutIsNone) {
  const Bytes packet = from_hex(kQuic1Server);
  for (std::size_t size = 0; size < packet.size(); ++size) {
    EXPECT_TRUE(frames_of(first(packet, size), QuicSide::kServer).empty()) << size;
  }
}

TEST(QuicLongPackets, PacketsOfOneDatagramAreApart) {
  const Bytes datagram = from_hex(kQuic1Server) + from_hex(kQuic2Server) + Bytes{0x40, 1, 2};
  QuicLongPackets packets(datagram);
  QuicLongPacket packet;
  ASSERT_TRUE(packets.next(packet));
  EXPECT_EQ(packet.version, 1u);
  EXPECT_EQ(packet.bytes.size(), kQuic1Server.size() / 2);
  ASSERT_TRUE(packets.next(packet));
  EXPECT_EQ(packet.version, 0x6b3343cfu);
  EXPECT_FALSE(packets.next(packet)) << "a short header";
}

TEST(QuicLongPackets, OtherVersionsAreNotRead) {
  for (const char* version : {"00000000", "ff000016", "ff000023", "51303530"}) {
    Bytes packet = from_hex(kQuic1Client);
    const Bytes bytes = from_hex(version);
    std::copy(bytes.begin(), bytes.end(), packet.begin() + 1);
    QuicLongPackets packets(packet);
    QuicLongPacket next;
    EXPECT_FALSE(packets.next(next)) << version;
  }
}

TEST(QuicCryptoFrames, OtherFramesAreSkippedAndForeignOnesEnd) {
  // PADDING, PING, ACK with two ranges, ACK with counts, CRYPTO, PING, a STREAM frame, CRYPTO.
  const Bytes frames = from_hex(
      "000001"
      "020500020101020304"
      "0305000001"
      "010203"
      "06000161"
      "01"
      "08"
      "06010162");
  QuicCryptoFrames crypto(frames);
  QuicCryptoFrames::Frame frame;
  ASSERT_TRUE(crypto.next(frame));
  EXPECT_EQ(frame.offset, 0u);
  EXPECT_EQ(frame.data.size(), 1u);
  EXPECT_FALSE(crypto.next(frame));
  const Bytes endless = from_hex(
      "0205"
      "00"
      "ffffffffffffffff"
      "00");
  QuicCryptoFrames broken(endless);
  EXPECT_FALSE(broken.next(frame));
}

}  // namespace
}  // namespace netml
