#include "netml/features/ja4_nfstream.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace netml {
namespace {

using Bytes = std::span<const std::uint8_t>;

// NFStream cuts slices off a list, which may be shorter than asked for; it stumbles over numbers
// without digits, and over a list that a length of 0 did not make.
class Slices {
 public:
  explicit Slices(Bytes bytes) noexcept : bytes_(bytes) {}

  Bytes rest() const noexcept { return bytes_; }
  Bytes take(std::size_t count) noexcept {
    const Bytes slice = bytes_.first(std::min(count, bytes_.size()));
    bytes_ = bytes_.subspan(slice.size());
    return slice;
  }
  std::optional<std::size_t> number(std::size_t count) noexcept {
    const Bytes slice = take(count);
    if (slice.empty()) {
      return std::nullopt;
    }
    std::size_t value = 0;
    for (const std::uint8_t byte : slice) {
      value = value << 8 | byte;
    }
    return value;
  }
  /// What follows a length of `length_bytes`; nothing without one. An empty block is no list.
  std::optional<Bytes> block(std::size_t length_bytes) noexcept {
    const auto length = number(length_bytes);
    return length ? std::optional(take(*length)) : std::nullopt;
  }

 private:
  Bytes bytes_;
};

/// Two-byte values, in the order in which they are hashed in the end.
class Values {
 public:
  void add(std::uint16_t value) noexcept {
    if (size_ < list_.size()) {
      list_[size_++] = value;
    }
  }
  /// False for a half value at the end.
  bool add(Bytes bytes) noexcept {
    const TlsValues values(bytes);
    for (std::size_t i = 0; i < values.size(); ++i) {
      add(values[i]);
    }
    return bytes.size() % 2 == 0;
  }

  std::size_t count_without_grease() const noexcept {
    constexpr std::ptrdiff_t kMost = 99;
    return static_cast<std::size_t>(
        std::min(kMost, std::count_if(list_.begin(), list_.begin() + end(),
                                      [](std::uint16_t value) { return !is_tls_grease(value); })));
  }
  /// Deletes while it walks along, which spares the value behind each deleted one.
  void remove_grease() noexcept {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      if (is_tls_grease(list_[i]) && ++i == size_) {
        break;
      }
      list_[kept++] = list_[i];
    }
    size_ = kept;
  }
  void sort() noexcept { std::sort(list_.begin(), list_.begin() + end()); }
  std::span<const std::uint16_t> all() const noexcept { return std::span(list_).first(size_); }

 private:
  std::ptrdiff_t end() const noexcept { return static_cast<std::ptrdiff_t>(size_); }

  std::array<std::uint16_t, 65'536 / 2> list_;  // a payload has room for no more
  std::size_t size_ = 0;
};

/// Content of an extension: not there, there and empty (which NFStream cannot read), or bytes.
using Content = std::optional<Bytes>;

struct Extensions {
  Values types;  ///< each once
  Content server_name, alpn, signature_algorithms, supported_versions;

  bool read(Bytes bytes) noexcept;
};

bool Extensions::read(Bytes bytes) noexcept {
  std::array<std::uint64_t, 65'536 / 64> seen{};
  for (Slices slices(bytes); !slices.rest().empty();) {
    const Bytes type_bytes = slices.take(2);
    const auto data = slices.block(2);
    if (!data) {
      return false;
    }
    const auto type = static_cast<std::uint16_t>(type_bytes[0] << 8 | type_bytes[1]);
    const std::uint64_t bit = std::uint64_t{1} << (type % 64);
    if ((seen[type / 64] & bit) == 0) {
      seen[type / 64] |= bit;
      types.add(type);
    }
    switch (type) {
      case tls_extension::kServerName:
        server_name = data;
        break;
      case tls_extension::kAlpn:
        alpn = data;
        break;
      case tls_extension::kSignatureAlgorithms:
        signature_algorithms = data;
        break;
      case tls_extension::kSupportedVersions:
        supported_versions = data;
        break;
      default:
        break;
    }
  }
  return true;
}

// A list behind its length, which must be all that there is.
std::optional<Bytes> exact_block(Bytes data, std::size_t length_bytes) noexcept {
  Slices slices(data);
  const auto length = slices.number(length_bytes);
  return length && *length == slices.rest().size() ? std::optional(slices.rest()) : std::nullopt;
}

void add_number(std::int64_t value, NfstreamJa4Text& text) noexcept {
  if (value < 0) {
    text.add('-');
    value = -value;
  }
  int digits = 1;
  for (std::int64_t rest = value; rest >= 10; rest /= 10) {
    ++digits;
  }
  text.add_decimal(static_cast<std::size_t>(value), digits);
}

// 0x0303 is 12: one number less 2, the other less 1.
void add_version(std::uint8_t high, std::int64_t low, NfstreamJa4Text& text) noexcept {
  add_number(high - 2, text);
  add_number(low - 1, text);
}

bool add_client_version(Bytes data, NfstreamJa4Text& text) noexcept {
  const auto list = exact_block(data, 1);
  Values versions;
  if (!list || !versions.add(*list)) {
    return false;
  }
  versions.remove_grease();
  versions.sort();
  if (versions.all().empty()) {
    return false;
  }
  const std::uint16_t highest = versions.all().back();
  add_version(static_cast<std::uint8_t>(highest >> 8), highest & 0xff, text);
  return true;
}

// All bytes behind the first are one number; more than seven are refused here.
bool add_server_version(Bytes data, NfstreamJa4Text& text) noexcept {
  constexpr std::size_t kMostBytes = 8;
  if (data.size() < 2 || data.size() > kMostBytes) {
    return false;
  }
  const auto low = Slices(data.subspan(1)).number(data.size() - 1);
  add_version(data[0], static_cast<std::int64_t>(*low), text);
  return true;
}

// Length of the UTF-8 character at the start (RFC 3629); 0 for none.
std::size_t character_length(Bytes bytes) noexcept {
  const std::uint8_t first = bytes[0];
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xc2 && first < 0xe0 ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  if (length == 0 || length > bytes.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((bytes[i] & 0xc0) != 0x80) {
      return 0;
    }
  }
  const bool is_overlong = (first == 0xe0 && bytes[1] < 0xa0) || (first == 0xf0 && bytes[1] < 0x90);
  const bool is_out = (first == 0xed && bytes[1] >= 0xa0) || (first == 0xf4 && bytes[1] >= 0x90);
  return length > 1 && (is_overlong || is_out) ? 0 : length;
}

void add_lower(Bytes character, NfstreamJa4Text& text) noexcept {
  for (const std::uint8_t byte : character) {
    text.add(static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte));
  }
}

// First and last character of the first protocol, which must be UTF-8.
bool add_alpn(const Content& content, NfstreamJa4Text& text) noexcept {
  if (!content) {
    text.add("00");
    return true;
  }
  const auto list = exact_block(*content, 2);
  if (!list) {
    return false;
  }
  if (list->empty()) {
    text.add("00");
    return true;
  }
  Slices slices(*list);
  const Bytes protocol = slices.block(1).value_or(Bytes{});
  Bytes first, last;
  for (Bytes rest = protocol; !rest.empty(); rest = rest.subspan(last.size())) {
    const std::size_t length = character_length(rest);
    if (length == 0) {
      return false;
    }
    last = rest.first(length);
    first = first.empty() ? last : first;
  }
  if (first.empty()) {
    return false;
  }
  add_lower(first, text);
  add_lower(last, text);
  return true;
}

void add_all(const Values& values, Ja4Hash& hash) noexcept {
  for (const std::uint16_t value : values.all()) {
    hash.add(value);
  }
}

bool add_extension_hash(Extensions& extensions, NfstreamJa4Text& text) noexcept {
  Ja4Hash hash;
  extensions.types.remove_grease();
  extensions.types.sort();
  for (const std::uint16_t type : extensions.types.all()) {
    if (type != tls_extension::kServerName && type != tls_extension::kAlpn) {
      hash.add(type);
    }
  }
  if (extensions.signature_algorithms) {
    const auto list = exact_block(*extensions.signature_algorithms, 2);
    Values algorithms;
    if (!list || !algorithms.add(*list)) {
      return false;
    }
    if (!algorithms.all().empty()) {
      algorithms.remove_grease();
      hash.begin_second();
      add_all(algorithms, hash);
    }
  }
  hash.append_to(text);
  return true;
}

/// The fields that both hellos begin with, and where the ciphers are.
struct Fields {
  std::uint16_t version = 0;
  Bytes ciphers;
  Bytes extensions;

  bool read(Slices& slices, TlsHello::Kind kind) noexcept;
};

bool Fields::read(Slices& slices, TlsHello::Kind kind) noexcept {
  constexpr std::size_t kRandom = 32;
  slices.take(kRandom);
  if (!slices.block(1)) {
    return false;
  }
  if (kind == TlsHello::Kind::kClient) {
    const auto suites = slices.block(2);
    if (!suites || suites->empty() || !slices.block(1)) {
      return false;
    }
    ciphers = *suites;
  } else {
    ciphers = slices.take(2);
    slices.take(1);
  }
  const auto block = slices.block(2);
  extensions = block.value_or(Bytes{});
  return !extensions.empty();
}

bool add_client(const Fields& fields, Extensions& extensions, NfstreamJa4Text& text) noexcept {
  text.add(extensions.server_name ? 'd' : 'i');
  Values ciphers;
  if (!ciphers.add(fields.ciphers)) {
    return false;
  }
  text.add_decimal(ciphers.count_without_grease(), 2);
  text.add_decimal(extensions.types.count_without_grease(), 2);
  if (!add_alpn(extensions.alpn, text)) {
    return false;
  }
  ciphers.remove_grease();
  ciphers.sort();
  Ja4Hash hash;
  add_all(ciphers, hash);
  text.add('_');
  hash.append_to(text);
  text.add('_');
  return add_extension_hash(extensions, text);
}

bool add_server(const Fields& fields, const Extensions& extensions,
                NfstreamJa4Text& text) noexcept {
  text.add_decimal(extensions.types.count_without_grease(), 2);
  if (!add_alpn(extensions.alpn, text)) {
    return false;
  }
  text.add('_');
  for (const std::uint8_t byte : fields.ciphers) {
    text.add_hex(byte);
  }
  Ja4Hash hash;
  add_all(extensions.types, hash);
  text.add('_');
  hash.append_to(text);
  return true;
}

bool add_fingerprint(Slices& slices, TlsHello::Kind kind, std::uint16_t version,
                     NfstreamJa4Text& text) noexcept {
  Fields fields;
  Extensions extensions;
  if (!fields.read(slices, kind) || !extensions.read(fields.extensions)) {
    return false;
  }
  const bool is_client = kind == TlsHello::Kind::kClient;
  text.clear();
  text.add('t');
  if (!extensions.supported_versions) {
    add_version(static_cast<std::uint8_t>(version >> 8), version & 0xff, text);
  } else if (!(is_client ? add_client_version(*extensions.supported_versions, text)
                         : add_server_version(*extensions.supported_versions, text))) {
    return false;
  }
  return is_client ? add_client(fields, extensions, text) : add_server(fields, extensions, text);
}

}  // namespace

// Record: type, version (2), length (2); message: type, length (3); version (2). No length but
// those of the lists is looked at.
NfstreamHello nfstream_ja4(std::span<const std::uint8_t> payload, TlsHello::Kind kind,
                           NfstreamJa4Text& text) noexcept {
  constexpr std::uint8_t kHandshake = 22, kMajorVersion = 3;
  Slices slices(payload);
  const Bytes record = slices.take(5), message = slices.take(4), version = slices.take(2);
  if (record.size() < 2 || record[0] != kHandshake || record[1] != kMajorVersion) {
    return NfstreamHello::kNone;
  }
  if (message.empty()) {
    return NfstreamHello::kBroken;
  }
  if (message[0] != 1 && message[0] != 2) {
    return NfstreamHello::kNone;
  }
  if (version.empty()) {
    return NfstreamHello::kBroken;
  }
  if (version[0] != kMajorVersion || message[0] != static_cast<std::uint8_t>(kind)) {
    return NfstreamHello::kNone;
  }
  const auto legacy = static_cast<std::uint16_t>(version[0] << 8 | version.back());
  return add_fingerprint(slices, kind, legacy, text) ? NfstreamHello::kFound
                                                     : NfstreamHello::kBroken;
}

}  // namespace netml
