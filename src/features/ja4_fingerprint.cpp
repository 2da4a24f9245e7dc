#include "netml/features/ja4_fingerprint.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace netml {
namespace {

constexpr std::size_t kMostCounted = 99;

/// The values of a list that are not GREASE. There is room for all that a hello can hold.
class ValueList {
 public:
  void add(std::uint16_t value) noexcept {
    if (!is_tls_grease(value) && size_ < values_.size()) {
      values_[size_++] = value;
    }
  }
  void sort() noexcept {
    std::sort(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(size_));
  }
  std::span<const std::uint16_t> all() const noexcept { return std::span(values_).first(size_); }

 private:
  std::array<std::uint16_t, kLongestTlsHello / 2> values_;
  std::size_t size_ = 0;
};

ValueList ciphers_of(const TlsHello& hello) {
  ValueList list;
  for (std::size_t i = 0; i < hello.cipher_suites.size(); ++i) {
    list.add(hello.cipher_suites[i]);
  }
  return list;
}

ValueList extensions_of(const TlsHello& hello) {
  ValueList list;
  TlsExtensions extensions(hello.extensions);
  for (TlsExtensions::Extension extension; extensions.next(extension);) {
    list.add(extension.type);
  }
  return list;
}

std::string_view version_text(std::uint16_t version) {
  switch (version) {
    case 0x0304:
      return "13";
    case 0x0303:
      return "12";
    case 0x0302:
      return "11";
    case 0x0301:
      return "10";
    case 0x0300:
      return "s3";
    case 0x0002:
      return "s2";
    default:
      return "00";
  }
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// First and last character of the protocol; where one of them is neither letter nor digit, of the
// protocol in hex.
template <typename Text>
void add_alpn(std::string_view alpn, Text& out) {
  if (alpn.empty()) {
    out.add("00");
  } else if (is_alphanumeric(alpn.front()) && is_alphanumeric(alpn.back())) {
    out.add(alpn.front());
    out.add(alpn.back());
  } else {
    FixedText<2> first, last;
    first.add_hex(static_cast<std::uint8_t>(alpn.front()));
    last.add_hex(static_cast<std::uint8_t>(alpn.back()));
    out.add(first.view().front());
    out.add(last.view().back());
  }
}

}  // namespace

Ja4Text ja4_of(const TlsHello& hello, char transport) noexcept {
  ValueList ciphers = ciphers_of(hello), extensions = extensions_of(hello);
  Ja4Text text;
  text.add(transport);
  text.add(version_text(hello.version()));
  text.add(hello.has_server_name ? 'd' : 'i');
  text.add_decimal(std::min(ciphers.all().size(), kMostCounted), 2);
  text.add_decimal(std::min(extensions.all().size(), kMostCounted), 2);
  add_alpn(hello.alpn, text);
  Ja4Hash cipher_hash, extension_hash;
  ciphers.sort();
  for (const std::uint16_t cipher : ciphers.all()) {
    cipher_hash.add(cipher);
  }
  extensions.sort();
  for (const std::uint16_t type : extensions.all()) {
    if (type != tls_extension::kServerName && type != tls_extension::kAlpn) {
      extension_hash.add(type);
    }
  }
  bool is_first = true;
  for (std::size_t i = 0; i < hello.signature_algorithms.size(); ++i) {
    const std::uint16_t algorithm = hello.signature_algorithms[i];
    if (is_tls_grease(algorithm)) {
      continue;
    }
    if (is_first) {
      extension_hash.begin_second();
      is_first = false;
    }
    extension_hash.add(algorithm);
  }
  text.add('_');
  cipher_hash.append_to(text);
  text.add('_');
  extension_hash.append_to(text);
  return text;
}

Ja4sText ja4s_of(const TlsHello& hello, char transport) noexcept {
  const ValueList extensions = extensions_of(hello);
  Ja4sText text;
  text.add(transport);
  text.add(version_text(hello.version()));
  text.add_decimal(std::min(extensions.all().size(), kMostCounted), 2);
  add_alpn(hello.alpn, text);
  text.add('_');
  text.add_hex(hello.cipher_suites.size() == 0 ? std::uint16_t{0} : hello.cipher_suites[0]);
  text.add('_');
  Ja4Hash hash;
  for (const std::uint16_t type : extensions.all()) {
    hash.add(type);
  }
  hash.append_to(text);
  return text;
}

}  // namespace netml
