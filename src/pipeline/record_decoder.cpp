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

}  // namespace

std::unique_ptr<RecordDecoder> make_record_decoder(const Recipe& recipe,
                                                   std::size_t most_fragmented) {
  if (recipe.preset == Preset::kNfstream) {
    return std::make_unique<NfstreamDecoder>(recipe);
  }
  return std::make_unique<CorrectDecoder>(recipe, most_fragmented);
}

}  // namespace netml
