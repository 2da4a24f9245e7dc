#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "netml/core/error.hpp"
#include "netml/dataset/labels.hpp"

namespace netml::test {

constexpr std::int64_t kLabelSecond = 1'000'000'000;

inline FlowIdentity label_flow(const char* src, int src_port, const char* dst, int dst_port,
                               int protocol, std::int64_t first_ns, std::int64_t last_ns) {
  FlowIdentity flow;
  flow.src = *parse_ip_address(src);
  flow.dst = *parse_ip_address(dst);
  flow.src_port = static_cast<std::uint16_t>(src_port);
  flow.dst_port = static_cast<std::uint16_t>(dst_port);
  flow.protocol = static_cast<std::uint8_t>(protocol);
  flow.first_ns = first_ns;
  flow.last_ns = last_ns;
  return flow;
}

/// The other direction of it.
inline FlowIdentity swapped(const FlowIdentity& flow) {
  FlowIdentity other = flow;
  other.src = flow.dst;
  other.dst = flow.src;
  other.src_port = flow.dst_port;
  other.dst_port = flow.src_port;
  return other;
}

/// "1 DDoS", or "none".
inline std::string said(const std::optional<LabelMatch>& match) {
  return match ? std::to_string(match->value) + " " + std::string(match->name) : "none";
}

/// What a text is refused with, or "accepted".
inline std::string label_refusal(const std::string& text, const LabelOptions& options = {}) {
  try {
    LabelFile::parse(text, "l", options);
  } catch (const DataError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace netml::test
