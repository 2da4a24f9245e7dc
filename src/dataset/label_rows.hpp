#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "netml/core/ip_address.hpp"
#include "netml/table/csv_scanner.hpp"

namespace netml {

/// Both ends of a flow and its protocol, in some order.
struct LabelKey {
  IpAddress a, b;
  std::uint16_t port_a = 0, port_b = 0;
  std::uint8_t protocol = 0;

  /// The ends exchanged if need be, so that both directions of a flow have one key.
  void make_undirected();
  // clang-tidy 14 takes the defaulted comparison for a literal 0.
  auto operator<=>(const LabelKey&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct LabelRow {
  LabelKey key;  ///< source, destination as written
  bool has_seconds = true;
  bool may_be_afternoon = false;  ///< a clock's hour from 1 to 7
  bool is_matched = false;
  std::uint32_t label = 0;  ///< index into LabelRows::names
  std::uint32_t line = 0;
  std::int64_t begin_ns = 0;  ///< as written, not moved to UTC
  std::int64_t end_ns = 0;
  std::int64_t latest_end_ns = 0;  ///< kept by the index
};

struct LabelRows {
  std::vector<LabelRow> rows;
  std::vector<std::string> names;  ///< distinct, trimmed, valid UTF-8
  bool has_times = false;
  bool is_twelve_hour = false;  ///< clock times without AM/PM and never above 12
  std::uint64_t skipped = 0;
};

enum class LabelTimes { kRead, kIgnore };
enum class BadRows { kRefuse, kSkip };

/// Reads the rows of a CICFlowMeter CSV. Throws DataError.
LabelRows read_label_rows(CsvScanner& scanner, const std::string& what, LabelTimes times,
                          BadRows bad_rows);

}  // namespace netml
