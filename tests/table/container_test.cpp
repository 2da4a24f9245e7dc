#include "netml/table/container.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>

#include "netml/core/error.hpp"

namespace netml {
namespace {

std::string sample() {
  std::vector<Array> arrays;
  ArrayWriter writer(arrays, "m.");
  const std::vector<double> values = {1.5, -0.0, 1e308, 3, 4, 5};
  writer.add("x", values);
  writer.add("matrix", values, 2, 3);
  writer.add("numbers", std::vector<std::int32_t>{1, -2});
  writer.add_text("text", "a\nb");
  return write_container(R"({"kind":"x"})", arrays);
}

// Puts the checksum right again, as somebody with bad intentions would.
std::string resealed(std::string file) {
  constexpr char kDigits[] = "0123456789abcdef";
  file.replace(34, 8, "00000000");
  std::uint32_t crc = 0xffffffff;
  for (std::size_t i = 8; i < file.size(); ++i) {
    crc ^= static_cast<unsigned char>(file[i]);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0U);
    }
  }
  crc = ~crc;
  for (std::size_t i = 0; i < 8; ++i) {
    file[34 + i] = kDigits[(crc >> (28 - 4 * i)) & 15];
  }
  return file;
}

// A file with this header, and this payload behind it.
std::string file_with(std::string header, const std::string& payload = "") {
  header = R"({"__metadata__":{"crc32":"00000000","format":"1","netml":"{}"})" + header + "}";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = header.size();
  std::string file(8, '\0');
  std::memcpy(file.data(), &length, 8);
  return resealed(file + header + payload);
}

std::string refusal(const std::string& bytes) {
  try {
    read_container(bytes, "m.netml");
  } catch (const ModelError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Container, GivesBackWhatWasWritten) {
  const std::string bytes = sample();
  const Container container = read_container(bytes, "t");
  EXPECT_EQ(container.description, R"({"kind":"x"})");
  const ArrayReader reader(container, "m.", "t");
  EXPECT_EQ(reader.f64("x"), (std::vector<double>{1.5, -0.0, 1e308, 3, 4, 5}));
  EXPECT_TRUE(std::signbit(reader.f64("x")[1]));
  EXPECT_EQ(reader.shape("matrix").rows, 2u);
  EXPECT_EQ(reader.shape("matrix").columns, 3u);
  EXPECT_EQ(reader.i32("numbers"), (std::vector<std::int32_t>{1, -2}));
  EXPECT_EQ(reader.text("text"), "a\nb");
}

TEST(Container, BytesAreTheDocumentedLayout) {
  const std::string bytes = sample();
  EXPECT_EQ(bytes, sample());
  EXPECT_EQ(bytes.substr(8, 26), R"({"__metadata__":{"crc32":")");
  EXPECT_EQ(bytes.substr(42, 23), R"(","format":"1","netml":)");
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length % 8, 0u);
  EXPECT_EQ(bytes.size(), 8 + length + 6 * 8 + 6 * 8 + 8 + 3);
  // The checksum is zlib's CRC-32 of everything behind the length.
  EXPECT_EQ(resealed(bytes), bytes);
}

TEST(Container, EveryTruncationIsRefused) {
  const std::string bytes = sample();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_NE(refusal(bytes.substr(0, length)), "accepted") << length;
  }
  EXPECT_NE(refusal(bytes + std::string(8, '\0')), "accepted");
}

TEST(Container, EveryFlippedBitIsRefused) {
  const std::string bytes = sample();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      EXPECT_NE(refusal(flipped), "accepted") << "byte " << i << " bit " << bit;
    }
  }
}

TEST(Container, NewerFormatNamesBothVersions) {
  std::string bytes = sample();
  bytes.replace(bytes.find("\"format\":\"1\"") + 10, 1, "2");
  EXPECT_EQ(refusal(bytes),
            "m.netml: format 2 is newer than format 1, the newest that this netml reads; use "
            "a newer netml");
}

TEST(Container, HostileHeadersAreRefused) {
  const std::string eight(8, '\0');
  EXPECT_EQ(refusal(file_with("")), "accepted");
  EXPECT_EQ(refusal(file_with(R"(,"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]})", eight)),
            "accepted");
  for (
      const char* header : {
          R"(,"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]})",   // no payload
          R"(,"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]})",   // wrong size
          R"(,"a":{"dtype":"F64","shape":[1],"data_offsets":[8,16]})",  // gap
          R"(,"a":{"dtype":"F64","shape":[1],"data_offsets":[8,0]})",   // backwards
          R"(,"a":{"dtype":"F64","shape":[4611686018427387905,4],"data_offsets":[0,8]})",  // overflow
          R"(,"a":{"dtype":"F64","shape":[-1],"data_offsets":[0,8]})",
          R"(,"a":{"dtype":"F64","shape":[1.0],"data_offsets":[0,8]})",
          R"(,"a":{"dtype":"F64","shape":[1,1,1],"data_offsets":[0,8]})",
          R"(,"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]})",
          R"(,"a":{"dtype":"F64","shape":[1]})",
          R"(,"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8],"x":1})",
          R"(,"a":{"dtype":"F64","shape":[1],"shape":[1],"data_offsets":[0,8]})",
          R"(,"a":7)",
          R"(,"a":[[[[[[[[1]]]]]]]])",
          R"(,"__metadata__":{"netml":"{}"})",
          R"(,"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})",
      }) {
    EXPECT_NE(refusal(file_with(header)), "accepted") << header;
    if (std::string(header).find("[0,8]") != std::string::npos &&
        std::string(header).find("F64\",\"shape\":[1],\"data_offsets\":[0,8]}") ==
            std::string::npos) {
      EXPECT_NE(refusal(file_with(header, eight)), "accepted") << header;
    }
  }
}

TEST(Container, DeepJsonDoesNotRecurse) {
  EXPECT_NE(refusal(file_with(",\"a\":" + std::string(200000, '['))), "accepted");
}

TEST(Container, NumbersThatAreNotFiniteAreRefused) {
  std::vector<Array> arrays;
  ArrayWriter writer(arrays, "");
  writer.add("x", std::vector<double>{1, std::numeric_limits<double>::quiet_NaN()});
  const std::string bytes = write_container("{}", arrays);
  const Container container = read_container(bytes, "m.netml");
  const ArrayReader reader(container, "", "m.netml");
  EXPECT_THROW(reader.f64("x"), ModelError);
  EXPECT_THROW(reader.f64("y"), ModelError);
  EXPECT_THROW(reader.i32("x"), ModelError);
}

}  // namespace
}  // namespace netml
