#include "label_rule_index.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace netml {
namespace {

template <typename Value>
constexpr Value least() {
  return std::numeric_limits<Value>::min();
}
template <>
constexpr IpAddress least<IpAddress>() {
  return {};
}

// The next value; false behind the greatest.
template <typename Value>
bool advance(Value& value) {
  if (value == std::numeric_limits<Value>::max()) {
    return false;
  }
  ++value;
  return true;
}

bool advance(IpAddress& address) {
  for (std::size_t i = address.bytes.size(); i-- > 0;) {
    if (++address.bytes[i] != 0) {
      return true;
    }
  }
  return false;
}

RuleSet common(const RuleSet& x, const RuleSet& y) {
  RuleSet both;
  for (std::size_t i = 0; i < both.size(); ++i) {
    both[i] = x[i] & y[i];
  }
  return both;
}

bool is_empty(const RuleSet& set) {
  return std::all_of(set.begin(), set.end(), [](std::uint64_t word) { return word == 0; });
}

}  // namespace

template <typename Value>
RuleAxis<Value>::RuleAxis(const std::vector<LabelRange<Value>>& ranges) {
  struct Change {
    Value at;
    std::size_t rule;
  };
  std::vector<Change> changes;  // a rule begins or, the second time, ends
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    changes.push_back({ranges[i].low, i});
    Value behind = ranges[i].high;
    if (advance(behind)) {
      changes.push_back({behind, i});
    }
  }
  std::sort(changes.begin(), changes.end(),
            [](const Change& x, const Change& y) { return x.at < y.at; });
  begins_.push_back(least<Value>());
  sets_.push_back({});
  for (const Change& change : changes) {
    if (begins_.back() != change.at) {
      begins_.push_back(change.at);
      sets_.push_back(RuleSet(sets_.back()));
    }
    sets_.back()[change.rule / 64] ^= std::uint64_t{1} << (change.rule % 64);
  }
}

template <typename Value>
const RuleSet& RuleAxis<Value>::at(const Value& value) const {
  const auto behind = std::upper_bound(begins_.begin(), begins_.end(), value);
  return sets_[static_cast<std::size_t>(behind - begins_.begin()) - 1];
}

namespace {

// One field of the rules of a block.
template <typename Value, typename Field>
RuleAxis<Value> axis(const LabelRows& all, const std::vector<std::uint32_t>& numbers, Field field) {
  std::vector<LabelRange<Value>> ranges;
  ranges.reserve(numbers.size());
  for (const std::uint32_t number : numbers) {
    const LabelRow& row = all.rows[number];
    ranges.push_back(field(all.rules[row.rule], row));
  }
  return RuleAxis<Value>(ranges);
}

}  // namespace

LabelRuleIndex::Block::Block(const LabelRows& all, std::vector<std::uint32_t> row_numbers)
    : a(axis<IpAddress>(all, row_numbers, [](const LabelRule& r, const LabelRow&) { return r.a; })),
      b(axis<IpAddress>(all, row_numbers, [](const LabelRule& r, const LabelRow&) { return r.b; })),
      port_a(axis<std::uint16_t>(all, row_numbers,
                                 [](const LabelRule& r, const LabelRow&) { return r.port_a; })),
      port_b(axis<std::uint16_t>(all, row_numbers,
                                 [](const LabelRule& r, const LabelRow&) { return r.port_b; })),
      protocol(axis<std::uint8_t>(all, row_numbers,
                                  [](const LabelRule& r, const LabelRow&) { return r.protocol; })),
      begun(axis<std::int64_t>(all, row_numbers,
                               [](const LabelRule&, const LabelRow& row) {
                                 return LabelRange<std::int64_t>{row.begin_ns, INT64_MAX};
                               })),
      not_ended(axis<std::int64_t>(all, row_numbers,
                                   [](const LabelRule&, const LabelRow& row) {
                                     return LabelRange<std::int64_t>{INT64_MIN, row.end_ns};
                                   })),
      rows(std::move(row_numbers)) {}

RuleSet LabelRuleIndex::Block::match_directed(const LabelKey& key, const RuleSet& others) const {
  RuleSet set = common(others, a.at(key.a));
  if (is_empty(set)) {
    return set;
  }
  set = common(set, b.at(key.b));
  set = common(set, port_a.at(key.port_a));
  return common(set, port_b.at(key.port_b));
}

RuleSet LabelRuleIndex::Block::match(const LabelledFlow& flow) const {
  RuleSet others = common(begun.at(flow.last_ns), not_ended.at(flow.first_ns));
  others = common(others, protocol.at(flow.key.protocol));
  if (is_empty(others)) {
    return others;
  }
  const LabelKey reply{flow.key.b, flow.key.a, flow.key.port_b, flow.key.port_a, flow.key.protocol};
  RuleSet set = match_directed(flow.key, others);
  const RuleSet back = match_directed(reply, others);
  for (std::size_t i = 0; i < set.size(); ++i) {
    set[i] |= back[i];
  }
  return set;
}

LabelRuleIndex::LabelRuleIndex(const LabelRows& rows, PickOf pick_of)
    : rows_(rows), pick_of_(std::move(pick_of)) {
  std::vector<std::uint32_t> numbers;
  const auto close_block = [&] {
    if (!numbers.empty()) {
      blocks_.emplace_back(rows, std::exchange(numbers, {}));
    }
  };
  for (std::uint32_t i = 0; i < rows.rows.size(); ++i) {
    if (rows.rows[i].rule != LabelRow::kNoRule) {
      numbers.push_back(i);
    }
    if (numbers.size() == kRulesPerBlock) {
      close_block();
    }
  }
  close_block();
}

LabelPick LabelRuleIndex::pick(Block& block, std::size_t rule) {
  std::uint64_t& found = block.found[rule / 64];
  const std::uint64_t bit = std::uint64_t{1} << (rule % 64);
  rows_found_ += (found & bit) == 0 ? 1 : 0;
  found |= bit;
  const std::uint32_t number = block.rows[rule];
  return pick_of_(rows_.rows[number], number);
}

LabelPick LabelRuleIndex::find_first(const LabelledFlow& flow) {
  for (Block& block : blocks_) {
    const RuleSet set = block.match(flow);
    for (std::size_t i = 0; i < set.size(); ++i) {
      if (set[i] != 0) {
        return pick(block, 64 * i + static_cast<std::size_t>(std::countr_zero(set[i])));
      }
    }
  }
  return {};
}

LabelPick LabelRuleIndex::find_all(const LabelledFlow& flow) {
  LabelPick found;
  for (Block& block : blocks_) {
    const RuleSet set = block.match(flow);
    for (std::size_t i = 0; i < set.size(); ++i) {
      for (std::uint64_t left = set[i]; left != 0; left &= left - 1) {
        found.merge(pick(block, 64 * i + static_cast<std::size_t>(std::countr_zero(left))));
      }
    }
  }
  return found;
}

}  // namespace netml
