#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "label_pick.hpp"
#include "label_rows.hpp"

namespace netml {

/// A flow as rules see it; times in the zone of the label file.
struct LabelledFlow {
  LabelKey key;  ///< from the flow's source to its destination
  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;
};

/// A set of the rules of one block.
inline constexpr std::size_t kRulesPerBlock = 512;
using RuleSet = std::array<std::uint64_t, kRulesPerBlock / 64>;

/// For each value, which rules of a block allow it: the values are cut into stretches within which
/// no rule begins or ends.
template <typename Value>
class RuleAxis {
 public:
  /// In the order of the rules.
  explicit RuleAxis(const std::vector<LabelRange<Value>>& ranges);

  const RuleSet& at(const Value& value) const;

 private:
  std::vector<Value> begins_;  // of the stretches; the first is the least value
  std::vector<RuleSet> sets_;
};

/// The rows that are rules, found for a flow in either direction.
///
/// Rules stand in blocks of 512 in the order of their file. Each block has for every field the sets
/// of rules that allow a value, and the rules that match a flow are what these sets have in common
/// (T. V. Lakshman, D. Stiliadis, SIGCOMM 1998). A block costs at most 11 bisections per flow, some
/// tenths of a microsecond; a rule takes at most 1.5 KB. Not thread-safe.
class LabelRuleIndex {
 public:
  using PickOf = std::function<LabelPick(const LabelRow& row, std::uint32_t number)>;

  /// As for LabelIndex; only the rules among `rows.rows` are indexed.
  LabelRuleIndex(const LabelRows& rows, PickOf pick_of);

  /// The first rule in the order of the file that matches, and that only.
  LabelPick find_first(const LabelledFlow& flow);
  /// All rules that match: time grows with their number too.
  LabelPick find_all(const LabelledFlow& flow);

  /// Rules that were found for some flow.
  std::uint64_t rows_found() const noexcept { return rows_found_; }

 private:
  struct Block {
    RuleAxis<IpAddress> a, b;
    RuleAxis<std::uint16_t> port_a, port_b;
    RuleAxis<std::uint8_t> protocol;
    RuleAxis<std::int64_t> begun, not_ended;  // at the flow's last, first packet
    std::vector<std::uint32_t> rows;
    RuleSet found{};

    Block(const LabelRows& all, std::vector<std::uint32_t> row_numbers);
    RuleSet match(const LabelledFlow& flow) const;
    RuleSet match_directed(const LabelKey& key, const RuleSet& others) const;
  };

  LabelPick pick(Block& block, std::size_t rule);

  const LabelRows& rows_;
  PickOf pick_of_;
  std::vector<Block> blocks_;
  std::uint64_t rows_found_ = 0;
};

}  // namespace netml
