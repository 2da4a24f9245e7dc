#include "record_decoder.hpp"

namespace netml {
namespace {

class CorrectDecoder final : public RecordDecoder {
 public:
  explicit CorrectDecoder(const Recipe& recipe) : decoder_({recipe.decode_tunnels, recipe.per_direction}) {}

  bool supports(int link_type) const noexcept override { return is_supported_link_type(link_type); }
  DecodeStatus decode(const RawPacket& packet, PacketRecord& record) override {
    return decoder_.decode(packet, record);
  }
  NotIpClass not_ip_class() const noexcept override { return decoder_.not_ip_class(); }
  void start_input() override { decoder_.start_input(); }

 private:
  PacketDecoder decoder_;
};

}  // namespace

std::unique_ptr<RecordDecoder> make_record_decoder(const Recipe& recipe) {
  return std::make_unique<CorrectDecoder>(recipe);
}

}  // namespace netml
