#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "netml/core/ip_address.hpp"
#include "netml/table/text_source.hpp"

namespace netml {

/// What a label file is. docs/labels.md describes each; src/dataset/label_formats.cpp has their
/// table.
enum class LabelFormat {
  kAuto,        ///< recognised by how the file begins
  kCicids2017,  ///< CICFlowMeter's CSV: key in either direction, and time
  kNetml,       ///< the same CSV as Python netml reads it: exact direction, no time, last row wins
  kZeek,        ///< conn.log with IoT-23's label columns, as text or as JSON lines
  kUnswNb15,    ///< the CSV files of UNSW-NB15
  kCtu13,       ///< CTU-13's .binetflow
  kSuricata,    ///< alert and flow events of an EVE log
  kCsv,         ///< any CSV, its columns named by LabelOptions::columns; cells may be ranges
};

/// Which row decides when several rows of different labels match one flow.
enum class LabelConflict { kAnyAttack, kFirst, kLast, kError };

/// A key of the csv format and the name of the column that has it.
using LabelColumn = std::pair<std::string, std::string>;

/// Throws UsageError.
LabelFormat parse_label_format(std::string_view text);
LabelConflict parse_label_conflict(std::string_view text);
/// "auto" gives nullopt, "+HH:MM" / "-HH:MM" the offset of local time from UTC. Throws UsageError.
std::optional<std::int64_t> parse_label_timezone(std::string_view text);
/// Seconds, 0 to 1e6. Throws UsageError.
std::int64_t parse_label_slack(std::string_view text);
/// "KEY=NAME,…"; every key once. Throws UsageError.
std::vector<LabelColumn> parse_label_columns(std::string_view text);

/// 0 for BENIGN, NORMAL, 0 and - (any case, surrounding spaces ignored), else 1.
int label_value(std::string_view name);

struct LabelOptions {
  LabelFormat format = LabelFormat::kAuto;
  std::vector<LabelColumn> columns;  ///< of kCsv, which kAuto then is; none: named as the keys
  /// Unset: any-attack; for kNetml the last row; for kCsv the first, and rules that say otherwise
  /// further down are no contradiction.
  std::optional<LabelConflict> conflict;
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

  std::string file;                 ///< as in messages
  std::uint64_t rows = 0;           ///< good rows
  std::uint64_t rows_skipped = 0;   ///< bad rows, with skip_bad_rows
  std::uint64_t rows_left_out = 0;  ///< good, but without a label or not about IP
  std::uint64_t rows_matched = 0;   ///< rows that matched at least one flow
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

/// The labels of a capture's flows: rows of a file that say which flows they speak of, and when.
///
/// Whatever the format, a row has the ends of a flow, its protocol, a time or none, and a label. A
/// row that does not fit its format, or whose label is empty, is a bad row.
///
/// A lookup takes O(log rows), whatever the keys and however many rows of one key overlap in time;
/// rows of the csv format that are rules cost about a microsecond per 1000 of them. Memory: some
/// 140 bytes per row, 200 more for rows of keys that have many, 1.5 KB for a rule. Not thread-safe.
class LabelFile {
 public:
  LabelFile(LabelFile&&) noexcept;
  LabelFile& operator=(LabelFile&&) noexcept;
  ~LabelFile();

  /// Reads a file ("-" is stdin). Throws InputError; DataError `<path>: line N: <reason>`.
  static LabelFile read(const std::string& path, const LabelOptions& options);
  /// The same for text in memory; InputError where it is compressed.
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
  class Finder;
  explicit LabelFile(std::unique_ptr<Finder> finder);
  static LabelFile read(TextSource source, const std::string& what, const LabelOptions& options);

  std::unique_ptr<Finder> finder_;
};

}  // namespace netml
