#include "netml/table/table.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "support/writer_output.hpp"

namespace netml {
namespace {

TEST(Table, KeepsEveryKindOfCell) {
  Table table(test::schema_of({{"u", ColumnType::kU64},
                               {"i", ColumnType::kI64},
                               {"f", ColumnType::kF64},
                               {"t", ColumnType::kText},
                               {"l", ColumnType::kList},
                               {"r", ColumnType::kRealList}}));
  const std::int64_t whole[] = {4, 5};
  const double real[] = {0.5};
  {
    const std::string text = "borrowed";
    const Cell row[] = {Cell::of(std::uint64_t{UINT64_MAX}),
                        Cell::of(std::int64_t{INT64_MIN}),
                        Cell::of(0.25),
                        Cell::of(std::string_view(text)),
                        Cell::of(std::span<const std::int64_t>(whole)),
                        Cell::of(std::span<const double>(real))};
    table.append(row);
    table.append(std::vector<Cell>(6));
  }
  ASSERT_EQ(table.row_count(), 2u);
  EXPECT_EQ(table.cell(0, 0).u64, UINT64_MAX);
  EXPECT_EQ(table.cell(0, 1).i64, INT64_MIN);
  EXPECT_EQ(table.number(0, 2), 0.25);
  EXPECT_EQ(table.cell(0, 3).text, "borrowed");
  EXPECT_EQ(table.cell(0, 4).list[1], 5);
  EXPECT_EQ(table.cell(0, 5).reals[0], 0.5);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(table.cell(1, i).kind, Cell::Kind::kMissing);
    EXPECT_TRUE(std::isnan(table.number(1, i)));
  }
}

TEST(Schema, FindsColumnsByName) {
  const Schema schema = test::schema_of({{"a", ColumnType::kU64}, {"b", ColumnType::kU64}});
  EXPECT_EQ(schema.find("b"), 1u);
  EXPECT_EQ(schema.find("c"), std::nullopt);
  EXPECT_EQ(schema.names(), (std::vector<std::string>{"a", "b"}));
}

TEST(ColumnIndex, FindsTheFirstOfAName) {
  const Schema schema = test::schema_of({{"b", ColumnType::kU64},
                                         {"", ColumnType::kU64},
                                         {"a", ColumnType::kU64},
                                         {"b", ColumnType::kU64}});
  const ColumnIndex index(schema);
  EXPECT_EQ(index.find("b"), 0u);
  EXPECT_EQ(index.find(""), 1u);
  EXPECT_EQ(index.find("a"), 2u);
  EXPECT_EQ(index.find("ab"), std::nullopt);
  EXPECT_EQ(index.find("c"), std::nullopt);
}

}  // namespace
}  // namespace netml
