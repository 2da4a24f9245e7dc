// The set `ja4`: fingerprints of TLS clients and servers. By the public specification (FoxIO's JA4
// and JA4S) for TLS over TCP and QUIC; under the nfstream preset as NFStream's JA4 plugin has them
// (its SPEC, section 13), which reads single segments of IPv4 flows that begin with a SYN.

#include "netml/features/ja4_nfstream.hpp"

#include "column_block.hpp"
#include "hello_watch.hpp"

namespace netml {
namespace {

constexpr std::uint8_t kSynAck = tcp_flag::kSyn | tcp_flag::kAck;

struct NfstreamJa4State {
  NfstreamJa4Text client, server;
  bool is_eligible = false;
  bool has_syn_ack = false, has_handshake = false;

  void init(const Flow& flow, const PacketView& packet) noexcept {
    client.clear();
    server.clear();
    is_eligible = flow.key.ip_version == 4 && (packet.record.tcp_flags & kSynAck) == tcp_flag::kSyn;
  }

  void update(const Flow&, const PacketView& packet) noexcept {
    if (!is_eligible) {
      return;
    }
    if (client.empty()) {
      take_client(packet);
    } else {
      take_server(packet);
    }
    // The hello may be in the packet behind the one that ends the handshake, and no later.
    if (!server.empty() || (has_handshake && client.empty())) {
      is_eligible = false;
      return;
    }
    const std::uint8_t flags = packet.record.tcp_flags & kSynAck;
    if (!has_syn_ack) {
      has_syn_ack = flags == kSynAck;
    } else if (!has_handshake) {
      has_handshake = flags == tcp_flag::kAck;
    }
  }

 private:
  // The original refuses a data offset below 5 where we would read on.
  static bool has_sound_header(const PacketRecord& record) noexcept {
    constexpr std::uint32_t kTcpHeader = 20;
    return record.transport_length >= record.payload_length + kTcpHeader;
  }

  void take_client(const PacketView& packet) noexcept {
    NfstreamJa4Text text;
    if (has_sound_header(packet.record) &&
        nfstream_ja4(packet.payload, TlsHello::Kind::kClient, text) == NfstreamHello::kFound) {
      client = text;
    }
  }

  void take_server(const PacketView& packet) noexcept {
    NfstreamJa4Text text;
    switch (has_sound_header(packet.record)
                ? nfstream_ja4(packet.payload, TlsHello::Kind::kServer, text)
                : NfstreamHello::kBroken) {
      case NfstreamHello::kFound:
        server = text;
        break;
      case NfstreamHello::kBroken:
        client.clear();  // as the original does
        break;
      case NfstreamHello::kNone:
        break;
    }
  }
};

ColumnInfo text_column(const char* name, const std::string& definition) {
  return {name, ColumnType::kText, "", definition, "JA4", true};
}

class Ja4Block final : public ColumnBlock {
 public:
  explicit Ja4Block(bool is_nfstream) : is_nfstream_(is_nfstream) {
    accumulator = is_nfstream ? accumulator_of<NfstreamJa4State>() : accumulator_of<HelloWatch>();
    accumulator.needs_payload = true;
    if (!is_nfstream) {
      const auto offsets = HelloWatch::blob_offsets();
      accumulator.blobs.assign(offsets.begin(), offsets.end());
      accumulator.most_blob_growth = BlobStore::kLargest;  // a packet has one direction
    }
    columns = {text_column("udps.ja4",
                           "JA4 fingerprint of the client: transport (t TCP, q QUIC), TLS version, "
                           "server name, numbers of ciphers and extensions, first ALPN value; "
                           "hashes of ciphers, of extensions and signature algorithms"),
               text_column("udps.ja4s",
                           "JA4S fingerprint of the server: transport, TLS version, number of "
                           "extensions, ALPN value; chosen cipher; hash of extensions")};
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    if (is_nfstream_) {
      const auto& state = context.state_as<NfstreamJa4State>();
      cells[0] = text(state.client.view());
      cells[1] = text(state.server.view());
    } else {
      const auto& watch = context.state_as<HelloWatch>();
      cells[0] = text(watch.client().view());
      cells[1] = text(watch.server().view());
    }
  }

 private:
  static Cell text(std::string_view value) {
    return value.empty() ? Cell::missing() : Cell::of(value);
  }

  bool is_nfstream_;
};

}  // namespace

std::unique_ptr<ColumnBlock> make_ja4_block(const SetRequest&, const Recipe& recipe) {
  return std::make_unique<Ja4Block>(recipe.preset == Preset::kNfstream);
}

}  // namespace netml
