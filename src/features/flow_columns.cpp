// The set `flow`: NFStream's core attributes (its SPEC, section 6), and the identity columns that
// go before sets without any.

#include <array>
#include <charconv>

#include "column_block.hpp"

namespace netml {
namespace {

constexpr char kNfstream[] = "NFStream";
constexpr char kOwn[] = "netml";

// Text of one row. Addresses are formatted here rather than by inet_ntop: most are IPv4.
struct RowText {
  std::array<char, 48> addresses[2];
  std::array<char, 18> macs[2];
};

std::string_view address_text(const IpAddress& address, int version, std::array<char, 48>& buffer) {
  if (version != 4) {
    const std::string text = to_text(address, version);
    std::copy(text.begin(), text.end(), buffer.begin());
    return {buffer.data(), text.size()};
  }
  char* end = buffer.data();
  for (std::size_t i = 12; i < 16; ++i) {
    end = std::to_chars(end, buffer.data() + buffer.size(), address.bytes[i]).ptr;
    *end++ = '.';
  }
  return {buffer.data(), static_cast<std::size_t>(end - 1 - buffer.data())};
}

std::string_view mac_text(const std::array<std::uint8_t, 6>& mac, std::array<char, 18>& buffer) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < mac.size(); ++i) {
    buffer[3 * i] = kDigits[mac[i] >> 4];
    buffer[3 * i + 1] = kDigits[mac[i] & 15];
    buffer[3 * i + 2] = ':';
  }
  return {buffer.data(), 17};
}

RowText& row_text() {
  thread_local RowText text;
  return text;
}

Cell u64(std::uint64_t value) {
  return Cell::of(value);
}

Cell source_ip(const ReadContext& c) {
  return Cell::plain(
      address_text(c.flow().source(), c.flow().key.ip_version, row_text().addresses[0]));
}
Cell destination_ip(const ReadContext& c) {
  return Cell::plain(
      address_text(c.flow().destination(), c.flow().key.ip_version, row_text().addresses[1]));
}
Cell source_mac(const ReadContext& c) {
  return Cell::plain(mac_text(c.flow().src_mac, row_text().macs[0]));
}
Cell destination_mac(const ReadContext& c) {
  return Cell::plain(mac_text(c.flow().dst_mac, row_text().macs[1]));
}
Cell source_oui(const ReadContext& c) {
  return Cell::plain(mac_text(c.flow().src_mac, row_text().macs[0]).substr(0, 8));
}
Cell destination_oui(const ReadContext& c) {
  return Cell::plain(mac_text(c.flow().dst_mac, row_text().macs[1]).substr(0, 8));
}
Cell source_port(const ReadContext& c) {
  return u64(c.flow().source_port());
}
Cell destination_port(const ReadContext& c) {
  return u64(c.flow().destination_port());
}
Cell protocol(const ReadContext& c) {
  return u64(c.flow().key.protocol);
}
Cell start_ns(const ReadContext& c) {
  return Cell::of(c.ns(c.flow().first_ns()));
}

ColumnInfo identity(const char* name, ColumnType type, const char* unit, const char* definition,
                    const char* source) {
  return {name, type, unit, definition, source, true};
}

const ColumnRow kSourceIp = {
    identity("src_ip", ColumnType::kText, "", "address of the sender of the flow's first packet",
             kNfstream),
    source_ip};
const ColumnRow kDestinationIp = {
    identity("dst_ip", ColumnType::kText, "", "address of the receiver of the flow's first packet",
             kNfstream),
    destination_ip};
const ColumnRow kSourcePort = {
    identity("src_port", ColumnType::kU64, "", "port of the sender; 0 for protocols without ports",
             kNfstream),
    source_port};
const ColumnRow kDestinationPort = {
    identity("dst_port", ColumnType::kU64, "",
             "port of the receiver; 0 for protocols without ports", kNfstream),
    destination_port};
const ColumnRow kProtocol = {
    identity("protocol", ColumnType::kU64, "", "IANA protocol number of the innermost IP payload",
             kNfstream),
    protocol};
const ColumnRow kStartNs = {
    identity("start_ns", ColumnType::kI64, "ns", "time of the first packet since 1970", kOwn),
    start_ns};

// ---------------------------------------------------------------- per scope

enum Scope { kBidirectional, kForwardScope, kBackwardScope };

constexpr const char* kScopePrefix[] = {"bidirectional_", "src2dst_", "dst2src_"};
constexpr const char* kScopeText[] = {"in both directions", "from source to destination",
                                      "from destination to source"};

Cell seen_ms(std::int64_t time, bool is_nfstream) {
  return Cell::of(is_nfstream ? time : time / 1'000'000 - (time % 1'000'000 < 0 ? 1 : 0));
}

template <Scope kScope>
const DirectionCounters& counters(const Flow& flow) {
  return flow.direction[kScope == kBackwardScope ? 1 : 0];
}

template <Scope kScope>
std::int64_t first_of(const Flow& flow) {
  return kScope == kBidirectional || counters<kScope>(flow).packets != 0
             ? counters<kScope>(flow).first_ns
             : 0;
}
template <Scope kScope>
std::int64_t last_of(const Flow& flow) {
  if constexpr (kScope == kBidirectional) {
    return flow.last_ns();
  } else {
    return counters<kScope>(flow).packets != 0 ? counters<kScope>(flow).last_ns : 0;
  }
}

template <Scope kScope>
Cell first_seen(const ReadContext& c) {
  return seen_ms(first_of<kScope>(c.flow()), c.is_nfstream);
}
template <Scope kScope>
Cell last_seen(const ReadContext& c) {
  return seen_ms(last_of<kScope>(c.flow()), c.is_nfstream);
}
template <Scope kScope>
Cell duration(const ReadContext& c) {
  return milliseconds(time_difference(last_of<kScope>(c.flow()), first_of<kScope>(c.flow())),
                      c.is_nfstream);
}
template <Scope kScope>
Cell packets(const ReadContext& c) {
  return u64(kScope == kBidirectional ? c.flow().packets() : counters<kScope>(c.flow()).packets);
}
template <Scope kScope>
Cell bytes(const ReadContext& c) {
  return u64(kScope == kBidirectional ? c.flow().bytes() : counters<kScope>(c.flow()).bytes);
}

template <Scope kScope>
void add_scope(RowBlock& block) {
  const std::string prefix = kScopePrefix[kScope];
  const std::string where = kScopeText[kScope];
  const auto add = [&](const char* name, ColumnType type, const char* unit,
                       const std::string& definition, bool is_identity,
                       Cell (*read)(const ReadContext&)) {
    block.add(
        {{prefix + name, type, unit, definition + " " + where, kNfstream, is_identity}, read});
  };
  add("first_seen_ms", ColumnType::kI64, "ms",
      "time of the first packet since 1970, rounded down; 0 without packets,", true,
      first_seen<kScope>);
  add("last_seen_ms", ColumnType::kI64, "ms",
      "time of the last packet since 1970, rounded down; 0 without packets,", true,
      last_seen<kScope>);
  add("duration_ms", ColumnType::kF64, "ms", "time from the first to the last packet", false,
      duration<kScope>);
  add("packets", ColumnType::kU64, "packets", "packets", false, packets<kScope>);
  add("bytes", ColumnType::kU64, "bytes", "sum of the packet sizes by --accounting", false,
      bytes<kScope>);
}

// ---------------------------------------------------------------- the rest of the core

Cell row_id(const ReadContext& c) {
  return u64(c.view.id);
}

// NFStream's code for the end: 1 active timeout, -1 forced, 0 everything else.
Cell expiration_id(const ReadContext& c) {
  switch (c.flow().end_reason) {
    case EndReason::kActive:
      return Cell::of(std::int64_t{1});
    case EndReason::kSplit:
    case EndReason::kEvicted:
    case EndReason::kPlugin:
      return Cell::of(std::int64_t{-1});
    default:
      return Cell::of(std::int64_t{0});
  }
}

Cell ip_version(const ReadContext& c) {
  return u64(c.flow().key.ip_version);
}
Cell vlan_id(const ReadContext& c) {
  return u64(c.flow().key.vlan);
}
Cell tunnel_id(const ReadContext& c) {
  return u64(c.flow().key.tunnel_id);
}
Cell end_ns(const ReadContext& c) {
  return Cell::of(c.flow().last_ns());
}
Cell end_reason(const ReadContext& c) {
  return Cell::plain(to_text(c.flow().end_reason));
}

void add_core(RowBlock& block, const Recipe& recipe) {
  block.add(
      {identity("id", ColumnType::kU64, "", "number of the row in its output, from 0", kNfstream),
       row_id});
  block.add({identity("expiration_id", ColumnType::kI64, "",
                      "1: ended by the active timeout, -1: by a packet limit, the memory budget or "
                      "a plugin, 0: "
                      "anything else",
                      kNfstream),
             expiration_id});
  block.add(kSourceIp);
  block.add({identity("src_mac", ColumnType::kText, "",
                      "source MAC of the first packet; zeros without one", kNfstream),
             source_mac});
  block.add({identity("src_oui", ColumnType::kText, "", "first three bytes of src_mac", kNfstream),
             source_oui});
  block.add(kSourcePort);
  block.add(kDestinationIp);
  block.add({identity("dst_mac", ColumnType::kText, "",
                      "destination MAC of the first packet; zeros without one", kNfstream),
             destination_mac});
  block.add({identity("dst_oui", ColumnType::kText, "", "first three bytes of dst_mac", kNfstream),
             destination_oui});
  block.add(kDestinationPort);
  block.add(kProtocol);
  block.columns.back().is_identity = false;  // here it is a column like others
  block.add(
      {{"ip_version", ColumnType::kU64, "", "4 or 6, of the innermost IP header", kNfstream, false},
       ip_version});
  block.add(
      {identity("vlan_id", ColumnType::kU64, "", "innermost VLAN id, 0 without a tag", kNfstream),
       vlan_id});
  if (recipe.preset != Preset::kNfstream || recipe.decode_tunnels) {
    block.add(
        {identity(
             "tunnel_id", ColumnType::kU64, "",
             "innermost tunnel: 0 none, 1 GTP-U, 2 CAPWAP, 3 TZSP, 4 IP in IP, 5 GRE, 6 VXLAN, 7 "
             "Geneve, 8 Teredo",
             kNfstream),
         tunnel_id});
  }
}

}  // namespace

std::unique_ptr<ColumnBlock> make_identity_block(const SetRequest&, const Recipe&) {
  auto block = std::make_unique<RowBlock>();
  for (const ColumnRow* row :
       {&kSourceIp, &kSourcePort, &kDestinationIp, &kDestinationPort, &kProtocol, &kStartNs}) {
    block->add(*row);
  }
  return block;
}

std::unique_ptr<ColumnBlock> make_flow_block(const SetRequest&, const Recipe& recipe) {
  auto block = std::make_unique<RowBlock>();
  block->has_identity = true;
  add_core(*block, recipe);
  add_scope<kBidirectional>(*block);
  add_scope<kForwardScope>(*block);
  add_scope<kBackwardScope>(*block);
  if (recipe.preset != Preset::kNfstream) {
    block->add(kStartNs);
    block->add(
        {identity("end_ns", ColumnType::kI64, "ns", "time of the last packet since 1970", kOwn),
         end_ns});
    block->add(
        {identity("end_reason", ColumnType::kText, "",
                  "why the flow ended: idle, active, tcp, split, evicted, plugin, end", kOwn),
         end_reason});
  }
  return block;
}

}  // namespace netml
