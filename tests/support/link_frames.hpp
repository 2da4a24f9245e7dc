#pragma once

#include <string_view>

#include "support/frames.hpp"

// What stands before IP on links other than Ethernet, and between Ethernet and IP.
namespace netml::test {

/// DLT_ values.
namespace dlt {
inline constexpr int kNull = 0, kEthernet = 1, kPpp = 9, kRaw = 12, kRawBsd = 14, kPppSerial = 50,
                     kRawLinktype = 101, kCiscoHdlc = 104, kWlan = 105, kLoop = 108, kSll = 113,
                     kRadiotap = 127, kIpv4 = 228, kIpv6 = 229, kSll2 = 276;
}  // namespace dlt

inline Bytes reversed(const Bytes& bytes) {
  return {bytes.rbegin(), bytes.rend()};
}

inline Bytes repeated(std::size_t times, const Bytes& bytes) {
  Bytes all;
  for (std::size_t i = 0; i < times; ++i) {
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  return all;
}

inline Bytes llc(std::uint8_t sap, const Bytes& payload) {
  return Bytes{sap, sap, 3} + payload;
}

/// LLC and SNAP without anything before them.
inline Bytes llc_snap(std::size_t type, const Bytes& payload) {
  return llc(0xaa, Bytes{0, 0, 0} + u16(type) + payload);
}

inline Bytes mpls(std::initializer_list<std::size_t> labels, const Bytes& payload) {
  Bytes stack;
  std::size_t left = labels.size();
  for (const std::size_t label : labels) {
    --left;
    stack = std::move(stack) + u32(label << 12 | (left == 0 ? 0x100U : 0U) | 64);
  }
  return stack + payload;
}

/// From 02:00:00:00:00:01.
inline Bytes sll(std::size_t protocol, const Bytes& payload) {
  return u16(0) + u16(1) + u16(6) + Bytes{2, 0, 0, 0, 0, 1, 0, 0} + u16(protocol) + payload;
}

inline Bytes sll2(std::size_t protocol, const Bytes& payload) {
  return u16(protocol) + u16(0) + u32(3) + u16(1) + Bytes{0, 6} + Bytes{2, 0, 0, 0, 0, 1, 0, 0} +
         payload;
}

inline Bytes null_big(std::size_t family, const Bytes& payload) {
  return u32(family) + payload;
}

inline Bytes null_little(std::size_t family, const Bytes& payload) {
  return reversed(u32(family)) + payload;
}

inline Bytes ppp(std::size_t protocol, const Bytes& payload) {
  return u16(protocol) + payload;
}

/// With address and control field.
inline Bytes ppp_framed(std::size_t protocol, const Bytes& payload) {
  return Bytes{0xff, 3} + ppp(protocol, payload);
}

/// One-byte protocol field.
inline Bytes ppp_compressed(std::uint8_t protocol, const Bytes& payload) {
  return Bytes{protocol} + payload;
}

inline Bytes cisco_hdlc(std::size_t type, const Bytes& payload) {
  return Bytes{0x0f, 0} + u16(type) + payload;
}

struct WlanOptions {
  unsigned type = 2;  ///< 0 management, 1 control, 2 data
  unsigned subtype = 0;
  bool to_ds = true, from_ds = false;
  bool is_protected = false;
  bool has_ht_control = false;
  bool is_aggregate = false;  ///< A-MSDU: the payload gets a subframe header
  bool is_padded = false;     ///< header filled to four bytes, as radiotap's data pad says
};
inline constexpr unsigned kWlanQos = 8, kWlanNull = 4;

/// Address n is 02:00:00:00:00:0n; those of the subframe of an aggregate are :0a to :0b.
inline Bytes wlan(const WlanOptions& with, const Bytes& payload) {
  const auto address = [](std::uint8_t last) { return Bytes{2, 0, 0, 0, 0, last}; };
  const unsigned flags = (with.to_ds ? 1U : 0U) | (with.from_ds ? 2U : 0U) |
                         (with.is_protected ? 0x40U : 0U) | (with.has_ht_control ? 0x80U : 0U);
  Bytes header = Bytes{static_cast<std::uint8_t>(with.subtype << 4 | with.type << 2),
                       static_cast<std::uint8_t>(flags), 0, 0} +
                 address(1) + address(2) + address(3) + Bytes{0, 0};
  if (with.to_ds && with.from_ds) {
    header = std::move(header) + address(4);
  }
  if ((with.subtype & kWlanQos) != 0) {
    header = std::move(header) + Bytes{static_cast<std::uint8_t>(with.is_aggregate ? 0x80 : 0), 0};
  }
  header = std::move(header) + zeros(with.has_ht_control ? 4 : 0);
  header = header + zeros(with.is_padded ? (4 - header.size() % 4) % 4 : 0);
  if (with.is_aggregate) {
    header = std::move(header) + address(0xb) + address(0xa) + u16(payload.size());
  }
  return header + payload;
}

/// A radiotap header of `length` bytes whose first present word is `present`; `fields` follow it.
inline Bytes radiotap_raw(std::size_t length, std::size_t present, const Bytes& fields,
                          const Bytes& payload) {
  return Bytes{0, 0} + reversed(u16(length)) + reversed(u32(present)) + fields + payload;
}

struct RadiotapOptions {
  bool has_tsft = false;
  int more_present_words = 0;
  std::uint8_t flags = 0;  ///< 0x20: data pad
};
inline constexpr std::uint8_t kRadiotapDataPad = 0x20;

inline Bytes radiotap(const RadiotapOptions& with, const Bytes& payload) {
  Bytes fields;
  for (int i = with.more_present_words; i > 0; --i) {
    fields = std::move(fields) + Bytes{0, 0, 0, static_cast<std::uint8_t>(i > 1 ? 0x80 : 0)};
  }
  if (with.has_tsft) {
    fields = fields + zeros((8 - fields.size() % 8) % 8 + 8);
  }
  fields = std::move(fields) + Bytes{with.flags};
  const std::size_t present =
      2U | (with.has_tsft ? 1U : 0U) | (with.more_present_words > 0 ? 0x80000000U : 0U);
  return radiotap_raw(8 + fields.size(), present, fields, payload);
}

}  // namespace netml::test
