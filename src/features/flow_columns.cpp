// The set `flow`: NFStream's core attributes (its SPEC, section 6), and the identity columns that
// go before sets without any.

#include "address_text.hpp"
#include "column_block.hpp"
#include "scopes.hpp"

namespace netml {
namespace {

constexpr char kNfstream[] = "NFStream";
constexpr char kOwn[] = "netml";

ColumnInfo identity(const char* name, ColumnType type, const char* unit, const char* definition,
                    const char* source) {
  return {name, type, unit, definition, source, true};
}

ColumnInfo source_ip() {
  return identity("src_ip", ColumnType::kText, "",
                  "address of the sender of the flow's first packet", kNfstream);
}
ColumnInfo destination_ip() {
  return identity("dst_ip", ColumnType::kText, "",
                  "address of the receiver of the flow's first packet", kNfstream);
}
ColumnInfo source_port() {
  return identity("src_port", ColumnType::kU64, "",
                  "port of the sender; 0 for protocols without ports", kNfstream);
}
ColumnInfo destination_port() {
  return identity("dst_port", ColumnType::kU64, "",
                  "port of the receiver; 0 for protocols without ports", kNfstream);
}
ColumnInfo protocol() {
  return identity("protocol", ColumnType::kU64, "",
                  "IANA protocol number of the innermost IP payload", kNfstream);
}
ColumnInfo start_ns() {
  return identity("start_ns", ColumnType::kI64, "ns", "time of the first packet since 1970", kOwn);
}

class IdentityBlock final : public ColumnBlock {
 public:
  IdentityBlock() {
    columns = {source_ip(),        source_port(), destination_ip(),
               destination_port(), protocol(),    start_ns()};
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    CellWriter out(cells);
    put_all(context, out);
  }
  bool writes_csv() const noexcept override { return true; }
  void write_csv(const ReadContext& context, CsvCells& out) override { put_all(context, out); }

 private:
  template <typename Out>
  void put_all(const ReadContext& context, Out& out) {
    const Flow& flow = context.flow();
    out.put_padded(text_.source(flow));
    out.put(flow.source_port());
    out.put_padded(text_.destination(flow));
    out.put(flow.destination_port());
    out.put(flow.key.protocol);
    out.put(context.ns(flow.first_ns()));
  }

  AddressText text_;
};

// ---------------------------------------------------------------- the set

// A direction without packets; the preset has its durations in whole milliseconds.
constexpr std::size_t kScopeColumns = 5;
using Kind = Cell::Kind;
const ZeroCells<kScopeColumns> kNoScope({Kind::kI64, Kind::kI64, Kind::kMillionths, Kind::kU64,
                                         Kind::kU64});
const ZeroCells<kScopeColumns> kNoWholeScope({Kind::kI64, Kind::kI64, Kind::kI64, Kind::kU64,
                                              Kind::kU64});

std::int64_t seen_ms(std::int64_t time, bool is_nfstream) {
  return is_nfstream ? time : time / 1'000'000 - (time % 1'000'000 < 0 ? 1 : 0);
}

// NFStream's code for the end: 1 active timeout, -1 forced, 0 everything else.
std::int64_t expiration_id(EndReason reason) {
  switch (reason) {
    case EndReason::kActive:
      return 1;
    case EndReason::kSplit:
    case EndReason::kEvicted:
    case EndReason::kPlugin:
      return -1;
    default:
      return 0;
  }
}

class FlowBlock final : public ColumnBlock {
 public:
  explicit FlowBlock(const Recipe& recipe)
      : has_tunnel_(recipe.preset != Preset::kNfstream || recipe.decode_tunnels),
        has_own_(recipe.preset != Preset::kNfstream) {
    has_identity = true;
    add_core();
    for (std::size_t scope = 0; scope < kScopeCount; ++scope) {
      add_scope(kScopePrefix[scope], kScopeText[scope]);
    }
    if (has_own_) {
      add_own();
    }
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    CellWriter out(cells);
    put_all(context, out);
  }
  bool writes_csv() const noexcept override { return true; }
  void write_csv(const ReadContext& context, CsvCells& out) override { put_all(context, out); }

 private:
  template <typename Out>
  void put_all(const ReadContext& context, Out& out) {
    const Flow& flow = context.flow();
    put_core(context, out);
    const DirectionCounters both = {flow.packets(), flow.bytes(), flow.first_ns(), flow.last_ns()};
    put_scope(both, context.is_nfstream, out);
    put_scope(flow.forward(), context.is_nfstream, out);
    put_scope(flow.backward(), context.is_nfstream, out);
    if (has_own_) {
      out.put(flow.first_ns());
      out.put(flow.last_ns());
      out.put_plain(to_text(flow.end_reason));
    }
  }

  void add_core();
  void add_scope(const std::string& prefix, const std::string& where);
  void add_own();

  template <typename Out>
  void put_core(const ReadContext& context, Out& out);
  template <typename Out>
  static void put_scope(const DirectionCounters& counters, bool is_nfstream, Out& out);

  bool has_tunnel_;
  bool has_own_;  ///< beyond NFStream's; without them the times are its, whole milliseconds
  AddressText text_;
};

void FlowBlock::add_core() {
  columns = {
      identity("id", ColumnType::kU64, "", "number of the row in its output, from 0", kNfstream),
      identity("expiration_id", ColumnType::kI64, "",
               "1: ended by the active timeout, -1: by a packet limit, the memory budget or "
               "a plugin, 0: "
               "anything else",
               kNfstream),
      source_ip(),
      identity("src_mac", ColumnType::kText, "",
               "source MAC of the first packet; zeros without one", kNfstream),
      identity("src_oui", ColumnType::kText, "", "first three bytes of src_mac", kNfstream),
      source_port(),
      destination_ip(),
      identity("dst_mac", ColumnType::kText, "",
               "destination MAC of the first packet; zeros without one", kNfstream),
      identity("dst_oui", ColumnType::kText, "", "first three bytes of dst_mac", kNfstream),
      destination_port(),
      protocol(),
      {"ip_version", ColumnType::kU64, "", "4 or 6, of the innermost IP header", kNfstream, false},
      identity("vlan_id", ColumnType::kU64, "", "innermost VLAN id, 0 without a tag", kNfstream),
  };
  columns[10].is_identity = false;  // the protocol: here it is a column like others
  if (has_tunnel_) {
    columns.push_back(identity(
        "tunnel_id", ColumnType::kU64, "",
        "innermost tunnel: 0 none, 1 GTP-U, 2 CAPWAP, 3 TZSP, 4 IP in IP, 5 GRE, 6 VXLAN, 7 "
        "Geneve, 8 Teredo",
        kNfstream));
  }
}

template <typename Out>
void FlowBlock::put_core(const ReadContext& context, Out& out) {
  const Flow& flow = context.flow();
  const std::string_view source_mac = text_.source_mac(flow);
  const std::string_view destination_mac = text_.destination_mac(flow);
  constexpr std::size_t kOuiLength = 8;
  out.put(context.view.id);
  out.put(expiration_id(flow.end_reason));
  out.put_padded(text_.source(flow));
  out.put_padded(source_mac);
  out.put_padded(source_mac.substr(0, kOuiLength));
  out.put(flow.source_port());
  out.put_padded(text_.destination(flow));
  out.put_padded(destination_mac);
  out.put_padded(destination_mac.substr(0, kOuiLength));
  out.put(flow.destination_port());
  out.put(flow.key.protocol);
  out.put(flow.key.ip_version);
  out.put(flow.key.vlan);
  if (has_tunnel_) {
    out.put(flow.key.tunnel_id);
  }
}

void FlowBlock::add_scope(const std::string& prefix, const std::string& where) {
  const auto add = [&](const char* name, ColumnType type, const char* unit,
                       const std::string& definition, bool is_identity) {
    columns.push_back(
        {prefix + name, type, unit, definition + " " + where, kNfstream, is_identity});
  };
  add("first_seen_ms", ColumnType::kI64, "ms",
      "time of the first packet since 1970, rounded down; 0 without packets,", true);
  add("last_seen_ms", ColumnType::kI64, "ms",
      "time of the last packet since 1970, rounded down; 0 without packets,", true);
  add("duration_ms", has_own_ ? ColumnType::kF64 : ColumnType::kI64, "ms",
      "time from the first to the last packet", false);
  add("packets", ColumnType::kU64, "packets", "packets", false);
  add("bytes", ColumnType::kU64, "bytes", "sum of the packet sizes by --accounting", false);
}

template <typename Out>
void FlowBlock::put_scope(const DirectionCounters& counters, bool is_nfstream, Out& out) {
  if (counters.packets == 0) {
    out.put_zeros((is_nfstream ? kNoWholeScope : kNoScope).first(kScopeColumns));
    return;
  }
  out.put(seen_ms(counters.first_ns, is_nfstream));
  out.put(seen_ms(counters.last_ns, is_nfstream));
  put_milliseconds(time_difference(counters.last_ns, counters.first_ns), is_nfstream, out);
  out.put(counters.packets);
  out.put(counters.bytes);
}

void FlowBlock::add_own() {
  columns.push_back(start_ns());
  columns.push_back(
      identity("end_ns", ColumnType::kI64, "ns", "time of the last packet since 1970", kOwn));
  columns.push_back(identity("end_reason", ColumnType::kText, "",
                             "why the flow ended: idle, active, tcp, split, evicted, plugin, end",
                             kOwn));
}

}  // namespace

std::unique_ptr<ColumnBlock> make_identity_block(const SetRequest&, const Recipe&) {
  return std::make_unique<IdentityBlock>();
}

std::unique_ptr<ColumnBlock> make_flow_block(const SetRequest&, const Recipe& recipe) {
  return std::make_unique<FlowBlock>(recipe);
}

}  // namespace netml
