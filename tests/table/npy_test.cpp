#include "netml/table/npy.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"

#include "support/writer_output.hpp"

namespace netml {
namespace {

Schema schema() {
  Schema result = test::schema_of({{"src_ip", ColumnType::kText},
                                   {"label", ColumnType::kU64},
                                   {"packets", ColumnType::kU64},
                                   {"start_ns", ColumnType::kI64},
                                   {"rate", ColumnType::kF64}});
  result.columns[0].is_identity = result.columns[1].is_identity = true;
  result.columns[3].is_identity = true;
  return result;
}

std::string sample() {
  const std::vector<std::vector<Cell>> rows = {
      {Cell::of(std::string_view("10.0.0.1")), Cell::of(std::uint64_t{1}),
       Cell::of(std::uint64_t{3}), Cell::of(std::int64_t{-5}), Cell::of(0.1)},
      {Cell::missing(), Cell::missing(), Cell::of(std::uint64_t{1} << 60), Cell::missing(),
       Cell::missing()}};
  return test::written(schema(), rows, [](OutputFile& file) { return NpyWriter(file); });
}

// The layout that numpy.load reads: version 1, '<f8', C order, 64-byte aligned.
TEST(Npy, BytesAreAPlainArray) {
  const std::string bytes = sample();
  ASSERT_EQ(bytes.size(), 128 + 6 * sizeof(double));
  EXPECT_EQ(bytes.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  EXPECT_EQ(bytes.substr(10, 60), "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), } ");
  EXPECT_EQ(bytes[127], '\n');
  double values[6];
  std::memcpy(values, bytes.data() + 128, sizeof values);
  EXPECT_EQ(values[0], 3);
  EXPECT_EQ(values[1], 0.1);
  EXPECT_EQ(values[2], 1);  // the label comes last
  EXPECT_EQ(values[3], 0x1p60);
  EXPECT_TRUE(std::isnan(values[4]));
  EXPECT_TRUE(std::isnan(values[5]));
}

TEST(Npy, ReadsBackWhatWasWritten) {
  const Table bare = read_npy(sample(), "t.npy", {});
  EXPECT_EQ(bare.schema().names(), (std::vector<std::string>{"x0", "x1", "x2"}));
  Schema names = test::schema_of(
      {{"packets", ColumnType::kF64}, {"rate", ColumnType::kF64}, {"label", ColumnType::kF64}});
  const Table table = read_npy(sample(), "t.npy", names);
  ASSERT_EQ(table.row_count(), 2U);
  EXPECT_EQ(table.schema().names(), names.names());
  EXPECT_EQ(table.number(0, 1), 0.1);
  EXPECT_EQ(table.cell(1, 1).kind, Cell::Kind::kMissing);
  names.columns[0].name = "rate";
  EXPECT_THROW(read_npy(sample(), "t.npy", names), DataError);
  names.columns.pop_back();
  EXPECT_THROW(read_npy(sample(), "t.npy", names), DataError);
}

TEST(Npy, WithoutRowsItHasColumns) {
  const std::string bytes =
      test::written(schema(), {}, [](OutputFile& file) { return NpyWriter(file); });
  EXPECT_NE(bytes.find("'shape': (0, 3)"), std::string::npos);
  EXPECT_EQ(read_npy(bytes, "t.npy", {}).row_count(), 0U);
}

TEST(Npy, ATableThatDoesNotFitTheLimitIsRefused) {
  const auto bytes_of_ones = [](std::size_t rows, std::size_t columns) {
    std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (" +
                         std::to_string(rows) + ", " + std::to_string(columns) + "), }";
    header.resize(118, ' ');
    return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header +
           std::string(rows * columns, '\1');
  };
  // A byte in the file is a number in memory, and a column has a name.
  const std::string many_rows = bytes_of_ones(10'000, 1), many_columns = bytes_of_ones(1, 10'000);
  EXPECT_THROW(read_npy(many_rows, "t.npy", {}, 100'000), LimitError);
  EXPECT_EQ(read_npy(many_rows, "t.npy", {}, 200'000).row_count(), 10'000U);
  EXPECT_THROW(read_npy(many_columns, "t.npy", {}, 1'000'000), LimitError);
  EXPECT_EQ(read_npy(many_columns, "t.npy", {}, 10'000'000).schema().size(), 10'000U);
}

TEST(Npy, ListsDoNotFit) {
  for (const ColumnType type : {ColumnType::kList, ColumnType::kRealList}) {
    EXPECT_THROW(matrix_columns(test::schema_of({{"splt", type}})), UsageError);
  }
}

TEST(Npy, NeedsARegularFile) {
  OutputFile standard_output("-");
  EXPECT_THROW(NpyWriter{standard_output}, UsageError);
}

TEST(Npy, DamagedBytesNeverCrashOrPass) {
  const std::string bytes = sample();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THROW(read_npy(bytes.substr(0, length), "t.npy", {}), DataError) << length;
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x11);
    try {
      EXPECT_LE(read_npy(flipped, "t.npy", {}).row_count(), 6U) << i;
    } catch (const DataError&) {
    }
  }
}

TEST(Npy, ShapesThatWouldTakeMemoryForNothing) {
  const auto with_shape = [](const std::string& shape) {
    std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }";
    header.resize(118, ' ');
    return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header;
  };
  EXPECT_THROW(read_npy(with_shape("(1000000000000, 0)"), "t.npy", {}), DataError);
  EXPECT_EQ(read_npy(with_shape("(0, 1000000000000)"), "t.npy", {}).schema().size(), 0U);
  EXPECT_THROW(read_npy(with_shape("(0,)"), "t.npy", {}), DataError);
}

}  // namespace
}  // namespace netml
