#include "netml/decode/tls_hello.hpp"

#include <algorithm>

namespace netml {
namespace {

constexpr std::size_t kMessageHeader = 4, kRecordHeader = 5;
constexpr std::uint8_t kHandshakeRecord = 22, kMajorVersion = 3;
constexpr std::size_t kLongestRecord = 16'384 + 256;

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The bytes behind a length; none where there are fewer.
std::span<const std::uint8_t> block16(ByteReader& reader) {
  const std::size_t length = reader.u16be();
  return reader.take(length);
}
std::span<const std::uint8_t> block8(ByteReader& reader) {
  const std::size_t length = reader.u8();
  return reader.take(length);
}

// RFC 6066, 3: a list of types and names, of which type 0 is a host name.
std::string_view host_name(ByteReader data) {
  ByteReader list(block16(data));
  while (list.remaining() != 0) {
    const std::uint8_t type = list.u8();
    const auto name = block16(list);
    if (list.ok() && type == 0) {
      return text_of(name);
    }
  }
  return {};
}

// RFC 7301, 3.1: a list of names.
std::string_view first_protocol(ByteReader data) {
  ByteReader list(block16(data));
  return text_of(block8(list));
}

void take_extension(const TlsExtensions::Extension& extension, TlsHello& hello) {
  ByteReader data(extension.data);
  const bool is_client = hello.kind == TlsHello::Kind::kClient;
  switch (extension.type) {
    case tls_extension::kServerName:
      hello.has_server_name = true;
      hello.server_name = host_name(data);
      break;
    case tls_extension::kAlpn:
      hello.alpn = first_protocol(data);
      break;
    case tls_extension::kSupportedVersions:
      hello.supported_versions = TlsValues(is_client ? block8(data) : data.take(2));
      break;
    case tls_extension::kSignatureAlgorithms:
      hello.signature_algorithms = TlsValues(block16(data));
      break;
    default:
      break;
  }
}

bool is_hello(std::uint8_t type) {
  return type == static_cast<std::uint8_t>(TlsHello::Kind::kClient) ||
         type == static_cast<std::uint8_t>(TlsHello::Kind::kServer);
}

}  // namespace

bool TlsExtensions::next(Extension& extension) noexcept {
  if (reader_.remaining() == 0) {
    return false;
  }
  extension.type = reader_.u16be();
  extension.data = block16(reader_);
  return reader_.ok();
}

std::uint16_t TlsHello::version() const noexcept {
  std::uint16_t highest = 0;
  for (std::size_t i = 0; i < supported_versions.size(); ++i) {
    const std::uint16_t version = supported_versions[i];
    highest = is_tls_grease(version) ? highest : std::max(highest, version);
  }
  return highest != 0 ? highest : legacy_version;
}

// Message type (1), length (3), version (2), random (32), session id (8-bit length), then
//   client: cipher suites (16-bit length), compression methods (8-bit length),
//   server: cipher suite (2), compression method (1),
// and, where there is anything left, extensions (16-bit length).
bool TlsHello::read(std::span<const std::uint8_t> message, TlsHello& hello) noexcept {
  constexpr std::size_t kRandom = 32;
  hello = {};
  ByteReader reader(message);
  const std::uint8_t type = reader.u8();
  const std::size_t length = std::size_t{reader.u8()} << 16 | reader.u16be();
  if (!is_hello(type) || !reader.ok() || length != reader.remaining()) {
    return false;
  }
  hello.kind = static_cast<Kind>(type);
  hello.legacy_version = reader.u16be();
  hello.random = reader.take(kRandom);
  hello.session_id = block8(reader);
  if (hello.kind == Kind::kClient) {
    hello.cipher_suites = TlsValues(block16(reader));
    block8(reader);
  } else {
    hello.cipher_suites = TlsValues(reader.take(2));
    reader.skip(1);
  }
  if (reader.ok() && reader.remaining() != 0) {
    hello.extensions = block16(reader);
  }
  TlsExtensions extensions(hello.extensions);
  for (TlsExtensions::Extension extension; extensions.next(extension);) {
    take_extension(extension, hello);
  }
  return reader.ok() && reader.remaining() == 0 && extensions.ok();
}

TlsSearch find_tls_handshake(std::span<const std::uint8_t> bytes,
                             std::span<const std::uint8_t>& message) noexcept {
  message = bytes;
  ByteReader reader(bytes);
  if (!bytes.empty() && !is_hello(reader.peek())) {
    return TlsSearch::kNone;
  }
  reader.skip(1);
  const std::size_t length = std::size_t{reader.u8()} << 16 | reader.u16be();
  if (!reader.ok()) {
    return TlsSearch::kNeedsMore;
  }
  if (kMessageHeader + length > kLongestTlsHello) {
    return TlsSearch::kNone;
  }
  if (length > reader.remaining()) {
    return TlsSearch::kNeedsMore;
  }
  message = bytes.first(kMessageHeader + length);
  return TlsSearch::kFound;
}

TlsSearch find_tls_hello(std::span<const std::uint8_t> stream, std::span<std::uint8_t> scratch,
                         std::span<const std::uint8_t>& message) noexcept {
  std::size_t gathered = 0;
  message = {};
  ByteReader reader(stream);
  for (bool is_first = true;; is_first = false) {
    const bool is_record = reader.peek() == kHandshakeRecord || reader.remaining() == 0;
    const bool is_tls = reader.peek(1) == kMajorVersion || reader.remaining() < 2;
    if (!is_record || !is_tls) {
      return TlsSearch::kNone;
    }
    if (reader.remaining() < kRecordHeader) {
      return TlsSearch::kNeedsMore;
    }
    reader.skip(3);
    const std::size_t length = reader.u16be();
    if (length == 0 || length > kLongestRecord) {
      return TlsSearch::kNone;
    }
    const bool is_whole = length <= reader.remaining();
    const auto fragment = reader.take(std::min(length, reader.remaining()));
    TlsSearch search = TlsSearch::kNone;
    if (is_first) {
      search = find_tls_handshake(fragment, message);
    }
    if (!is_first || (search == TlsSearch::kNeedsMore && is_whole)) {
      // Of what does not fit only the start is needed: find_tls_handshake() sees by its length.
      const std::size_t taken = std::min(fragment.size(), scratch.size() - gathered);
      std::copy_n(fragment.begin(), taken, scratch.begin() + static_cast<std::ptrdiff_t>(gathered));
      gathered += taken;
      search = find_tls_handshake(scratch.first(gathered), message);
    }
    if (search != TlsSearch::kNeedsMore || !is_whole) {
      return search;
    }
  }
}

std::size_t missing_of_handshake(std::span<const std::uint8_t> start) noexcept {
  ByteReader reader(start);
  reader.skip(1);
  const std::size_t length = std::size_t{reader.u8()} << 16 | reader.u16be();
  const bool is_short = reader.ok() && length > reader.remaining();
  return is_short ? length - reader.remaining() : 1;
}

}  // namespace netml
