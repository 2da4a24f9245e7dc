#include "netml/table/row_sink.hpp"

#include <gtest/gtest.h>

#include "netml/core/error.hpp"
#include "netml/table/table_sink.hpp"

namespace netml {
namespace {

TEST(RowSink, ASinkOfCellsRefusesText) {
  TableSink sink;
  EXPECT_EQ(sink.row_format(), nullptr);
  EXPECT_THROW(sink.lines("1,2\n"), InternalError);
}

}  // namespace
}  // namespace netml
