#include "netml/pipeline/packet_id.hpp"

#include <algorithm>
#include <vector>

#include "netml/core/text_format.hpp"
#include "netml/decode/protocol_name.hpp"

namespace netml {
namespace {

PacketEnd source_of(const PacketFacts& packet) {
  return {packet.source, packet.ip_version, packet.source_port};
}

PacketEnd destination_of(const PacketFacts& packet) {
  return {packet.destination, packet.ip_version, packet.destination_port};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<MacAddress> parse_mac(std::string_view text) {
  const bool has_separators = text.size() == 17;
  if (!has_separators && text.size() != 12) {
    return std::nullopt;
  }
  const std::size_t step = has_separators ? 3 : 2;
  MacAddress mac{};
  for (std::size_t i = 0; i < mac.size(); ++i) {
    const int high = hex_digit(text[i * step]), low = hex_digit(text[i * step + 1]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    mac[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  if (!has_separators) {
    return mac;
  }
  const char separator = text[2];
  for (std::size_t i = 2; i < text.size(); i += step) {
    if (text[i] != separator || (separator != ':' && separator != '-')) {
      return std::nullopt;
    }
  }
  return mac;
}

std::optional<PacketEnd> parse_address(std::string_view text) {
  const bool is_in_brackets = text.size() > 2 && text.front() == '[' && text.back() == ']';
  if (is_in_brackets) {
    text = text.substr(1, text.size() - 2);
  }
  const std::optional<IpAddress> address = parse_ip_address(text);
  const int version = text.find(':') == std::string_view::npos ? 4 : 6;
  if (!address || (is_in_brackets && version == 4)) {
    return std::nullopt;
  }
  return PacketEnd{*address, version, 0};
}

std::optional<PacketEnd> parse_end(std::string_view text, bool with_port) {
  if (!with_port) {
    return parse_address(text);
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view before = text.substr(0, colon);
  const std::optional<std::uint64_t> port = parse_u64(text.substr(colon + 1));
  std::optional<PacketEnd> end = parse_address(before);
  const bool is_clear = end && (end->ip_version == 4 || before.front() == '[');
  if (!is_clear || !port || *port > UINT16_MAX) {
    return std::nullopt;
  }
  end->port = static_cast<std::uint16_t>(*port);
  return end;
}

std::string to_text(const PacketEnd& end, bool with_port) {
  std::string address = to_text(end.address, end.ip_version);
  if (!with_port) {
    return address;
  }
  return (end.ip_version == 6 ? "[" + address + "]" : address) + ":" + std::to_string(end.port);
}

template <typename End>
std::optional<PacketDirection> direction(const End& wanted, const End& source,
                                         const End& destination) {
  if (source == wanted) {
    return PacketDirection::kFrom;
  }
  return destination == wanted ? std::optional(PacketDirection::kTo) : std::nullopt;
}

std::optional<PacketDirection> direction_in_flow(const PacketId& id, const PacketFacts& packet) {
  if (packet.status != DecodeStatus::kOk || packet.protocol != id.protocol) {
    return std::nullopt;
  }
  const PacketEnd source = source_of(packet), destination = destination_of(packet);
  if (source == id.source && destination == id.destination) {
    return PacketDirection::kFrom;
  }
  return source == id.destination && destination == id.source ? std::optional(PacketDirection::kTo)
                                                              : std::nullopt;
}

}  // namespace

std::optional<PacketDirection> PacketId::direction_of(const PacketFacts& packet) const {
  if (packet.ip_version == 0) {
    return std::nullopt;
  }
  switch (kind) {
    case Kind::kFlow:
      return direction_in_flow(*this, packet);
    case Kind::kMac:
      return direction(std::optional(mac), packet.link.source, packet.link.destination);
    case Kind::kAddress:
      return direction(PacketEnd{source.address, source.ip_version, 0},
                       PacketEnd{packet.source, packet.ip_version, 0},
                       PacketEnd{packet.destination, packet.ip_version, 0});
  }
  return std::nullopt;
}

std::optional<PacketId> parse_packet_id(std::string_view text) {
  std::vector<std::string> words;
  for (const std::string& word : split(text, ' ')) {
    if (!word.empty()) {
      words.push_back(word);
    }
  }
  PacketId id;
  if (words.size() == 1) {
    if (const auto mac = parse_mac(words[0])) {
      id.kind = PacketId::Kind::kMac;
      id.mac = *mac;
      return id;
    }
    const auto address = parse_address(words[0]);
    if (!address) {
      return std::nullopt;
    }
    id.kind = PacketId::Kind::kAddress;
    id.source = *address;
    return id;
  }
  if (words.size() != 3) {
    return std::nullopt;
  }
  const auto protocol = parse_protocol(words[0]);
  if (!protocol) {
    return std::nullopt;
  }
  const auto source = parse_end(words[1], has_ports(*protocol));
  const auto destination = parse_end(words[2], has_ports(*protocol));
  if (!source || !destination || source->ip_version != destination->ip_version) {
    return std::nullopt;
  }
  id.protocol = *protocol;
  id.source = *source;
  id.destination = *destination;
  return id;
}

std::string to_text(const PacketId& id) {
  switch (id.kind) {
    case PacketId::Kind::kMac:
      return to_text(id.mac);
    case PacketId::Kind::kAddress:
      return to_text(id.source, false);
    case PacketId::Kind::kFlow:
      break;
  }
  const bool with_ports = has_ports(id.protocol);
  return protocol_name(id.protocol) + " " + to_text(id.source, with_ports) + " " +
         to_text(id.destination, with_ports);
}

std::optional<PacketId> id_of(const PacketFacts& packet, PacketId::Kind kind) {
  PacketId id;
  id.kind = kind;
  if (packet.ip_version == 0) {
    return std::nullopt;
  }
  switch (kind) {
    case PacketId::Kind::kMac:
      if (!packet.link.source) {
        return std::nullopt;
      }
      id.mac = *packet.link.source;
      return id;
    case PacketId::Kind::kAddress:
      id.source = {packet.source, packet.ip_version, 0};
      return id;
    case PacketId::Kind::kFlow:
      break;
  }
  if (packet.status != DecodeStatus::kOk) {
    return std::nullopt;
  }
  id.protocol = packet.protocol;
  id.source = source_of(packet);
  id.destination = destination_of(packet);
  return id;
}

}  // namespace netml
