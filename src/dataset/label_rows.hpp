#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netml/core/ip_address.hpp"
#include "netml/dataset/labels.hpp"

#include "label_time.hpp"

namespace netml {

// What every label format is turned into: rows that say which flows they speak of, and a label.

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

/// Both bounds belong to it.
template <typename Value>
struct LabelRange {
  Value low, high;
};

/// A row that speaks of many keys: ranges for both ends and the protocol.
struct LabelRule {
  LabelRange<IpAddress> a, b;
  LabelRange<std::uint16_t> port_a{0, 65535}, port_b{0, 65535};
  LabelRange<std::uint8_t> protocol{0, 255};
};

struct LabelRow {
  static constexpr std::uint32_t kNoRule = UINT32_MAX;

  LabelKey key;                  ///< source, destination as written; unused in a rule
  std::uint32_t rule = kNoRule;  ///< index into LabelRows::rules
  std::uint32_t label = 0;       ///< index into LabelRows::labels
  std::uint32_t line = 0;
  bool has_seconds = true;
  bool may_be_afternoon = false;      ///< a clock's hour from 1 to 7 of a file in twelve-hour time
  std::int64_t begin_ns = INT64_MIN;  ///< as written, not moved to UTC; INT64_MIN: always
  std::int64_t end_ns = INT64_MAX;    ///< INT64_MAX: for ever
};

struct LabelRows {
  struct Label {
    std::string name;  ///< trimmed, valid UTF-8
    int value;
  };

  std::vector<LabelRow> rows;  ///< in the order of the file
  std::vector<LabelRule> rules;
  std::vector<Label> labels;  ///< distinct
  std::uint64_t skipped = 0;
  std::uint64_t left_out = 0;
  bool has_zones = false;  ///< times say their own offset from UTC
  std::vector<std::string> warnings;
};

/// A record of a label file as its format understands it.
struct LabelDraft {
  LabelRow row;                   ///< without line, rule and label
  std::optional<LabelRule> rule;  ///< instead of the row's key
  std::string name;
  std::optional<int> value;  ///< unset: what label_value makes of the name
  bool is_left_out = false;  ///< speaks of no flow that netml has, or gives no label
};

/// Collects the rows of a file, whatever its format.
class LabelRowBuilder {
 public:
  LabelRowBuilder(std::string what, const LabelOptions& options);

  /// Takes a record over, or counts it as left out. `problem`: why it is a bad row instead (empty:
  /// it is none); then throws DataError `<what>: line N: <problem>`, or counts it where bad rows
  /// are skipped.
  void add(LabelDraft draft, std::uint64_t line, std::string problem);

  /// Sets the times of a row; false when they do not fit 64-bit nanoseconds.
  bool set_times(LabelRow& row, const LabelTime& begin, std::int64_t duration_ns);
  bool set_times(LabelRow& row, const std::optional<LabelTime>& begin,
                 const std::optional<LabelTime>& end);

  void warn(const std::string& text) { rows_.warnings.push_back(what_ + ": " + text); }
  const std::string& what() const noexcept { return what_; }
  /// Nothing else may be called afterwards.
  LabelRows finish();

 private:
  std::optional<std::int64_t> place(const LabelTime& time);
  std::uint32_t intern(const std::string& name, int value);

  const std::string what_;
  const LabelOptions& options_;
  LabelRows rows_;
  std::map<std::pair<std::string, int>, std::uint32_t> by_name_;
  bool saw_clock_ = false, saw_day_half_ = false, saw_late_hour_ = false;
};

}  // namespace netml
