#include "netml/flow/flow_index.hpp"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace netml {
namespace {

TEST(FlowIndex, AgreesWithAMapThroughGrowthAndErasure) {
  FlowIndex index;
  std::map<std::uint32_t, std::uint32_t> expected;  // slot -> tag
  std::mt19937 engine(7);
  for (std::uint32_t slot = 0; slot < 20000; ++slot) {
    const auto tag = static_cast<std::uint32_t>(engine() % 5000);  // many equal tags
    index.insert(tag, slot);
    expected[slot] = tag;
    if (engine() % 3 == 0) {
      const auto gone = expected.begin();
      index.erase(gone->second, gone->first);
      expected.erase(gone);
    }
  }
  for (std::uint32_t slot = 0; slot < 20000; ++slot) {
    const auto known = expected.find(slot);
    const std::uint32_t tag = known == expected.end() ? slot % 5000 : known->second;
    const std::uint32_t found = index.find(tag, [&](std::uint32_t other) { return other == slot; });
    EXPECT_EQ(found, known == expected.end() ? FlowIndex::kNone : slot);
  }
}

TEST(FlowIndex, EqualTagsAreToldApart) {
  FlowIndex index;
  index.insert(5, 1);
  index.insert(5, 2);
  EXPECT_EQ(index.find(5, [](std::uint32_t slot) { return slot == 2; }), 2u);
  index.erase(5, 1);
  EXPECT_EQ(index.find(5, [](std::uint32_t slot) { return slot == 2; }), 2u);
  EXPECT_EQ(index.find(5, [](std::uint32_t slot) { return slot == 1; }), FlowIndex::kNone);
}

}  // namespace
}  // namespace netml
