#pragma once

#include <string>
#include <vector>

#include "netml/capture/packet_source.hpp"
#include "netml/pipeline/extractor.hpp"

namespace netml {

/// What becomes of the packets of captures.
class PacketConsumer {
 public:
  virtual ~PacketConsumer() = default;

  /// Before the first packet of an input that is not the continuation of the one before.
  virtual void begin_input() = 0;
  /// Takes a packet, a view that is valid until the call returns. False: it was the last that is
  /// wanted.
  virtual bool packet(const RawPacket& packet) = 0;
  /// Nothing more for now (a quiet pipe): hand on what is there. False: nothing more is wanted.
  virtual bool idle() { return true; }
};

struct PacketReadOptions {
  std::string filter = {};     ///< --bpf
  bool is_continuous = false;  ///< the captures are one
};

/// Hands every packet of the captures to `consumer`, in order. Of the result's statistics it fills
/// packets_read, bytes_read, clock_out_of_range and the counts of inputs. An input that cannot be
/// used, or is damaged part-way, ends that input and not the run. Throws what the consumer throws
/// and UsageError (filter).
ExtractResult read_packets(const std::vector<std::string>& paths, const PacketReadOptions& options,
                           PacketConsumer& consumer);

}  // namespace netml
