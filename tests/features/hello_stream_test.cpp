#include "netml/features/hello_stream.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace netml {
namespace {

std::string start(const HelloStream& stream, const BlobStore& blobs) {
  const auto bytes = stream.start(blobs);
  return {bytes.begin(), bytes.end()};
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(HelloStream, StartsWhereTheFirstByteIsAndEndsAtTheFirstGap) {
  BlobStore blobs;
  HelloStream stream;
  EXPECT_EQ(start(stream, blobs), "");
  stream.add(3, bytes_of("def"), blobs);
  EXPECT_EQ(start(stream, blobs), "");
  stream.add(0, bytes_of("ab"), blobs);
  EXPECT_EQ(start(stream, blobs), "ab");
  stream.add(2, bytes_of("c"), blobs);
  EXPECT_EQ(start(stream, blobs), "abcdef");
  stream.release(blobs);
  EXPECT_EQ(blobs.used_bytes(), 0u);
}

TEST(HelloStream, OfBytesThatComeTwiceTheFirstOnesCount) {
  BlobStore blobs;
  HelloStream stream;
  stream.add(2, bytes_of("cd"), blobs);
  stream.add(6, bytes_of("gh"), blobs);
  stream.add(0, bytes_of("AB..EF..IJ"), blobs);
  EXPECT_EQ(start(stream, blobs), "ABcdEFghIJ");
}

TEST(HelloStream, PiecesInAnyOrderGiveTheWhole) {
  std::string whole(5000, ' ');
  std::mt19937 random(1);
  std::generate(whole.begin(), whole.end(), [&] { return static_cast<char>(random()); });
  for (int round = 0; round < 20; ++round) {
    std::vector<std::pair<std::size_t, std::size_t>> pieces;  // 21 of them: no more stretches
    for (std::size_t at = 0; at < whole.size(); at += 250) {
      pieces.emplace_back(at, std::min<std::size_t>(250 + random() % 100, whole.size() - at));
    }
    std::shuffle(pieces.begin(), pieces.end(), random);
    BlobStore blobs;
    HelloStream stream;
    for (const auto& [at, size] : pieces) {
      stream.add(at, bytes_of(whole).subspan(at, size), blobs);
    }
    EXPECT_EQ(start(stream, blobs), whole);
  }
}

TEST(HelloStream, IsBounded) {
  BlobStore blobs;
  HelloStream stream;
  const std::string large(70'000, 'x');
  stream.add(HelloStream::kMostBytes, bytes_of("x"), blobs);
  stream.add(UINT64_MAX, bytes_of("x"), blobs);
  EXPECT_TRUE(stream.is_empty());
  stream.add(0, bytes_of(large), blobs);
  EXPECT_EQ(start(stream, blobs).size(), HelloStream::kMostBytes);
  EXPECT_EQ(blobs.used_bytes(), BlobStore::kLargest);
  stream.release(blobs);
  for (std::size_t i = 0; i < 100; ++i) {
    stream.add(2 * i + 1, bytes_of("x"), blobs);
  }
  stream.add(0, bytes_of("y"), blobs);
  EXPECT_EQ(start(stream, blobs), "yx") << "a piece that touches another is no new stretch";
}

}  // namespace
}  // namespace netml
