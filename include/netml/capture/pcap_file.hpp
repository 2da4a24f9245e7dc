#pragma once

#include <functional>
#include <memory>
#include <string>

#include "netml/capture/packet_source.hpp"

namespace netml {

struct CaptureOptions {
  /// Capture filter in pcap-filter(7) syntax; filtered packets leave no trace. Empty: none.
  std::string filter;
  /// Called when a pipe has been quiet, or slow, for 250 ms: a chance to hand on what is there.
  /// What it throws comes out of `next()`.
  std::function<void()> on_idle;
};

/// Opens a classic pcap (both byte orders, microseconds or nanoseconds) or pcapng file with
/// libpcap;
/// "-" is standard input. Reads at any granularity, never seeks, never maps the file.
/// Throws InputError (absent, unreadable, not a capture, compressed) and UsageError (filter does
/// not compile).
std::unique_ptr<PacketSource> open_capture(const std::string& path, const CaptureOptions& options);

/// The same through libpcap, filter or not.
std::unique_ptr<PacketSource> open_with_libpcap(const std::string& path,
                                                const CaptureOptions& options);

/// Name of a link type as libpcap knows it, or "unknown".
std::string link_type_name(int link_type);

}  // namespace netml
