#include "record_decoder.hpp"

#include <utility>

#include "netml/decode/nfstream_decoder.hpp"

namespace netml {
namespace {

class CorrectDecoder final : public RecordDecoder {
 public:
  CorrectDecoder(const Recipe& recipe, std::size_t most_fragmented)
      : decoder_({recipe.decode_tunnels, recipe.per_direction, most_fragmented}) {}

  bool supports(int link_type) const noexcept override { return is_supported_link_type(link_type); }
  DecodeStatus decode(const RawPacket& packet, PacketRecord& record) override {
    return decoder_.decode(packet, record);
  }
  NotIpClass not_ip_class() const noexcept override { return decoder_.not_ip_class(); }
  void start_input() override { decoder_.start_input(); }

 private:
  PacketDecoder decoder_;
};

// NFStream ignores the packets of link types that it does not know, where others refuse the file.
// Those that nobody supports are refused here too: exit codes are the same under every preset.
class NfstreamDecoder final : public RecordDecoder {
 public:
  explicit NfstreamDecoder(const Recipe& recipe)
      : decode_tunnels_(recipe.decode_tunnels), per_direction_(recipe.per_direction) {}

  bool supports(int link_type) const noexcept override { return is_supported_link_type(link_type); }
  DecodeStatus decode(const RawPacket& packet, PacketRecord& record) override {
    const DecodeStatus status = packet.bytes.empty()
                                    ? DecodeStatus::kEmpty
                                    : decode_nfstream(packet, decode_tunnels_, record);
    if (per_direction_ && record.from_b) {
      std::swap(record.key.addr_a, record.key.addr_b);
      std::swap(record.key.port_a, record.key.port_b);
      record.from_b = false;
    }
    return status;
  }

 private:
  bool decode_tunnels_;
  bool per_direction_;
};

// NetFlowMeter and CICFlowMeter know TCP and UDP, no later fragments and no VLANs (NetFlowMeter
// SPEC, sections 2.1 and 2.2).
class FlowmeterDecoder final : public RecordDecoder {
 public:
  explicit FlowmeterDecoder(const Recipe& recipe)
      : decoder_({recipe.decode_tunnels, recipe.per_direction, kNoFragments}) {}

  bool supports(int link_type) const noexcept override { return is_supported_link_type(link_type); }
  DecodeStatus decode(const RawPacket& packet, PacketRecord& record) override {
    const DecodeStatus status = decoder_.decode(packet, record);
    record.key.vlan = 0;
    const bool is_known =
        record.key.protocol == ip_protocol::kTcp || record.key.protocol == ip_protocol::kUdp;
    return status != DecodeStatus::kOk || is_known ? status : DecodeStatus::kUnsupportedL4;
  }
  NotIpClass not_ip_class() const noexcept override { return decoder_.not_ip_class(); }
  void start_input() override { decoder_.start_input(); }

 private:
  static constexpr std::size_t kNoFragments = 0;

  PacketDecoder decoder_;
};

}  // namespace

std::unique_ptr<RecordDecoder> make_record_decoder(const Recipe& recipe,
                                                   std::size_t most_fragmented) {
  if (recipe.preset == Preset::kNfstream) {
    return std::make_unique<NfstreamDecoder>(recipe);
  }
  if (recipe.preset == Preset::kNetflowmeter || recipe.preset == Preset::kCicflowmeter) {
    return std::make_unique<FlowmeterDecoder>(recipe);
  }
  return std::make_unique<CorrectDecoder>(recipe, most_fragmented);
}

}  // namespace netml
