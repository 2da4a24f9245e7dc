#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/dhcp_frames.hpp"
#include "support/frame_rows.hpp"

namespace netml {
namespace {

using namespace test;
using testing::ElementsAre;

const Bytes kDiscover = dhcp_option(53, Bytes{1}), kRequest = dhcp_option(53, Bytes{3}),
            kAck = dhcp_option(53, Bytes{5}), kEnd = {255};

Recipe recipe(bool is_nfstream = false) {
  Recipe with = is_nfstream ? nfstream_recipe({"flow", "dhcp"}) : Recipe{};
  with.sets = {"flow", "dhcp"};
  return with;
}

Table rows(const std::vector<Bytes>& messages, bool is_nfstream = false) {
  std::vector<TimedFrame> frames;
  for (const Bytes& message : messages) {
    frames.push_back({dhcp_frame(message), static_cast<std::int64_t>(frames.size())});
  }
  return frame_rows(frames, recipe(is_nfstream));
}

std::vector<std::int64_t> options(const Table& table) {
  const Cell cell = table.cell(0, table.schema().find("udps.dhcp_options").value());
  if (cell.kind != Cell::Kind::kList) {
    return {-1};
  }
  return {cell.list.begin(), cell.list.end()};
}

std::string dhcp_text(const Table& table, const std::string& column, std::size_t row = 0) {
  return text_of(table, "udps.dhcp_" + column, row);
}

TEST(Dhcp, ARequestFillsTheColumns) {
  const Table table =
      rows({dhcp(kRequest + dhcp_option(12, "host") + dhcp_option(50, Bytes{10, 0, 0, 7}) +
                     dhcp_option(55, Bytes{1, 3, 6}) + dhcp_option(57, u16(1500)) +
                     dhcp_option(60, "MSFT 5.0") + dhcp_option(77, "user") + kEnd,
                 {.client_address = {10, 0, 0, 8}})});
  ASSERT_EQ(table.row_count(), 1u);
  EXPECT_EQ(dhcp_text(table, "12"), "host");
  EXPECT_EQ(dhcp_text(table, "50"), "10.0.0.7");
  EXPECT_EQ(dhcp_text(table, "55"), "1,3,6");
  EXPECT_EQ(table.number(0, table.schema().find("udps.dhcp_57").value()), 1500);
  EXPECT_EQ(dhcp_text(table, "60"), "MSFT 5.0");
  EXPECT_EQ(dhcp_text(table, "77"), "user");
  EXPECT_THAT(options(table), ElementsAre(53, 12, 50, 55, 57, 60, 77));
  EXPECT_EQ(dhcp_text(table, "addr"), "10.0.0.8");
  EXPECT_EQ(dhcp_text(table, "msg_type"), "REQUEST");
  EXPECT_EQ(dhcp_text(table, "oui"), "02:00:00");
}

TEST(Dhcp, OtherMessagesGiveTheTextsOnly) {
  const Table table =
      rows({dhcp(kDiscover + dhcp_option(12, "host") + dhcp_option(50, Bytes{10, 0, 0, 7}) +
                 dhcp_option(55, Bytes{1}) + kEnd)});
  EXPECT_EQ(dhcp_text(table, "12"), "host");
  EXPECT_EQ(dhcp_text(table, "msg_type"), "DISCOVER");
  for (const char* column : {"50", "55", "addr", "oui"}) {
    EXPECT_EQ(dhcp_text(table, column), "-") << column;
  }
  EXPECT_THAT(options(table), ElementsAre(-1)) << "no list";
}

TEST(Dhcp, TheLastRequestCountsAndTheFirstTypeStays) {
  const Table table =
      rows({dhcp(kDiscover + kEnd), dhcp(kRequest + dhcp_option(55, Bytes{1}) + kEnd),
            dhcp(kRequest + dhcp_option(12, "") + kEnd)});
  ASSERT_EQ(table.row_count(), 1u);
  EXPECT_EQ(dhcp_text(table, "msg_type"), "DISCOVER");
  EXPECT_EQ(dhcp_text(table, "55"), "-");
  EXPECT_THAT(options(table), ElementsAre(53, 12));
}

TEST(Dhcp, AnAckOrANamelessSourceEndsTheFlow) {
  const Table table = rows({dhcp(kRequest + kEnd), dhcp(kAck + kEnd), dhcp(kRequest + kEnd)});
  ASSERT_EQ(table.row_count(), 2u);
  EXPECT_EQ(text_of(table, "end_reason"), "plugin");
  EXPECT_EQ(text_of(table, "end_reason", 1), "end");
  const Table nameless = frame_rows(
      {{dhcp_frame(dhcp(kDiscover + kEnd), true), 0}, {dhcp_frame(dhcp(kRequest + kEnd), true), 1}},
      recipe());
  ASSERT_EQ(nameless.row_count(), 2u);
  EXPECT_EQ(dhcp_text(nameless, "msg_type", 1), "REQUEST");
}

TEST(Dhcp, ThePresetSpellsTypesAsNfstreamDoes) {
  const Table table = rows({dhcp(kRequest + kEnd)}, true);
  EXPECT_EQ(dhcp_text(table, "msg_type"), "MsgType.REQUEST");
  const Table untyped = rows({dhcp(dhcp_option(12, "x") + kEnd)}, true);
  EXPECT_EQ(dhcp_text(untyped, "msg_type"), "0");
  EXPECT_TRUE(options(untyped).empty()) << "an empty list, not a missing one";
}

TEST(Dhcp, WithoutThePresetOnlyDhcpCounts) {
  const Bytes foreign = dhcp(kRequest + kEnd, {.magic = 1});
  EXPECT_EQ(dhcp_text(rows({foreign}), "msg_type"), "-");
  EXPECT_EQ(dhcp_text(rows({foreign}, true), "msg_type"), "MsgType.REQUEST");
  const Bytes padded = dhcp(kRequest + dhcp_option(12, std::string("pc\0\0", 4)) + kEnd);
  EXPECT_EQ(dhcp_text(rows({padded}), "12"), "pc");
}

TEST(Dhcp, WhatIsCutShortGivesWhatIsThere) {
  const Bytes frame = dhcp_frame(dhcp(kRequest + dhcp_option(12, "hostname") + kEnd));
  const Table table = frame_rows({{first(frame, frame.size() - 5), 0, frame.size()}}, recipe());
  EXPECT_EQ(dhcp_text(table, "12"), "host");
  const Table none = frame_rows({{first(frame, 200), 0, frame.size()}}, recipe());
  EXPECT_EQ(dhcp_text(none, "msg_type"), "-");
}

TEST(Dhcp, BytesThatAreNotUtf8AreReplaced) {
  const Table table = rows({dhcp(kRequest + dhcp_option(12, "a\xff") + kEnd)});
  EXPECT_EQ(dhcp_text(table, "12"), "a\xef\xbf\xbd");
}

}  // namespace
}  // namespace netml
