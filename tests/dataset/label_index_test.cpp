// The indexes against looking at every row.

#include "label_index.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netml/core/rng.hpp"

#include "label_rule_index.hpp"
#include "label_spans.hpp"

namespace netml {
namespace {

// Rows of three classes; class 0 is normal.
LabelPick pick_of(std::uint32_t row) {
  const std::uint32_t row_class = row * 7 % 3;
  return LabelPick::of(row, row_class, row_class == 0 ? 0 : 1);
}

// Of the rows in order, by the definition of each member.
LabelPick pick_of_all(const std::vector<std::uint32_t>& rows) {
  LabelPick all;
  for (const std::uint32_t row : rows) {
    const LabelPick one = pick_of(row);
    if (all.is_empty()) {
      all = one;
      continue;
    }
    if (all.other == LabelPick::kNone && one.first_class != all.first_class) {
      all.other = row;
    }
    all.attack = std::min(all.attack, one.attack);
    all.last = row;
  }
  return all;
}

std::string text(const LabelPick& pick) {
  if (pick.is_empty()) {
    return "empty";
  }
  return std::to_string(pick.first) + " " + std::to_string(pick.other) + " " +
         std::to_string(pick.attack) + " " + std::to_string(pick.last);
}

std::int64_t any_time(Rng& rng, std::int64_t most) {
  return static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(most)));
}

std::vector<LabelSpan> any_spans(Rng& rng, std::uint32_t count) {
  std::vector<LabelSpan> spans;
  for (std::uint32_t row = 0; row < count; ++row) {
    const std::int64_t begin = any_time(rng, 60);
    LabelSpan span{begin, begin + any_time(rng, 20), row};
    if (rng.below(10) == 0) {
      span.begin_ns = INT64_MIN;
    }
    if (rng.below(10) == 0) {
      span.end_ns = INT64_MAX;
    }
    spans.push_back(span);
  }
  return spans;
}

bool meets(const LabelSpan& span, std::int64_t first, std::int64_t last) {
  return span.begin_ns <= last && span.end_ns >= first;
}

TEST(LabelSpans, FindWhatLookingAtEverySpanFinds) {
  Rng rng(1);
  for (std::uint32_t count = 0; count < 60; ++count) {
    const std::vector<LabelSpan> spans = any_spans(rng, count);
    std::vector<LabelPick> picks;
    for (const LabelSpan& span : spans) {
      picks.push_back(pick_of(span.row));
    }
    const LabelSpans tree(spans, picks);
    for (int i = 0; i < 200; ++i) {
      const std::int64_t first = any_time(rng, 90) - 5, last = first + any_time(rng, 30);
      std::vector<std::uint32_t> meeting;
      for (const LabelSpan& span : spans) {
        if (meets(span, first, last)) {
          meeting.push_back(span.row);
        }
      }
      ASSERT_EQ(text(tree.find(first, last)), text(pick_of_all(meeting)))
          << count << " spans, " << first << " to " << last;
    }
  }
}

TEST(LabelSpans, UnfoundSpansAreEachFoundOnce) {
  Rng rng(2);
  for (std::uint32_t count = 0; count < 40; ++count) {
    std::vector<LabelSpan> spans = any_spans(rng, count);
    std::sort(spans.begin(), spans.end(),
              [](const LabelSpan& x, const LabelSpan& y) { return x.begin_ns < y.begin_ns; });
    UnfoundSpans unfound(spans);
    std::vector<bool> is_found(spans.size());
    for (int i = 0; i < 20; ++i) {
      const std::int64_t first = any_time(rng, 90) - 5, last = first + any_time(rng, 10);
      for (std::size_t at = unfound.take(first, last); at != UnfoundSpans::kNone;
           at = unfound.take(first, last)) {
        ASSERT_TRUE(meets(spans[at], first, last));
        ASSERT_FALSE(is_found[at]);
        is_found[at] = true;
      }
      for (std::size_t at = 0; at < spans.size(); ++at) {
        ASSERT_TRUE(is_found[at] || !meets(spans[at], first, last));
      }
    }
  }
}

// Few values, so that bounds meet; IPv4 and IPv6, with the ends of both.
IpAddress any_address(Rng& rng) {
  static const char* const kSome[] = {
      "0.0.0.0",         "10.0.0.1", "10.0.0.2",    "10.0.1.0",
      "255.255.255.255", "::",       "2001:db8::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};
  return *parse_ip_address(kSome[rng.below(std::size(kSome))]);
}

template <typename Value, typename Any>
LabelRange<Value> any_range(Any any) {
  const Value x = any(), y = any();
  return {std::min(x, y), std::max(x, y)};
}

std::uint16_t any_port(Rng& rng) {
  static constexpr std::uint16_t kSome[] = {0, 1, 80, 81, 65535};
  return kSome[rng.below(std::size(kSome))];
}

std::uint8_t any_protocol(Rng& rng) {
  static constexpr std::uint8_t kSome[] = {0, 6, 17, 255};
  return kSome[rng.below(std::size(kSome))];
}

LabelRows any_rules(Rng& rng, std::size_t count) {
  LabelRows rows;
  for (std::size_t i = 0; i < count; ++i) {
    LabelRule rule;
    rule.a = any_range<IpAddress>([&] { return any_address(rng); });
    rule.b = any_range<IpAddress>([&] { return any_address(rng); });
    rule.port_a = any_range<std::uint16_t>([&] { return any_port(rng); });
    rule.port_b = any_range<std::uint16_t>([&] { return any_port(rng); });
    rule.protocol = any_range<std::uint8_t>([&] { return any_protocol(rng); });
    LabelRow row;
    row.rule = static_cast<std::uint32_t>(rows.rules.size());
    row.begin_ns = rng.below(4) == 0 ? INT64_MIN : any_time(rng, 50);
    row.end_ns = rng.below(4) == 0 ? INT64_MAX : 40 + any_time(rng, 50);
    if (rng.below(8) == 0) {
      row.rule = LabelRow::kNoRule;  // a row of one key between them
    } else {
      rows.rules.push_back(rule);
    }
    rows.rows.push_back(row);
  }
  return rows;
}

template <typename Value>
bool holds(const LabelRange<Value>& range, const Value& value) {
  return !(value < range.low) && !(range.high < value);
}

bool matches(const LabelRule& rule, const LabelKey& key) {
  return holds(rule.a, key.a) && holds(rule.b, key.b) && holds(rule.port_a, key.port_a) &&
         holds(rule.port_b, key.port_b) && holds(rule.protocol, key.protocol);
}

TEST(LabelRuleIndex, FindsWhatLookingAtEveryRuleFinds) {
  Rng rng(3);
  // Less than a word, a block and its borders, several blocks.
  for (const std::size_t count : {0U, 1U, 63U, 64U, 500U, 1700U}) {
    const LabelRows rows = any_rules(rng, count);
    LabelRuleIndex index(rows, [](const LabelRow&, std::uint32_t row) { return pick_of(row); });
    std::vector<bool> is_found(rows.rows.size());
    for (int i = 0; i < 300; ++i) {
      LabelledFlow flow;
      flow.key = {any_address(rng), any_address(rng), any_port(rng), any_port(rng),
                  any_protocol(rng)};
      flow.first_ns = any_time(rng, 100);
      flow.last_ns = flow.first_ns + any_time(rng, 10);
      const LabelKey back{flow.key.b, flow.key.a, flow.key.port_b, flow.key.port_a,
                          flow.key.protocol};
      std::vector<std::uint32_t> matching;
      for (std::uint32_t row = 0; row < rows.rows.size(); ++row) {
        const LabelRow& one = rows.rows[row];
        if (one.rule != LabelRow::kNoRule &&
            meets({one.begin_ns, one.end_ns, row}, flow.first_ns, flow.last_ns) &&
            (matches(rows.rules[one.rule], flow.key) || matches(rows.rules[one.rule], back))) {
          matching.push_back(row);
          is_found[row] = true;
        }
      }
      ASSERT_EQ(text(index.find_all(flow)), text(pick_of_all(matching))) << count;
      ASSERT_EQ(index.find_first(flow).first,
                matching.empty() ? LabelPick::kNone : matching.front());
    }
    EXPECT_EQ(index.rows_found(),
              static_cast<std::uint64_t>(std::count(is_found.begin(), is_found.end(), true)));
  }
}

TEST(LabelIndex, FewAndManyRowsOfAKeyAnswerAlike) {
  Rng rng(4);
  std::vector<LabelRow> rows;
  std::vector<LabelSpan> spans;  // of one of the keys
  for (std::uint32_t i = 0; i < 400; ++i) {
    LabelRow row;
    row.key.port_a = i % 2 == 0 ? 1 : static_cast<std::uint16_t>(i);
    const LabelSpan span = any_spans(rng, 1)[0];
    row.begin_ns = span.begin_ns;
    row.end_ns = span.end_ns;
    rows.push_back(row);
    spans.push_back({span.begin_ns, span.end_ns, i});
  }
  LabelIndex index(rows, [](const LabelRow&, std::uint32_t row) { return pick_of(row); });
  for (std::uint16_t port = 0; port < 8; ++port) {
    LabelKey key;
    key.port_a = port;
    for (std::int64_t first = -5; first < 90; ++first) {
      std::vector<std::uint32_t> meeting;
      for (const LabelSpan& span : spans) {
        if (rows[span.row].key == key && meets(span, first, first + 3)) {
          meeting.push_back(span.row);
        }
      }
      ASSERT_EQ(text(index.find(key, first, first + 3)), text(pick_of_all(meeting)));
    }
  }
}

}  // namespace
}  // namespace netml
