#include "netml/decode/payload.hpp"

#include <gtest/gtest.h>

#include "netml/decode/nfstream_decoder.hpp"
#include "netml/decode/packet_decoder.hpp"

#include "support/frames.hpp"

namespace netml {
namespace {

using namespace test;

const Bytes kText = {'h', 'e', 'l', 'l', 'o'};

Bytes payload_of(const Bytes& frame, std::size_t wire_length = 0) {
  PacketDecoder decoder(DecodeOptions{});
  const RawPacket packet = raw(frame, 1, wire_length);
  PacketRecord record;
  EXPECT_EQ(decoder.decode(packet, record), DecodeStatus::kOk);
  const auto bytes = captured_payload(packet, record);
  return {bytes.begin(), bytes.end()};
}

TEST(CapturedPayload, BeginsBehindTheTransportHeader) {
  EXPECT_EQ(payload_of(ether(0x0800, ipv4(17, udp(1, 2, kText)))), kText);
  EXPECT_EQ(payload_of(ether(0x0800, ipv4(6, tcp({.options = zeros(12)}, kText)))), kText);
  EXPECT_EQ(payload_of(ether(0x86dd, ipv6(17, udp(1, 2, kText)))), kText);
  EXPECT_EQ(payload_of(ether(0x86dd, ipv6(0, extension(6, tcp(1, 2, 0, kText))))), kText);
  EXPECT_EQ(payload_of(ether(0x0800, ipv4(6, tcp(1, 2)))), Bytes{});
}

TEST(CapturedPayload, PaddingOfTheFrameIsNoPayload) {
  EXPECT_EQ(payload_of(ether(0x0800, ipv4(17, udp(1, 2, kText))) + zeros(9)), kText);
  EXPECT_EQ(payload_of(ether(0x0800, ipv4(6, tcp(1, 2))) + zeros(6)), Bytes{});
}

TEST(CapturedPayload, IsThatOfTheInnermostPacket) {
  EXPECT_EQ(payload_of(ether(0x0800, ipv4(41, ipv6(17, udp(1, 2, kText))))), kText);
}

TEST(CapturedPayload, ASnappedPacketHasWhatIsThere) {
  const Bytes frame = ether(0x0800, ipv4(17, udp(1, 2, kText)));
  EXPECT_EQ(payload_of(first(frame, frame.size() - 3), frame.size()), first(kText, 2));
  EXPECT_EQ(payload_of(first(frame, frame.size() - 5), frame.size()), Bytes{});
}

TEST(CapturedPayload, OnlyTheFirstFragmentHasOne) {
  PacketDecoder decoder(DecodeOptions{});
  const auto payload_size = [&](const Bytes& frame) {
    const RawPacket packet = raw(frame);
    PacketRecord record;
    EXPECT_EQ(decoder.decode(packet, record), DecodeStatus::kOk);
    return captured_payload(packet, record).size();
  };
  EXPECT_EQ(payload_size(ether(0x0800, ipv4(17, udp(1, 2, kText), {.fragment = 0x2000}))), 5u);
  EXPECT_EQ(payload_size(ether(0x0800, ipv4(17, zeros(40), {.fragment = 2}))), 0u);
}

TEST(CapturedPayload, TheNfstreamDecoderMarksItToo) {
  const Bytes frame = ether(0x0800, ipv4(6, tcp({.options = zeros(4)}, kText))) + zeros(3);
  const RawPacket packet = raw(frame);
  PacketRecord record;
  ASSERT_EQ(decode_nfstream(packet, true, record), DecodeStatus::kOk);
  const auto bytes = captured_payload(packet, record);
  EXPECT_EQ(Bytes(bytes.begin(), bytes.end()), kText);
}

}  // namespace
}  // namespace netml
