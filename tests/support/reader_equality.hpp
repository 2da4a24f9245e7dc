#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <pcap/pcap.h>

#include "netml/capture/pcap_file.hpp"
#include "netml/core/error.hpp"

#include "support/link_frames.hpp"
#include "support/read_capture.hpp"

// Our reader against libpcap's: what they must have in common, and where they may differ.
namespace netml::test {

/// A capture as one reader had it. `refusal` is the InputError's reason; empty: it could be opened.
struct Reading {
  ReadCapture capture;
  std::string refusal;
};

template <typename Open>
Reading read_with(Open open, const std::string& path) {
  Reading reading;
  try {
    reading.capture = read_all(*open(path, CaptureOptions{}));
  } catch (const InputError& error) {
    reading.refusal = std::string(error.what()).substr(path.size() + 2);
  }
  return reading;
}

inline std::uint32_t u32_at(const Bytes& bytes, std::size_t offset, bool is_big) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value |= std::uint32_t{bytes[offset + i]} << (is_big ? 24 - 8 * i : 8 * i);
  }
  return value;
}

inline bool is_big_endian(const Bytes& bytes) {
  const std::size_t magic = bytes.size() >= 12 && bytes[0] == 0x0a ? 8 : 0;
  return bytes.size() > magic && (bytes[magic] == 0xa1 || bytes[magic] == 0x1a);
}

/// Whether a section in the other byte order than the first one's begins before `end`.
inline bool has_turned_section(const Bytes& bytes, std::size_t end) {
  const bool is_big = is_big_endian(bytes);
  for (std::size_t i = 4; i + 12 <= bytes.size() && i < end; ++i) {
    if (u32_at(bytes, i, false) == 0x0a0d0d0a && u32_at(bytes, i + 8, !is_big) == 0x1a2b3c4d) {
      return true;
    }
  }
  return false;
}

/// Whether libpcap stopped at what ours reads.
inline bool stopped_at_a_difference(const std::string& message, const Bytes& bytes) {
  for (const char* reason : {"an interface has a type ", "an interface has a snapshot length ",
                             "the file has sections with different byte orders"}) {
    if (message.rfind(reason, 0) == 0) {
      return true;
    }
  }
  // libpcap mostly stumbles over the length of such a section before it sees the magic.
  const std::size_t byte = message.rfind(", byte ");
  const std::size_t end =
      byte == std::string::npos ? bytes.size() : std::stoull(message.substr(byte + 7));
  return has_turned_section(bytes, end);
}

// Releases differ in wording, and before 1.10.5 in the sign of seconds.
inline bool is_measured_release() {
  return std::string_view(pcap_lib_version()).substr(0, 22) == "libpcap version 1.10.3";
}

// Headers that libpcap turns into this machine's byte order and ours leaves: CAN in LINUX_SLL
// and LINUX_SLL2, USB, NFLOG.
inline bool has_host_order_header(const ReadPacket& packet, const Bytes& file) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  const bool is_turned = !is_big_endian(file);
#else
  const bool is_turned = is_big_endian(file);
#endif
  const auto holds_can = [&](int link_type, std::size_t protocol) {
    return packet.link_type == link_type && packet.bytes.size() >= protocol + 2 &&
           packet.bytes[protocol] == 0 &&
           (packet.bytes[protocol + 1] == 12 || packet.bytes[protocol + 1] == 13);
  };
  return is_turned &&
         (holds_can(dlt::kSll, 14) || holds_can(dlt::kSll2, 0) || packet.link_type == 189 ||
          packet.link_type == 220 || packet.link_type == 239);
}

inline bool same_packet(const ReadPacket& ours, const ReadPacket& theirs, const Bytes& file) {
  ReadPacket expected = theirs;
  if (!is_measured_release()) {
    expected.seconds = ours.seconds;
    expected.subsecond_ns = ours.subsecond_ns;
  }
  if (has_host_order_header(ours, file) && ours.bytes.size() == theirs.bytes.size()) {
    expected.bytes = ours.bytes;
  }
  return ours == expected;
}

/// The text before the first number: ours counts the file header's bytes from its beginning, and
/// says where the damage is.
inline std::string wording(const std::string& reason) {
  return reason.substr(0, reason.find_first_of("0123456789"));
}

/// How the two differ; empty when they may.
inline std::string difference(const Reading& ours, const Reading& theirs, const Bytes& file) {
  if (!theirs.refusal.empty()) {
    const bool is_same_reason = wording(ours.refusal).rfind(wording(theirs.refusal), 0) == 0;
    const bool may_differ = stopped_at_a_difference(theirs.refusal, file) ||
                            (!is_measured_release() && !ours.refusal.empty());
    return is_same_reason || may_differ ? "" : ours.refusal + " | " + theirs.refusal;
  }
  if (!ours.refusal.empty()) {
    return "only ours: " + ours.refusal;
  }
  const ReadCapture& a = ours.capture;
  const ReadCapture& b = theirs.capture;
  for (std::size_t i = 0; i < std::min(a.packets.size(), b.packets.size()); ++i) {
    if (!same_packet(a.packets[i], b.packets[i], file)) {
      return "packet " + std::to_string(i);
    }
  }
  if (a.link_type != b.link_type) {
    return "link type";
  }
  if (b.end == ReadStatus::kDamaged && stopped_at_a_difference(b.damage, file)) {
    return a.packets.size() < b.packets.size() ? "fewer packets" : "";
  }
  if (a.packets.size() != b.packets.size() || a.packets_seen != b.packets_seen) {
    return "packets: " + std::to_string(a.packets.size()) + " | " +
           std::to_string(b.packets.size()) + " " + a.damage + " | " + b.damage;
  }
  const auto place = [](const std::string& damage) {
    return damage.substr(std::min(damage.rfind(" [packet "), damage.size()));
  };
  const bool same_damage =
      is_measured_release() ? a.damage == b.damage : place(a.damage) == place(b.damage);
  if (a.end != b.end || !same_damage) {
    return "end: " + a.damage + " | " + b.damage;
  }
  return a.clock_out_of_range == b.clock_out_of_range ? "" : "saturated times";
}

}  // namespace netml::test
