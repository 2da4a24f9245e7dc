#include "netml/decode/tls_hello.hpp"

#include <array>

#include <gtest/gtest.h>

#include "support/quic_packets.hpp"
#include "support/tls_messages.hpp"

namespace netml {
namespace {

using namespace test;

TEST(TlsHello, FieldsOfAClientHello) {
  // RFC 9001, A.2.
  const Bytes message = from_hex(kQuicClientHello);
  TlsHello hello;
  ASSERT_TRUE(TlsHello::read(message, hello));
  EXPECT_EQ(hello.kind, TlsHello::Kind::kClient);
  EXPECT_EQ(hello.legacy_version, 0x0303);
  EXPECT_EQ(hello.random[0], 0xeb);
  EXPECT_TRUE(hello.session_id.empty());
  ASSERT_EQ(hello.cipher_suites.size(), 2u);
  EXPECT_EQ(hello.cipher_suites[1], 0x1302);
  EXPECT_TRUE(hello.has_server_name);
  EXPECT_EQ(hello.server_name, "example.com");
  EXPECT_EQ(hello.alpn, "alpn");
  EXPECT_EQ(hello.version(), 0x0304);
  ASSERT_EQ(hello.signature_algorithms.size(), 7u);
  EXPECT_EQ(hello.signature_algorithms[6], 0x0806);
}

TEST(TlsHello, FieldsOfAServerHello) {
  // RFC 9001, A.3.
  const Bytes message = from_hex(kQuicServerHello);
  TlsHello hello;
  ASSERT_TRUE(TlsHello::read(message, hello));
  EXPECT_EQ(hello.kind, TlsHello::Kind::kServer);
  ASSERT_EQ(hello.cipher_suites.size(), 1u);
  EXPECT_EQ(hello.cipher_suites[0], 0x1301);
  EXPECT_EQ(hello.version(), 0x0304);
}

TEST(TlsHello, ExtensionsMayBeMissing) {
  const Bytes message = client_hello({.version = 0x0300, .has_extensions = false});
  TlsHello hello;
  ASSERT_TRUE(TlsHello::read(message, hello));
  EXPECT_TRUE(hello.extensions.empty());
  EXPECT_FALSE(hello.has_server_name);
  EXPECT_EQ(hello.version(), 0x0300);
}

TEST(TlsHello, OneThatIsCutOrTooLongIsNone) {
  const Bytes message = client_hello(ja4_example());
  TlsHello hello;
  EXPECT_TRUE(TlsHello::read(message, hello));
  for (std::size_t size = 0; size < message.size(); ++size) {
    EXPECT_FALSE(TlsHello::read(first(message, size), hello)) << size;
  }
  EXPECT_FALSE(TlsHello::read(message + Bytes{0}, hello));
  // Lengths inside that disagree with the message's own.
  Bytes longer = message + Bytes{0};
  longer[3] = static_cast<std::uint8_t>(longer[3] + 1);
  EXPECT_FALSE(TlsHello::read(longer, hello));
}

TEST(TlsHello, AMalformedExtensionIsAsIfItWasEmpty) {
  HelloFields fields;
  fields.extensions = {{0, {0, 9, 0}}, {16, {0, 3, 9}}, {43, {9}}, {13, {0}}};
  const Bytes message = client_hello(fields);
  TlsHello hello;
  ASSERT_TRUE(TlsHello::read(message, hello));
  EXPECT_TRUE(hello.has_server_name);
  EXPECT_EQ(hello.server_name, "");
  EXPECT_EQ(hello.alpn, "");
  EXPECT_EQ(hello.version(), 0x0303);
  EXPECT_EQ(hello.signature_algorithms.size(), 0u);
}

TEST(TlsHello, GreaseIsThatOfRfc8701) {
  int count = 0;
  for (unsigned value = 0; value <= 0xffff; ++value) {
    count += is_tls_grease(static_cast<std::uint16_t>(value)) ? 1 : 0;
  }
  EXPECT_EQ(count, 16);
  EXPECT_TRUE(is_tls_grease(0x0a0a));
  EXPECT_TRUE(is_tls_grease(0xfafa));
  EXPECT_FALSE(is_tls_grease(0x0a1a));
}

// ---------------------------------------------------------------- records

TlsSearch search(const Bytes& stream, Bytes* found = nullptr) {
  std::array<std::uint8_t, kLongestTlsHello> scratch;
  std::span<const std::uint8_t> message;
  const TlsSearch result = find_tls_hello(stream, scratch, message);
  if (found != nullptr && result == TlsSearch::kFound) {
    found->assign(message.begin(), message.end());
  }
  return result;
}

TEST(FindTlsHello, RecordsOfAnySizeHoldTheSameMessage) {
  const Bytes message = client_hello(ja4_example());
  for (const std::size_t most : {1u, 2u, 3u, 4u, 5u, 100u, 16'384u}) {
    const Bytes stream = tls_records(message, most);
    Bytes found;
    EXPECT_EQ(search(stream + Bytes{22, 3, 3, 0, 1, 9}, &found), TlsSearch::kFound) << most;
    EXPECT_EQ(found, message);
    for (std::size_t size = 0; size < stream.size(); size += most < 5 ? 97 : 1) {
      EXPECT_EQ(search(first(stream, size)), TlsSearch::kNeedsMore) << most << " " << size;
    }
  }
}

TEST(FindTlsHello, SaysHowMuchIsMissingAtLeast) {
  const Bytes message = client_hello(ja4_example());
  for (const std::size_t most : {1u, 3u, 100u, 16'384u}) {
    const Bytes stream = tls_records(message, most);
    std::array<std::uint8_t, kLongestTlsHello> scratch;
    std::size_t searches = 0;
    for (std::size_t size = 0;; ++searches) {
      std::span<const std::uint8_t> start;
      const Bytes bytes = first(stream, size);
      if (find_tls_hello(bytes, scratch, start) == TlsSearch::kFound) {
        EXPECT_EQ(size, stream.size());
        break;
      }
      size += missing_of_handshake(start);
      ASSERT_LE(size, stream.size()) << "a search too late";
    }
    EXPECT_LE(searches, 60u) << "of " << stream.size() << " bytes in records of " << most;
  }
  EXPECT_EQ(missing_of_handshake({}), 1u);
  EXPECT_EQ(missing_of_handshake(Bytes{1, 0, 1, 2, 3}), 0x101u);
}

TEST(FindTlsHello, WhatIsNoHelloIsSeenEarly) {
  EXPECT_EQ(search({'G'}), TlsSearch::kNone);
  EXPECT_EQ(search({22, 2}), TlsSearch::kNone);
  EXPECT_EQ(search({22, 3, 1, 0, 0}), TlsSearch::kNone) << "an empty record";
  EXPECT_EQ(search({22, 3, 1, 0xff, 0xff}), TlsSearch::kNone);
  EXPECT_EQ(search({22, 3, 1, 0, 5, 11}), TlsSearch::kNone) << "a certificate";
  EXPECT_EQ(search({22, 3, 1, 0, 5, 1, 1, 0, 0}), TlsSearch::kNone) << "longer than any we read";
  EXPECT_EQ(search(tls_records(Bytes{1, 0, 0, 9}) + Bytes{23, 3, 3}), TlsSearch::kNone)
      << "another kind of record in the middle";
}

}  // namespace
}  // namespace netml
