#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "support/frames.hpp"

// TLS hellos built by hand (RFC 8446, 4.1).
namespace netml::test {

struct TlsExtensionBytes {
  std::size_t type = 0;
  Bytes data = {};
};

inline Bytes tls_block16(const Bytes& bytes) {
  return u16(bytes.size()) + bytes;
}
inline Bytes tls_values(const std::vector<std::size_t>& values) {
  Bytes bytes;
  for (const std::size_t value : values) {
    bytes = bytes + u16(value);
  }
  return bytes;
}

inline TlsExtensionBytes server_name(const std::string& name) {
  return {0, tls_block16(Bytes{0} + tls_block16(Bytes(name.begin(), name.end())))};
}
inline TlsExtensionBytes alpn(const Bytes& protocol) {
  return {16, tls_block16(Bytes{static_cast<std::uint8_t>(protocol.size())} + protocol)};
}
inline TlsExtensionBytes alpn(const std::string& protocol) {
  return alpn(Bytes(protocol.begin(), protocol.end()));
}
inline TlsExtensionBytes signature_algorithms(const std::vector<std::size_t>& values) {
  return {13, tls_block16(tls_values(values))};
}
inline TlsExtensionBytes supported_versions(const std::vector<std::size_t>& values) {
  const Bytes bytes = tls_values(values);
  return {43, Bytes{static_cast<std::uint8_t>(bytes.size())} + bytes};
}

struct HelloFields {
  std::size_t version = 0x0303;
  std::vector<std::size_t> ciphers = {0x1301};
  std::vector<TlsExtensionBytes> extensions = {};
  bool has_extensions = true;
};

inline Bytes handshake(std::uint8_t type, const Bytes& body) {
  return Bytes{type, 0} + u16(body.size()) + body;
}

inline Bytes extension_block(const HelloFields& with) {
  Bytes bytes;
  for (const TlsExtensionBytes& extension : with.extensions) {
    bytes = bytes + u16(extension.type) + tls_block16(extension.data);
  }
  return with.has_extensions ? tls_block16(bytes) : Bytes{};
}

inline Bytes client_hello(const HelloFields& with) {
  return handshake(1, u16(with.version) + Bytes(32, 7) + Bytes{0} +
                          tls_block16(tls_values(with.ciphers)) + Bytes{1, 0} +
                          extension_block(with));
}

inline Bytes server_hello(const HelloFields& with) {
  return handshake(2, u16(with.version) + Bytes(32, 9) + Bytes{0} + tls_values(with.ciphers) +
                          Bytes{0} + extension_block(with));
}

/// Handshake bytes in records of at most `most` bytes.
inline Bytes tls_records(const Bytes& message, std::size_t most = 16'384) {
  Bytes stream;
  for (std::size_t at = 0; at < message.size(); at += most) {
    const auto begin = message.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t length = std::min(most, message.size() - at);
    stream = stream + Bytes{22, 3, 1} +
             tls_block16(Bytes(begin, begin + static_cast<std::ptrdiff_t>(length)));
  }
  return stream;
}

/// The example of the JA4 specification (FoxIO, technical_details/JA4.md), with GREASE as Chrome
/// has it: t13d1516h2_8daaf6152771_e5627efa2ab1.
inline HelloFields ja4_example() {
  HelloFields hello;
  hello.ciphers = {0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030,
                   0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035};
  hello.extensions = {
      {0x6a6a},
      {0x001b, {2, 0, 2}},
      server_name("example.com"),
      {0x0033, zeros(40)},
      alpn("h2"),
      {0x4469, zeros(5)},
      {0x0017},
      {0x002d, {1, 1}},
      signature_algorithms({0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601}),
      {0x0005, {1, 0, 0, 0, 0}},
      {0x0023},
      {0x0012},
      supported_versions({0xdada, 0x0304, 0x0303}),
      {0xff01, {0}},
      {0x000b, {1, 0}},
      {0x000a, {0, 4, 0x1a, 0x1a, 0, 29}},
      {0xbaba, {0}},
      {0x0015, zeros(20)}};
  return hello;
}
inline constexpr const char* kJa4Example = "t13d1516h2_8daaf6152771_e5627efa2ab1";

/// The example of technical_details/JA4S.md: t120400_c030_4e8089b08790.
inline HelloFields ja4s_example() {
  HelloFields hello;
  hello.ciphers = {0xc030};
  hello.extensions = {{0x0005}, {0x0017}, {0xff01, {0}}, {0x0000}};
  return hello;
}
inline constexpr const char* kJa4sExample = "t120400_c030_4e8089b08790";

}  // namespace netml::test
