#include "netml/core/json_text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "netml/core/error.hpp"

namespace netml {
namespace {

TEST(JsonText, ReadsNestedValues) {
  const JsonDocument document = parse_json(R"({"a":[1,{"b":-2.5}],"c":"x"})", "t");
  EXPECT_EQ(document->dump(), R"({"a":[1,{"b":-2.5}],"c":"x"})");
}

TEST(JsonText, RefusesWhatTheFormatLeavesOpen) {
  EXPECT_THROW(parse_json(R"({"a":1,"a":2})", "t"), DataError);
  EXPECT_THROW(parse_json(R"({"a":1e999})", "t"), DataError);
  EXPECT_THROW(parse_json(R"({"a":1} x)", "t"), DataError);
  EXPECT_THROW(parse_json("", "t"), DataError);
  EXPECT_THROW(parse_json(R"({"a":01})", "t"), DataError);
}

TEST(JsonText, DepthIsBounded) {
  const std::string deep(100000, '[');
  EXPECT_THROW(parse_json(deep, "t"), DataError);
  EXPECT_NO_THROW(parse_json(std::string(64, '[') + std::string(64, ']'), "t"));
  EXPECT_THROW(parse_json(std::string(65, '[') + std::string(65, ']'), "t"), DataError);
}

TEST(JsonText, MessageNamesTheInput) {
  try {
    parse_json("{", "params.json");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_EQ(std::string(error.what()).rfind("params.json: ", 0), 0u) << error.what();
  }
}

}  // namespace
}  // namespace netml
