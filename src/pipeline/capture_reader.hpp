#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "netml/capture/packet_source.hpp"
#include "netml/pipeline/extractor.hpp"

namespace netml {

/// Reads one capture to its end, its damage, or until `on_packet` or `on_idle` has enough.
///
/// A capture whose first packet has a link type that is not supported cannot be used. Later ones of
/// such interfaces are handed on as any other; decoders skip them as not_ip.
struct CaptureReader {
  std::string filter;
  std::function<bool(int link_type)> supports;
  std::function<bool()> on_idle;                    ///< false: enough; may throw
  std::function<bool(const RawPacket&)> on_packet;  ///< false: enough

  std::uint64_t clock_out_of_range = 0;
  int signal = 0;  ///< that ended the reading

  /// Throws UsageError (filter) and what the callbacks throw; everything else is in the outcome.
  InputOutcome read(const std::string& path);
};

}  // namespace netml
