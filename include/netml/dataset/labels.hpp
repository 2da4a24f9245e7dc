#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netml/core/ip_address.hpp"

namespace netml {

enum class LabelFormat {
  kAuto,        ///< recognised by its columns
  kCicids2017,  ///< CICFlowMeter's CSV: key in either direction, and time
  kNetml,       ///< the same CSV as Python netml reads it: exact direction, no time, last row wins
};

/// Which row decides when several rows of different labels match one flow.
enum class LabelConflict { kAnyAttack, kFirst, kLast, kError };

/// Throws UsageError, also for the formats that this build lacks.
LabelFormat parse_label_format(std::string_view text);
LabelConflict parse_label_conflict(std::string_view text);
/// "auto" gives nullopt, "+HH:MM" / "-HH:MM" the offset of local time from UTC. Throws UsageError.
std::optional<std::int64_t> parse_label_timezone(std::string_view text);
/// Seconds, 0 to 1e6. Throws UsageError.
std::int64_t parse_label_slack(std::string_view text);

/// 0 for BENIGN, NORMAL, 0 and - (any case, surrounding spaces ignored), else 1.
int label_value(std::string_view name);

struct LabelOptions {
  LabelFormat format = LabelFormat::kAuto;
  std::optional<LabelConflict> conflict;    ///< unset: any-attack; for kNetml the last row
  std::optional<std::int64_t> timezone_ns;  ///< local time minus UTC; unset: found per capture
  std::optional<std::int64_t>
      slack_ns;  ///< unset: 60 s for a row that carries whole minutes, else 1 s
  bool skip_bad_rows = false;
};

/// A flow to be labelled. Source and destination as in its first packet.
struct FlowIdentity {
  IpAddress src, dst;  ///< IPv4 in mapped form
  std::uint16_t src_port = 0;
  std::uint16_t dst_port = 0;
  std::uint8_t protocol = 0;
  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;
};

struct LabelMatch {
  int value = 0;          ///< 0 normal, 1 abnormal
  std::string_view name;  ///< as in the file; lives as long as the LabelFile
};

/// Two rows that give one flow different labels.
struct LabelContradiction {
  std::uint64_t first_line = 0;
  std::uint64_t second_line = 0;
  std::string first_name;
  std::string second_name;
};

struct LabelReport {
  static constexpr std::size_t kMostContradictions = 10;

  std::uint64_t rows = 0;          ///< good rows
  std::uint64_t rows_skipped = 0;  ///< bad rows, with skip_bad_rows
  std::uint64_t rows_matched = 0;  ///< rows that matched at least one flow
  std::uint64_t flows_matched = 0;
  std::uint64_t flows_unmatched = 0;
  std::uint64_t flows_contradictory = 0;
  std::vector<LabelContradiction> contradictions;  ///< the first ones, each pair of lines once
  /// Earliest and latest time of the rows as written (slack not included); unset without times.
  std::optional<std::int64_t> first_ns, last_ns;
  /// What was subtracted from the rows' times to make them UTC, for the last capture begun.
  std::int64_t timezone_ns = 0;
  std::vector<std::string> warnings;
};

/// The labels of a capture's flows, one row per flow.
///
/// Columns are found by name, whatever their order ("Source IP" and "Src IP" alike; case and spaces
/// do not matter): addresses, ports, protocol, Label; Timestamp and Flow Duration (microseconds)
/// where present. Without Timestamp rows match by key alone. Times: d/m/Y H:MM[:SS[.frac]] with or
/// without AM/PM, Y-m-d H:M:S[.frac] (space or T), or seconds since 1970. Ports and protocol are
/// whole numbers; a whole float ("443.0", as pandas rewrites a column with gaps) counts as one.
/// Anything else, an empty label and a row with too few or too many cells are bad rows.
///
/// Lookups are bisections in a sorted vector, so that no choice of different keys makes them slow;
/// they are linear in the rows of one key that overlap the flow in time. Memory: 80 bytes per row.
/// Not thread-safe.
class LabelFile {
 public:
  LabelFile(LabelFile&&) noexcept;
  LabelFile& operator=(LabelFile&&) noexcept;
  ~LabelFile();

  /// Reads a file ("-" is stdin). Throws InputError; DataError `<path>: line N: <reason>`.
  static LabelFile read(const std::string& path, const LabelOptions& options);
  /// The same for text in memory.
  static LabelFile parse(std::string_view text, const std::string& what,
                         const LabelOptions& options);

  /// Call before the flows of each capture. With an automatic timezone: UTC, unless the first
  /// packet then lies outside the rows' time span and a whole-hour offset brings it inside; then
  /// the smallest such, with a warning.
  void begin_capture(std::int64_t first_packet_ns);

  /// Nothing when no row matches. Throws DataError for contradictory rows under kError.
  std::optional<LabelMatch> find(const FlowIdentity& flow);

  const LabelReport& report() const noexcept;

  /// One line on why nothing matched: both time spans (the capture's as given).
  std::string nothing_matched(std::int64_t capture_first_ns, std::int64_t capture_last_ns) const;

 private:
  class Index;
  explicit LabelFile(std::unique_ptr<Index> index);

  std::unique_ptr<Index> index_;
};

}  // namespace netml
