#include <algorithm>

#include <gtest/gtest.h>

#include "netml/decode/quic_initial.hpp"
#include "netml/features/ja4_fingerprint.hpp"
#include "netml/features/ja4_nfstream.hpp"

#include "support/frame_rows.hpp"
#include "support/quic_packets.hpp"
#include "support/tls_messages.hpp"

namespace netml {
namespace {

using namespace test;

std::string client_text(const HelloFields& fields, char transport = 't') {
  const Bytes message = client_hello(fields);
  TlsHello hello;
  EXPECT_TRUE(TlsHello::read(message, hello));
  return std::string(ja4_of(hello, transport).view());
}

std::string server_text(const HelloFields& fields) {
  const Bytes message = server_hello(fields);
  TlsHello hello;
  EXPECT_TRUE(TlsHello::read(message, hello));
  return std::string(ja4s_of(hello, 't').view());
}

// ---------------------------------------------------------------- the specification

TEST(Ja4, ExampleOfTheSpecification) {
  EXPECT_EQ(client_text(ja4_example()), kJa4Example);
  EXPECT_EQ(client_text(ja4_example(), 'q'), std::string("q") + (kJa4Example + 1));
}

TEST(Ja4, WithoutSignatureAlgorithmsTheHashEndsWithTheExtensions) {
  HelloFields hello = ja4_example();
  for (TlsExtensionBytes& extension : hello.extensions) {
    if (extension.type == 13) {
      extension.data = {0, 0};
    }
  }
  EXPECT_EQ(client_text(hello), "t13d1516h2_8daaf6152771_6d807ffa2a79");
}

TEST(Ja4, EmptyListsAreZeros) {
  HelloFields hello;
  hello.ciphers = {0x1a1a};
  hello.has_extensions = false;
  EXPECT_EQ(client_text(hello), "t12i000000_000000000000_000000000000");
  hello.has_extensions = true;
  hello.extensions = {server_name("a"), alpn("h2")};
  EXPECT_EQ(client_text(hello), "t12d0002h2_000000000000_000000000000");
}

TEST(Ja4, VersionsOfTheSpecification) {
  const std::pair<std::size_t, const char*> versions[] = {
      {0x0304, "13"}, {0x0303, "12"}, {0x0302, "11"}, {0x0301, "10"},
      {0x0300, "s3"}, {0x0002, "s2"}, {0x1234, "00"}};
  for (const auto& [version, text] : versions) {
    HelloFields hello;
    hello.version = version;
    EXPECT_EQ(client_text(hello).substr(1, 2), text);
    hello.version = 0x0301;
    hello.extensions = {supported_versions({version, 0x0001})};
    EXPECT_EQ(client_text(hello).substr(1, 2), text);
  }
}

TEST(Ja4, FirstAlpnValueOfTheSpecification) {
  const std::pair<Bytes, const char*> values[] = {
      {{'h', '2'}, "h2"},
      {{'h', 't', 't', 'p', '/', '1', '.', '1'}, "h1"},
      {{'x'}, "xx"},
      {{}, "00"},
      {{0xab}, "ab"},
      {{0xab, 0xcd}, "ad"},
      {{0x30, 0xab}, "3b"},
      {{0x30, 0x31, 0xab, 0xcd}, "3d"},
      {{0x30, 0xab, 0xcd, 0x31}, "01"},
  };
  for (const auto& [value, text] : values) {
    HelloFields hello;
    hello.extensions = {alpn(value)};
    EXPECT_EQ(client_text(hello).substr(8, 2), text);
  }
}

TEST(Ja4, CountsEndAt99) {
  HelloFields hello;
  hello.ciphers.assign(150, 0x1301);
  hello.extensions.assign(120, {0x1234});
  EXPECT_EQ(client_text(hello).substr(0, 10), "t12i999900");
}

TEST(Ja4s, ExampleOfTheSpecification) {
  EXPECT_EQ(server_text(ja4s_example()), kJa4sExample);
}

// ---------------------------------------------------------------- TCP flows

/// One TCP connection, frame by frame.
class Connection {
 public:
  explicit Connection(bool is_ipv6 = false) : is_ipv6_(is_ipv6) {}

  Connection& handshake() {
    return add({.flags = tcp_flag::kSyn, .seq = kClient - 1}, {}, false)
        .add({.flags = tcp_flag::kSyn | tcp_flag::kAck, .seq = kServer - 1}, {}, true)
        .add({.seq = kClient}, {}, false);
  }
  Connection& client(const Bytes& data, std::size_t offset = 0) {
    return add({.seq = kClient + offset}, data, false);
  }
  Connection& server(const Bytes& data, std::size_t offset = 0) {
    return add({.seq = kServer + offset}, data, true);
  }

  /// "ja4 ja4s" of the only flow.
  std::string fingerprints(const Recipe& recipe, std::size_t snaplen = SIZE_MAX) const {
    std::vector<TimedFrame> frames = frames_;
    for (TimedFrame& frame : frames) {
      frame.wire_length = frame.bytes.size();
      frame.bytes.resize(std::min(snaplen, frame.bytes.size()));
    }
    const Table table = frame_rows(frames, recipe);
    EXPECT_EQ(table.row_count(), 1u);
    return text_of(table, "udps.ja4") + " " + text_of(table, "udps.ja4s");
  }

 private:
  // So near the end that numbers wrap.
  static constexpr std::size_t kClient = 0xffffff00, kServer = 5000;

  Connection& add(TcpFields fields, const Bytes& data, bool is_reply) {
    fields.dst = 443;
    if (is_reply) {
      std::swap(fields.src, fields.dst);
    }
    const Bytes segment = tcp(fields, data);
    const auto at = static_cast<std::int64_t>(frames_.size());
    frames_.push_back({is_ipv6_ ? ether(0x86dd, ipv6(6, segment, Ipv6Options{.reply = is_reply}))
                                : ether(0x0800, ipv4(6, segment, {.reply = is_reply})),
                       at});
    return *this;
  }

  bool is_ipv6_;
  std::vector<TimedFrame> frames_;
};

Recipe plain() {
  Recipe recipe;
  recipe.sets = {"ja4"};
  return recipe;
}

const std::string kBoth = std::string(kJa4Example) + " " + kJa4sExample;
const Bytes kClientStream = tls_records(client_hello(ja4_example()));
const Bytes kServerStream = tls_records(server_hello(ja4s_example()));

Bytes part(const Bytes& bytes, std::size_t begin, std::size_t end) {
  return {bytes.begin() + static_cast<std::ptrdiff_t>(begin),
          bytes.begin() + static_cast<std::ptrdiff_t>(end)};
}

TEST(Ja4Flow, HellosInOneSegmentEach) {
  for (const bool is_ipv6 : {false, true}) {
    Connection flow(is_ipv6);
    flow.handshake().client(kClientStream).server(kServerStream);
    EXPECT_EQ(flow.fingerprints(plain()), kBoth);
  }
  EXPECT_EQ(Connection().client(kClientStream).server(kServerStream).fingerprints(plain()), kBoth)
      << "without the handshake";
  EXPECT_EQ(Connection().server(kServerStream).client(kClientStream).fingerprints(plain()), kBoth)
      << "whoever is first";
}

TEST(Ja4Flow, AHelloInThreeSegmentsInAnyOrder) {
  const std::size_t cuts[] = {0, 4, 150, kClientStream.size()};
  std::vector<std::size_t> order = {0, 1, 2};
  do {
    Connection flow;
    flow.handshake();
    for (const std::size_t i : order) {
      flow.client(part(kClientStream, cuts[i], cuts[i + 1]), cuts[i]);
      flow.client(part(kClientStream, cuts[i], cuts[i + 1]), cuts[i]);  // once more
    }
    flow.server(part(kServerStream, 9, kServerStream.size()), 9);
    flow.server(part(kServerStream, 0, 20));
    EXPECT_EQ(flow.fingerprints(plain()), kBoth);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Ja4Flow, AHelloInSeveralRecords) {
  const Bytes stream = tls_records(client_hello(ja4_example()), 90);
  EXPECT_EQ(Connection().handshake().client(stream).fingerprints(plain()),
            std::string(kJa4Example) + " -");
}

TEST(Ja4Flow, AHelloInSegmentsOfOneByteEach) {
  for (const std::size_t most : {std::size_t{1}, kClientStream.size()}) {
    const Bytes stream = tls_records(client_hello(ja4_example()), most);
    Connection flow;
    flow.handshake();
    for (std::size_t i = 0; i < stream.size(); ++i) {
      flow.client(part(stream, i, i + 1), i).client(part(stream, i / 2, i + 1), i / 2);
    }
    EXPECT_EQ(flow.fingerprints(plain()), std::string(kJa4Example) + " -");
  }
}
TEST(Ja4Flow, KeepAlivesAndStrayBytesDoNotMatter) {
  Connection flow;
  flow.handshake().client({0}, SIZE_MAX).client(kClientStream);
  EXPECT_EQ(flow.fingerprints(plain()), std::string(kJa4Example) + " -");
}

TEST(Ja4Flow, AnythingElseIsNoHello) {
  const Bytes http = {'G', 'E', 'T', ' ', '/'};
  EXPECT_EQ(Connection().handshake().client(http).client(kClientStream, 5).fingerprints(plain()),
            "- -");
  EXPECT_EQ(Connection().handshake().client(part(kClientStream, 0, 99)).fingerprints(plain()),
            "- -");
}

TEST(Ja4Flow, ASnappedHelloIsNone) {
  Connection flow;
  flow.handshake().client(kClientStream).server(kServerStream);
  EXPECT_EQ(flow.fingerprints(plain(), 54 + kServerStream.size()),
            std::string("- ") + kJa4sExample);
  EXPECT_EQ(flow.fingerprints(plain(), 54 + kClientStream.size()), kBoth);
  EXPECT_EQ(flow.fingerprints(plain(), 80), "- -");
}

// ---------------------------------------------------------------- QUIC flows

std::string quic_fingerprints(const std::vector<Bytes>& datagrams,
                              const std::vector<bool>& replies) {
  std::vector<TimedFrame> frames;
  for (std::size_t i = 0; i < datagrams.size(); ++i) {
    const Bytes packet = replies[i] ? udp(443, 50000, datagrams[i]) : udp(50000, 443, datagrams[i]);
    frames.push_back({ether(0x86dd, ipv6(17, packet, Ipv6Options{.reply = replies[i]})),
                      static_cast<std::int64_t>(i)});
  }
  const Table table = frame_rows(frames, plain());
  return text_of(table, "udps.ja4") + " " + text_of(table, "udps.ja4s");
}

// The ClientHello of RFC 9001 by an independent reading of the specification; the hash of
// 0033,002b as NFStream's goldens have it.
constexpr const char* kQuicClient = "q13d0211an_62ed6f6ca7ad_4d634acda6c0";
constexpr const char* kQuicServer = "q130200_1301_234ea6891581";

TEST(Ja4Flow, QuicOfBothVersions) {
  if (!QuicInitialKeys::is_available()) {
    GTEST_SKIP() << "this build has no libcrypto";
  }
  EXPECT_EQ(quic_fingerprints({from_hex(kQuic1Client), from_hex(kQuic1Server)}, {false, true}),
            std::string(kQuicClient) + " " + kQuicServer);
  EXPECT_EQ(quic_fingerprints({from_hex(kQuic2Client), from_hex(kQuic2Server)}, {false, true}),
            std::string(kQuicClient) + " " + kQuicServer);
  EXPECT_EQ(quic_fingerprints({from_hex(kQuic1Client), from_hex(kQuic2Server)}, {false, true}),
            std::string(kQuicClient) + " " + kQuicServer)
      << "a server that goes on with another version";
}

// An Initial packet that no key opens, before the client's in its datagram.
TEST(Ja4Flow, QuicPacketsBehindOneThatDoesNotOpen) {
  if (!QuicInitialKeys::is_available()) {
    GTEST_SKIP() << "this build has no libcrypto";
  }
  const Bytes client = from_hex(kQuic1Client);
  const std::size_t id_end = 6 + client[5];
  Bytes unsound = part(client, 0, id_end) + Bytes{0, 0, 32} + zeros(32);
  EXPECT_EQ(quic_fingerprints({unsound + client}, {false}), std::string(kQuicClient) + " -");
  EXPECT_EQ(quic_fingerprints({unsound + unsound + unsound + client}, {false}),
            std::string(kQuicClient) + " -");
  unsound[6] ^= 1;
  EXPECT_EQ(quic_fingerprints({unsound + client}, {false}), "- -") << "of another connection";
  EXPECT_EQ(quic_fingerprints({unsound, client}, {false, false}), std::string(kQuicClient) + " -");
}
TEST(Ja4Flow, AQuicServersKeysNeedTheClientsPacket) {
  if (!QuicInitialKeys::is_available()) {
    GTEST_SKIP() << "this build has no libcrypto";
  }
  EXPECT_EQ(quic_fingerprints({from_hex(kQuic1Server)}, {true}), "- -");
  EXPECT_EQ(quic_fingerprints({from_hex(kQuic1Client)}, {false}), std::string(kQuicClient) + " -");
}

// ---------------------------------------------------------------- NFStream's plugin

std::string nfstream_text(const Bytes& payload, TlsHello::Kind kind = TlsHello::Kind::kClient) {
  NfstreamJa4Text text;
  switch (nfstream_ja4(payload, kind, text)) {
    case NfstreamHello::kFound:
      return std::string(text.view());
    case NfstreamHello::kBroken:
      return "broken";
    default:
      return "none";
  }
}

TEST(NfstreamJa4, EqualsTheSpecificationWhereTheyAgree) {
  EXPECT_EQ(nfstream_text(kClientStream), kJa4Example);
  EXPECT_EQ(nfstream_text(kServerStream, TlsHello::Kind::kServer), kJa4sExample);
  EXPECT_EQ(nfstream_text(kServerStream), "none");
  EXPECT_EQ(nfstream_text({}), "none");
  EXPECT_EQ(nfstream_text({22, 3, 1, 0, 9}), "broken");
}

TEST(NfstreamJa4, TheSecondOfTwoGreaseValuesStays) {
  HelloFields hello;
  hello.ciphers = {0x1a1a, 0x2a2a, 0x1301};
  hello.extensions = {{1}};
  HelloFields as_if = hello;
  as_if.ciphers = {0x2a2a, 0x1301};  // a single one is deleted as it should be
  const std::string text = nfstream_text(tls_records(client_hello(hello)));
  EXPECT_EQ(text.substr(0, 10), "t12i010100") << "they are counted right";
  EXPECT_NE(text, nfstream_text(tls_records(client_hello(as_if))));
}

TEST(NfstreamJa4, WhatPythonCannotReadIsBroken) {
  HelloFields hello;
  hello.has_extensions = false;
  EXPECT_EQ(nfstream_text(tls_records(client_hello(hello))), "broken");
  hello.has_extensions = true;
  hello.extensions = {{13}};
  EXPECT_EQ(nfstream_text(tls_records(client_hello(hello))), "broken");
  hello.extensions = {alpn(Bytes{0xff})};
  EXPECT_EQ(nfstream_text(tls_records(client_hello(hello))), "broken");
}

TEST(NfstreamJa4, VersionsAreNumbersLessTwoAndOne) {
  HelloFields hello;
  hello.extensions = {supported_versions({0x0304, 0x7f1c})};
  EXPECT_EQ(nfstream_text(tls_records(client_hello(hello))).substr(0, 6), "t12527");
  hello.extensions = {{1}};
  hello.version = 0x0300;
  EXPECT_EQ(nfstream_text(tls_records(client_hello(hello))).substr(0, 4), "t1-1");
}

TEST(NfstreamJa4, TheHelloComesRightBehindTheHandshake) {
  const Recipe recipe = nfstream_recipe({"ja4"});
  const Bytes other = {'x'};
  EXPECT_EQ(
      Connection().handshake().client(kClientStream).server(kServerStream).fingerprints(recipe),
      kBoth);
  EXPECT_EQ(Connection().client(kClientStream).server(kServerStream).fingerprints(recipe), "- -")
      << "no SYN";
  EXPECT_EQ(Connection().handshake().client(other).client(kClientStream, 1).fingerprints(recipe),
            "- -");
  EXPECT_EQ(Connection(true).handshake().client(kClientStream).fingerprints(recipe), "- -");
  const Bytes broken = {22, 3, 1, 0, 9};
  EXPECT_EQ(Connection().handshake().client(kClientStream).server(broken).fingerprints(recipe),
            "- -")
      << "a server's packet that it cannot read erases the client's";
}

}  // namespace
}  // namespace netml
