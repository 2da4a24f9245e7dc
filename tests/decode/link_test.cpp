#include <gtest/gtest.h>

#include "support/standard_decode.hpp"
#include "support/tunnel_frames.hpp"

namespace netml {
namespace {

using namespace test;

const Bytes kV4 = ipv4(ip_protocol::kTcp, tcp(40000, 80));
const Bytes kV6 = ipv6(ip_protocol::kTcp, tcp(40000, 80));
const Bytes kSnapV4 = llc_snap(0x0800, kV4);
constexpr const char* kFlow4 = "10.0.0.1.40000 > 10.0.0.2.80";
constexpr const char* kFlow6 = "2001:db8::1.40000 > 2001:db8::2.80";

std::array<std::uint8_t, 6> mac(std::uint8_t last) {
  return {2, 0, 0, 0, 0, last};
}

void expect_not_ip(const Bytes& frame, NotIpClass kind, int link_type = dlt::kEthernet) {
  const Decoded decoded = decode(frame, link_type);
  EXPECT_EQ(decoded.status, DecodeStatus::kNotIp);
  EXPECT_EQ(decoded.not_ip, kind);
}

TEST(Link, NoByteIsEmptyOnEveryLink) {
  for (const int link_type : {0, 1, 9, 12, 105, 113, 127, 276}) {
    EXPECT_EQ(decode(Bytes{}, link_type).status, DecodeStatus::kEmpty);
    EXPECT_EQ(decode(raw(Bytes{}, link_type, 60)).status, DecodeStatus::kEmpty);
  }
}

TEST(Link, SupportedTypesAreThePromisedOnes) {
  std::vector<int> supported;
  for (int link_type = -1; link_type < 400; ++link_type) {
    if (is_supported_link_type(link_type)) {
      supported.push_back(link_type);
    }
  }
  EXPECT_EQ(supported,
            (std::vector<int>{0, 1, 9, 12, 14, 50, 101, 104, 105, 108, 113, 127, 228, 229, 276}));
}

TEST(Link, EthernetGivesBothMacs) {
  const Decoded decoded = decode(ether(0x0800, kV4));
  EXPECT_EQ(decoded.text(), kFlow4);
  EXPECT_EQ(decoded.record.src_mac, mac(1));
  EXPECT_EQ(decoded.record.dst_mac, mac(2));
  EXPECT_EQ(decoded.record.key.vlan, 0);
}

TEST(Link, EthernetCutInsideItsHeaderIsShortOrSnapped) {
  const Bytes frame = ether(0x0800, kV4);
  EXPECT_EQ(decode(first(frame, 13)).status, DecodeStatus::kShortLink);
  EXPECT_EQ(decode_snapped(frame, 13).status, DecodeStatus::kSnapped);
  EXPECT_EQ(decode(raw(first(frame, 13), 1, 14)).status, DecodeStatus::kSnapped);
}

// IEEE 802.1Q, 9.6: priority 7, drop eligible, VLAN 100.
TEST(Link, VlanIdIsTwelveBits) {
  const Decoded decoded = decode(ether(0x8100, tag(0xf064, 0x0800, kV4)));
  EXPECT_EQ(decoded.record.key.vlan, 100);
  EXPECT_EQ(decoded.text(), kFlow4);
}

TEST(Link, InnermostVlanWins) {
  for (const std::size_t outer : {0x88a8U, 0x8100U, 0x9100U}) {
    const Decoded decoded = decode(ether(outer, tag(100, 0x8100, tag(200, 0x86dd, kV6))));
    EXPECT_EQ(decoded.record.key.vlan, 200);
    EXPECT_EQ(decoded.text(), kFlow6);
  }
}

TEST(Link, VlanTagMayHoldALength) {
  EXPECT_EQ(decode(ether(0x8100, tag(5, kSnapV4.size(), kSnapV4))).text(), kFlow4);
}

TEST(Link, VlanTagCutIsShort) {
  EXPECT_EQ(decode(ether(0x8100, {0, 5, 8})).status, DecodeStatus::kShortLink);
}

// RFC 3032, 2.1: label(20) class(3) bottom(1) TTL(8).
TEST(Link, MplsLabelsEndAtTheBottomBit) {
  EXPECT_EQ(decode(ether(0x8847, mpls({16, 17, 18}, kV4))).text(), kFlow4);
  EXPECT_EQ(decode(ether(0x8848, mpls({0xfffff}, kV6))).text(), kFlow6);
}

TEST(Link, MplsPseudowireHasAControlWord) {
  EXPECT_EQ(decode(ether(0x8847, mpls({16}, zeros(4) + ether(0x0800, kV4)))).text(), kFlow4);
}

TEST(Link, MplsWithOtherContentIsNotIp) {
  expect_not_ip(ether(0x8847, mpls({16}, {0x10, 0, 0, 0})), NotIpClass::kMpls);
  EXPECT_EQ(decode(ether(0x8847, mpls({16}, {}))).status, DecodeStatus::kShortLink);
  EXPECT_EQ(decode(ether(0x8847, {0, 1, 0})).status, DecodeStatus::kShortLink);
}

// RFC 2516, 4: version and type 1, code 0 for session data.
TEST(Link, PppoeLengthEndsThePacket) {
  Bytes frame = ether(
      0x8864, pppoe(0x0021, ipv4(6, tcp(40000, 80, tcp_flag::kAck, zeros(6)), {.length = 0})));
  EXPECT_EQ(decode(frame + zeros(9)).record.payload_length, 6u);
  EXPECT_EQ(decode(ether(0x8864, pppoe(0x0057, kV6))).text(), kFlow6);
  EXPECT_EQ(decode(ether(0x8864, {0x11, 0, 0, 7, 0})).status, DecodeStatus::kShortLink);
}

TEST(Link, PppoeLengthZeroIsShort) {
  Bytes frame = ether(0x8864, pppoe(0x0021, kV4));
  frame[14 + 4] = frame[14 + 5] = 0;
  EXPECT_EQ(decode(frame).status, DecodeStatus::kShortLink);
}

TEST(Link, LlcCarriesIpBySnapOrBySap) {
  EXPECT_EQ(decode(snap(0x0800, kV4)).text(), kFlow4);
  EXPECT_EQ(decode(snap(0x86dd, kV6)).text(), kFlow6);
  EXPECT_EQ(decode(ether(3 + kV4.size(), llc(6, kV4))).text(), kFlow4);
}

TEST(Link, LlcLengthEndsThePacket) {
  const Bytes body = llc_snap(0x0800, ipv4(6, tcp(1, 2), {.length = 0}));
  EXPECT_EQ(decode(ether(body.size(), body + zeros(6))).record.payload_length, 0u);
  EXPECT_EQ(decode(ether(7, body)).status, DecodeStatus::kShortLink);
  EXPECT_EQ(decode(ether(0, body)).status, DecodeStatus::kShortLink);
}

TEST(Link, OtherContentIsNotIpByClass) {
  const Bytes body = zeros(46);
  expect_not_ip(ether(0x0806, body), NotIpClass::kArp);
  expect_not_ip(ether(0x88cc, body), NotIpClass::kLldp);
  expect_not_ip(ether(0x888e, body), NotIpClass::kEapol);
  expect_not_ip(ether(0x8863, body), NotIpClass::kPppoeDiscovery);
  expect_not_ip(ether(0x9000, body), NotIpClass::kOther);
  expect_not_ip(ether(46, llc(0x42, body)), NotIpClass::kLlc);
  expect_not_ip(ether(1501, body), NotIpClass::kOther);
  expect_not_ip(ether(1535, body), NotIpClass::kOther);
  expect_not_ip(ether(0x8864, pppoe(0xc021, body)), NotIpClass::kPppControl);
  expect_not_ip(ether(0x8100, tag(5, 0x0806, body)), NotIpClass::kArp);
}

TEST(Link, SllGivesTheSendersMac) {
  for (const auto& [link_type, frame] :
       {std::pair{dlt::kSll, sll(0x0800, kV4)}, std::pair{dlt::kSll2, sll2(0x0800, kV4)}}) {
    const Decoded decoded = decode(frame, link_type);
    EXPECT_EQ(decoded.text(), kFlow4);
    EXPECT_EQ(decoded.record.src_mac, mac(1));
    EXPECT_EQ(decoded.record.dst_mac, (std::array<std::uint8_t, 6>{}));
  }
}

TEST(Link, SllWithOtherAddressLengthHasNoMac) {
  Bytes frame = sll(0x86dd, kV6);
  frame[5] = 8;
  const Decoded decoded = decode(frame, dlt::kSll);
  EXPECT_EQ(decoded.text(), kFlow6);
  EXPECT_EQ(decoded.record.src_mac, (std::array<std::uint8_t, 6>{}));
}

TEST(Link, SllProtocolFourIsLlc) {
  EXPECT_EQ(decode(sll(4, kSnapV4), dlt::kSll).text(), kFlow4);
  EXPECT_EQ(decode(sll2(4, kSnapV4), dlt::kSll2).text(), kFlow4);
  expect_not_ip(sll(1, kV4), NotIpClass::kOther, dlt::kSll);
  expect_not_ip(sll2(0x0806, kV4), NotIpClass::kArp, dlt::kSll2);
}

TEST(Link, SllHeadersAreSixteenAndTwentyBytes) {
  EXPECT_EQ(decode(first(sll(0x0800, kV4), 15), dlt::kSll).status, DecodeStatus::kShortLink);
  EXPECT_EQ(decode(first(sll2(0x0800, kV4), 19), dlt::kSll2).status, DecodeStatus::kShortLink);
}

TEST(Link, LoopbackFamilyInEitherByteOrder) {
  for (const int link_type : {dlt::kNull, dlt::kLoop}) {
    EXPECT_EQ(decode(null_little(2, kV4), link_type).text(), kFlow4);
    EXPECT_EQ(decode(null_big(2, kV4), link_type).text(), kFlow4);
    for (const std::size_t family : {10U, 24U, 28U, 30U}) {
      EXPECT_EQ(decode(null_little(family, kV6), link_type).text(), kFlow6);
      EXPECT_EQ(decode(null_big(family, kV6), link_type).text(), kFlow6);
    }
  }
  expect_not_ip(null_little(7, kV4), NotIpClass::kOther, dlt::kNull);
  EXPECT_EQ(decode(Bytes{2, 0, 0}, dlt::kNull).status, DecodeStatus::kShortLink);
}

TEST(Link, LoopbackFamilyMustFitTheVersion) {
  EXPECT_EQ(decode(null_big(2, kV6), dlt::kLoop).status, DecodeStatus::kBadIpVersion);
}

// RFC 1661, 2 and 6.5; RFC 1662, 3.1.
TEST(Link, PppWithAndWithoutAddressAndCompression) {
  for (const int link_type : {dlt::kPpp, dlt::kPppSerial}) {
    EXPECT_EQ(decode(ppp(0x0021, kV4), link_type).text(), kFlow4);
    EXPECT_EQ(decode(ppp_framed(0x0021, kV4), link_type).text(), kFlow4);
    EXPECT_EQ(decode(ppp_compressed(0x21, kV4), link_type).text(), kFlow4);
    EXPECT_EQ(decode(Bytes{0xff, 3} + ppp_compressed(0x57, kV6), link_type).text(), kFlow6);
    EXPECT_EQ(decode(ppp(0x0281, mpls({16}, kV4)), link_type).text(), kFlow4);
    EXPECT_EQ(decode(cisco_hdlc(0x0800, kV4), link_type).text(), kFlow4);
    expect_not_ip(ppp(0xc021, kV4), NotIpClass::kPppControl, link_type);
  }
}

TEST(Link, PppProtocolCutInTheMiddleIsSnapped) {
  EXPECT_EQ(decode(Bytes{0x00}, dlt::kPpp).status, DecodeStatus::kShortLink);
  EXPECT_EQ(decode(raw(Bytes{0x00}, dlt::kPpp, 2)).status, DecodeStatus::kSnapped);
}

TEST(Link, CiscoHdlcHoldsEtherTypesOrPpp) {
  EXPECT_EQ(decode(cisco_hdlc(0x0800, kV4), dlt::kCiscoHdlc).text(), kFlow4);
  EXPECT_EQ(decode(Bytes{0x8f, 0} + u16(0x86dd) + kV6, dlt::kCiscoHdlc).text(), kFlow6);
  EXPECT_EQ(decode(ppp_framed(0x0021, kV4), dlt::kCiscoHdlc).text(), kFlow4);
  expect_not_ip(cisco_hdlc(0x8035, kV4), NotIpClass::kOther, dlt::kCiscoHdlc);
  EXPECT_EQ(decode(Bytes{0x0f, 0, 8}, dlt::kCiscoHdlc).status, DecodeStatus::kShortLink);
}

TEST(Link, RawTakesEitherVersionAndTheTypedOnesTheirs) {
  for (const int link_type : {dlt::kRaw, dlt::kRawBsd, dlt::kRawLinktype}) {
    EXPECT_EQ(decode(kV4, link_type).text(), kFlow4);
    EXPECT_EQ(decode(kV6, link_type).text(), kFlow6);
    EXPECT_EQ(decode(Bytes{0x50, 0}, link_type).status, DecodeStatus::kBadIpVersion);
  }
  EXPECT_EQ(decode(kV4, dlt::kIpv4).text(), kFlow4);
  EXPECT_EQ(decode(kV6, dlt::kIpv6).text(), kFlow6);
  EXPECT_EQ(decode(kV6, dlt::kIpv4).status, DecodeStatus::kBadIpVersion);
  EXPECT_EQ(decode(kV4, dlt::kIpv6).status, DecodeStatus::kBadIpVersion);
}

// IEEE 802.11-2016, table 9-26: which address is which by to-DS and from-DS.
TEST(Link, WlanAddressesDependOnTheDistributionBits) {
  const auto decode_bits = [](bool to_ds, bool from_ds) {
    return decode(wlan({.to_ds = to_ds, .from_ds = from_ds}, kSnapV4), dlt::kWlan);
  };
  struct {
    bool to_ds, from_ds;
    std::uint8_t dst, src;
  } const cases[] = {
      {false, false, 1, 2}, {false, true, 1, 3}, {true, false, 3, 2}, {true, true, 3, 4}};
  for (const auto& expected : cases) {
    const Decoded decoded = decode_bits(expected.to_ds, expected.from_ds);
    EXPECT_EQ(decoded.text(), kFlow4);
    EXPECT_EQ(decoded.record.dst_mac, mac(expected.dst));
    EXPECT_EQ(decoded.record.src_mac, mac(expected.src));
  }
}

TEST(Link, WlanQosAndHtControlAreSkipped) {
  EXPECT_EQ(decode(wlan({.subtype = kWlanQos}, kSnapV4), dlt::kWlan).text(), kFlow4);
  EXPECT_EQ(decode(wlan({.subtype = kWlanQos, .has_ht_control = true}, kSnapV4), dlt::kWlan).text(),
            kFlow4);
}

TEST(Link, WlanAggregateGivesItsFirstSubframe) {
  const Decoded decoded =
      decode(wlan({.subtype = kWlanQos, .is_aggregate = true}, kSnapV4) + zeros(30), dlt::kWlan);
  EXPECT_EQ(decoded.text(), kFlow4);
  EXPECT_EQ(decoded.record.dst_mac, mac(0xb));
  EXPECT_EQ(decoded.record.src_mac, mac(0xa));
}

TEST(Link, WlanSubframeLengthEndsThePacket) {
  const Bytes body = llc_snap(0x0800, ipv4(6, tcp(1, 2), {.length = 0}));
  const Bytes frame = wlan({.subtype = kWlanQos, .is_aggregate = true}, body) + zeros(30);
  EXPECT_EQ(decode(frame, dlt::kWlan).record.payload_length, 0u);
}

TEST(Link, WlanProtectedDataIsEncrypted) {
  for (const unsigned subtype : {0U, kWlanQos}) {
    EXPECT_EQ(decode(wlan({.subtype = subtype, .is_protected = true}, kSnapV4), dlt::kWlan).status,
              DecodeStatus::kEncryptedWlan);
  }
}

TEST(Link, WlanWithoutDataIsNotIp) {
  expect_not_ip(wlan({.type = 0, .subtype = 8}, kSnapV4), NotIpClass::kWlan, dlt::kWlan);
  expect_not_ip(wlan({.type = 1, .subtype = 13}, {}), NotIpClass::kWlan, dlt::kWlan);
  expect_not_ip(wlan({.subtype = kWlanNull}, {}), NotIpClass::kWlan, dlt::kWlan);
  expect_not_ip(wlan({.subtype = kWlanNull | kWlanQos}, {}), NotIpClass::kWlan, dlt::kWlan);
}

TEST(Link, WlanHeaderCutByTheCaptureAloneIsSnapped) {
  const Bytes frame = wlan({.subtype = kWlanQos, .from_ds = true, .has_ht_control = true}, {});
  for (std::size_t length = 1; length < frame.size(); ++length) {
    const Bytes cut = first(frame, length);
    EXPECT_EQ(decode(raw(cut, dlt::kWlan, frame.size())).status, DecodeStatus::kSnapped) << length;
    EXPECT_EQ(decode(cut, dlt::kWlan).status, DecodeStatus::kShortLink) << length;
  }
}

// radiotap.org: fields are aligned to their size, counted from the start of the header.
TEST(Link, RadiotapDataPadFillsTheWlanHeader) {
  const Bytes padded = wlan({.subtype = kWlanQos, .is_padded = true}, kSnapV4);
  for (const int words : {0, 1, 2, 3}) {
    for (const bool has_tsft : {false, true}) {
      const Bytes frame = radiotap(
          {.has_tsft = has_tsft, .more_present_words = words, .flags = kRadiotapDataPad}, padded);
      EXPECT_EQ(decode(frame, dlt::kRadiotap).text(), kFlow4) << words << has_tsft;
    }
  }
}

TEST(Link, RadiotapWithoutDataPad) {
  const Bytes plain = wlan({.subtype = kWlanQos}, kSnapV4);
  EXPECT_EQ(decode(radiotap({.has_tsft = true, .flags = 0x10}, plain), dlt::kRadiotap).text(),
            kFlow4);
  EXPECT_EQ(decode(radiotap_raw(8, 0, {}, plain), dlt::kRadiotap).text(), kFlow4);
}

TEST(Link, RadiotapPresentWordsBeyondTheHeaderSayNothing) {
  const Bytes plain = wlan({}, kSnapV4);
  EXPECT_EQ(decode(radiotap_raw(8, 0x80000003, {}, plain), dlt::kRadiotap).text(), kFlow4);
}

TEST(Link, RadiotapLengthBelowItsHeaderIsShort) {
  for (const std::size_t length : {0U, 7U}) {
    EXPECT_EQ(decode(radiotap_raw(length, 0, {}, wlan({}, kSnapV4)), dlt::kRadiotap).status,
              DecodeStatus::kShortLink);
  }
}

TEST(Link, RadiotapCutByTheCaptureIsSnapped) {
  const Bytes frame = radiotap({.has_tsft = true}, wlan({}, kSnapV4));
  for (const std::size_t length : {1U, 3U, 4U, 8U, 20U}) {
    EXPECT_EQ(decode_snapped(frame, length, dlt::kRadiotap).status, DecodeStatus::kSnapped);
    EXPECT_EQ(decode(first(frame, length), dlt::kRadiotap).status, DecodeStatus::kShortLink);
  }
}

}  // namespace
}  // namespace netml
