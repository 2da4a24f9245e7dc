#pragma once

#include <cstddef>

namespace netml {

/// What a run asks of the decoding of its packets.
struct DecodeOptions {
  bool decode_tunnels = true;
  bool per_direction = false;            ///< the key keeps source and destination apart
  std::size_t most_fragmented = 65'536;  ///< fragmented datagrams that are remembered at once
};

}  // namespace netml
