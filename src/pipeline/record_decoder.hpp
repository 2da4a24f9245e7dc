#pragma once

#include <memory>

#include "netml/capture/packet_source.hpp"
#include "netml/decode/packet.hpp"
#include "netml/decode/packet_decoder.hpp"
#include "netml/features/recipe.hpp"

namespace netml {

/// The decoder that a recipe asks for: the correct one, or a preset's.
class RecordDecoder {
 public:
  virtual ~RecordDecoder() = default;
  virtual bool supports(int link_type) const noexcept = 0;
  virtual DecodeStatus decode(const RawPacket& packet, PacketRecord& record) = 0;
  virtual NotIpClass not_ip_class() const noexcept { return NotIpClass::kOther; }
  /// Between inputs that are not continuous.
  virtual void start_input() {}
};

/// `most_fragmented`: fragmented datagrams to remember at once.
std::unique_ptr<RecordDecoder> make_record_decoder(const Recipe& recipe,
                                                   std::size_t most_fragmented);

}  // namespace netml
