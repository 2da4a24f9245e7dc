#include "netml/table/npz.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"

#include "support/temp_folder.hpp"

namespace netml {
namespace {

ColumnInfo column(const std::string& name, ColumnType type, bool is_identity = false) {
  ColumnInfo info;
  info.name = name;
  info.type = type;
  info.is_identity = is_identity;
  return info;
}

Schema schema() {
  Schema result;
  result.columns = {
      column("src_ip", ColumnType::kText, true), column("start_ns", ColumnType::kI64, true),
      column("vlan_id", ColumnType::kU64, true), column("packets", ColumnType::kU64),
      column("rate", ColumnType::kF64),          column("label", ColumnType::kU64, true)};
  return result;
}

std::string write_sample(const test::TempFolder& folder) {
  std::string path = folder.path("t.npz");
  NpzWriter writer(path, {"label", R"({"sets":["é"]})"});
  writer.begin(schema());
  const Cell first[] = {Cell::of(std::string_view("10.0.0.1")),
                        Cell::of(std::int64_t{1499083690807570001}),
                        Cell::missing(),
                        Cell::of(std::uint64_t{3}),
                        Cell::of(0.1),
                        Cell::of(std::uint64_t{1})};
  const Cell second[] = {Cell::of(std::string_view("fe80::é")),
                         Cell::of(std::int64_t{-5}),
                         Cell::of(std::uint64_t{7}),
                         Cell::of(std::uint64_t{4}),
                         Cell::missing(),
                         Cell::missing()};
  writer.row(first);
  writer.row(second);
  writer.end();
  return path;
}

TEST(Npz, ReadsBackWhatWasWritten) {
  const test::TempFolder folder;
  const NpzFile file = read_npz(test::slurp(write_sample(folder)), "t.npz");
  EXPECT_EQ(file.recipe, R"({"sets":["é"]})");
  const Table& table = file.table;
  EXPECT_EQ(table.schema().names(), (std::vector<std::string>{"src_ip", "start_ns", "vlan_id",
                                                              "packets", "rate", "label"}));
  EXPECT_EQ(table.cell(0, 0).text, "10.0.0.1");
  EXPECT_EQ(table.cell(1, 0).text, "fe80::é");
  EXPECT_EQ(table.cell(0, 1).i64, 1499083690807570001);
  EXPECT_EQ(table.cell(0, 2).kind, Cell::Kind::kMissing);
  EXPECT_EQ(table.cell(1, 2).text, "7");  // a number column with gaps
  EXPECT_EQ(table.number(0, 4), 0.1);
  EXPECT_TRUE(std::isnan(table.number(1, 4)));
  EXPECT_EQ(table.cell(0, 5).i64, 1);
  EXPECT_EQ(table.cell(1, 5).kind, Cell::Kind::kMissing);
  EXPECT_TRUE(table.schema().columns[0].is_identity);
  EXPECT_FALSE(table.schema().columns[3].is_identity);
}

// The layout that numpy.load reads without pickle: stored members, .npy version 1, '<f8'.
TEST(Npz, BytesAreStoredMembersOfPlainArrays) {
  const test::TempFolder folder;
  const std::string bytes = test::slurp(write_sample(folder));
  EXPECT_EQ(bytes.substr(0, 4), "PK\x03\x04");
  EXPECT_EQ(bytes.substr(8, 2), std::string(2, '\0'));  // method: stored
  const std::size_t npy = bytes.find("\x93NUMPY\x01");
  ASSERT_NE(npy, std::string::npos);
  EXPECT_EQ(bytes.substr(npy + 10, 60),
            "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), } ");
  double value = 0;
  std::memcpy(&value, bytes.data() + npy + 128 + 8, 8);
  EXPECT_EQ(value, 0.1);
  EXPECT_NE(bytes.find("('src_ip', '<U8'), ('start_ns', '<i8'), ('vlan_id', '<U1')"),
            std::string::npos);
  EXPECT_EQ(bytes, test::slurp(write_sample(folder)));
}

TEST(Npz, WithoutLabelsThereIsNoY) {
  const test::TempFolder folder;
  const std::string path = folder.path("t.npz");
  NpzWriter writer(path, {});
  Schema one;
  one.columns = {column("x", ColumnType::kF64)};
  writer.begin(one);
  writer.end();
  const std::string bytes = test::slurp(path);
  EXPECT_EQ(bytes.find("y.npy"), std::string::npos);
  const NpzFile file = read_npz(bytes, "t.npz");
  EXPECT_EQ(file.table.row_count(), 0u);
  EXPECT_EQ(file.table.schema().names(), std::vector<std::string>{"x"});
}

TEST(Npz, NeedsARegularFile) {
  EXPECT_THROW(NpzWriter("-", {}), UsageError);
  EXPECT_THROW(NpzWriter("/dev/null", {}), UsageError);
}

TEST(Npz, ListsDoNotFit) {
  const test::TempFolder folder;
  NpzWriter writer(folder.path("t.npz"), {});
  Schema one;
  one.columns = {column("splt", ColumnType::kList)};
  EXPECT_THROW(writer.begin(one), UsageError);
}

TEST(Npz, NothingAppearsWithoutEnd) {
  const test::TempFolder folder;
  {
    NpzWriter writer(folder.path("t.npz"), {});
    writer.begin(schema());
  }
  EXPECT_TRUE(std::filesystem::is_empty(std::filesystem::path(folder.path("t.npz")).parent_path()));
}

TEST(Npz, DamagedBytesNeverCrashOrPass) {
  const test::TempFolder folder;
  const std::string bytes = test::slurp(write_sample(folder));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THROW(read_npz(bytes.substr(0, length), "t.npz"), DataError) << length;
  }
  // A flipped byte is refused, or lies where the format does not look (dates, versions).
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x11);
    try {
      const NpzFile file = read_npz(flipped, "t.npz");
      EXPECT_LE(file.table.row_count(), 2u) << i;
    } catch (const DataError&) {
    }
  }
}

TEST(Npz, ATableThatDoesNotFitTheLimitIsRefused) {
  const test::TempFolder folder;
  const auto with_key = [&](std::string_view key) {
    NpzWriter writer(folder.path("t.npz"), {});
    Schema keyed;
    keyed.columns = {column("key", ColumnType::kText, true), column("x", ColumnType::kF64)};
    writer.begin(keyed);
    const Cell row[] = {Cell::of(key), Cell::of(0.5)};
    for (int i = 0; i < 1000; ++i) {
      writer.row(row);
    }
    writer.end();
    return test::slurp(folder.path("t.npz"));
  };
  // What a text takes beside its place counts where it has such.
  for (const auto& [key, enough] : {std::pair("k", 65'000), {"longer than in place", 190'000}}) {
    const std::string bytes = with_key(key);
    EXPECT_THROW(read_npz(bytes, "t.npz", static_cast<std::uint64_t>(enough) - 10'000), LimitError);
    EXPECT_EQ(read_npz(bytes, "t.npz", static_cast<std::uint64_t>(enough)).table.row_count(),
              1000u);
  }
}

TEST(Npz, CompressedMembersAreNamed) {
  const test::TempFolder folder;
  std::string bytes = test::slurp(write_sample(folder));
  const std::size_t directory = bytes.find("PK\x01\x02");
  bytes[directory + 10] = 8;
  try {
    read_npz(bytes, "t.npz");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_STREQ(
        error.what(),
        "t.npz: member 'X.npy': it is compressed; save with np.savez, not np.savez_compressed");
  }
}

}  // namespace
}  // namespace netml
