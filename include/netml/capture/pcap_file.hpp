#pragma once

#include <functional>
#include <memory>
#include <string>

#include "netml/capture/packet_source.hpp"

namespace netml {

struct CaptureOptions {
  /// Link types that are of use; empty: all. Asked before the filter is compiled, which is no
  /// business of a capture that cannot be used; a reader that needs no filter does not ask.
  std::function<bool(int link_type)> supports;
  /// Capture filter in pcap-filter(7) syntax; filtered packets leave no trace. Empty: none.
  std::string filter;
  /// Called when a pipe has been quiet, or slow, for 250 ms: a chance to hand on what is there.
  /// False: enough, the capture then ends where it is. What it throws comes out of `next()`.
  std::function<bool()> on_idle;
};

/// Opens a classic pcap (both byte orders, microseconds or nanoseconds) or pcapng file;
/// "-" is standard input. Reads at any granularity, never seeks, never maps the file.
///
/// A reader of our own, whose packets, verdicts and messages are those of libpcap 1.10.3; beyond
/// it, pcapng may have interfaces that differ and sections in either byte order. Pseudo-headers in
/// the byte order of the capturing host (USB, NFLOG, CAN in LINUX_SLL) are left as the file has
/// them. A filter is libpcap's business, and so is then all of the reading. Throws InputError
/// (absent, unreadable, not a capture, compressed, of no use to `supports`, ended in its header by
/// a signal or by on_idle) and UsageError (filter does not compile).
std::unique_ptr<PacketSource> open_capture(const std::string& path, const CaptureOptions& options);

/// The same through libpcap, filter or not.
std::unique_ptr<PacketSource> open_with_libpcap(const std::string& path,
                                                const CaptureOptions& options);

/// Name of a link type as libpcap knows it, or "unknown".
std::string link_type_name(int link_type);

/// Why a capture of a link type that is not supported is refused.
std::string unsupported_link_type(int link_type);

}  // namespace netml
