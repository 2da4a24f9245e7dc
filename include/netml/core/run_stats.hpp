#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace netml {

/// Reasons in RunStats::packets_skipped beside those of the decoder.
namespace skip_reason {
inline constexpr std::string_view kLimit = "limit";                 ///< budget or --limit
inline constexpr std::string_view kOutputClosed = "output_closed";  ///< nobody reads on
inline constexpr std::string_view kOtherShard = "other_shard";      ///< --shard
inline constexpr std::string_view kUnlabelled = "unlabelled";       ///< preset netml only
inline constexpr std::string_view kDroppedPiece = "dropped_piece";  ///< likewise
}  // namespace skip_reason

/// What happened to the packets and flows of a run. The rooms add to it, `--summary` writes it.
///
/// Conservation law, exact on every run:
///   packets_read = packets_in_flows + sum(packets_skipped) + packets_in_flows_too_short
struct RunStats {
  std::uint64_t packets_read = 0;  ///< packets that passed the capture filter
  std::uint64_t bytes_read = 0;    ///< their captured bytes
  std::uint64_t packets_in_flows = 0;
  std::uint64_t packets_in_flows_too_short = 0;
  std::map<std::string, std::uint64_t> packets_skipped;      ///< by reason, each packet under one
  std::map<std::string, std::uint64_t> not_ip_by_ethertype;  ///< detail of the reason `not_ip`
  std::uint64_t packets_dropped = 0;  ///< by the kernel or the interface, live only
  std::uint64_t flows_written = 0;
  std::uint64_t flows_evicted = 0;
  std::uint64_t flows_too_short = 0;
  std::uint64_t context_dropped = 0;  ///< flows that the context of others lost for want of room
  std::uint64_t early_context_dropped = 0;  ///< likewise, the context of rows of open flows
  std::uint64_t clock_steps_back = 0;       ///< packets earlier than their flow's last packet
  std::uint64_t clock_out_of_range = 0;     ///< timestamps saturated at the ends of 1677..2262
  std::uint64_t inputs = 0;
  std::uint64_t inputs_damaged = 0;  ///< stopped part-way, everything before was used
  std::uint64_t inputs_unusable = 0;

  /// Adds packets to those skipped for a reason; none leave no trace.
  void skip(std::string_view reason, std::uint64_t packets);

  /// packets_read as the law gives it.
  std::uint64_t packets_accounted() const noexcept;
};

}  // namespace netml
