#pragma once

namespace netml {

/// What a run asks of the decoding of its packets.
struct DecodeOptions {
  bool decode_tunnels = true;
  bool per_direction = false;  ///< the key keeps source and destination apart
};

}  // namespace netml
