#include "netml/flow/blob_store.hpp"

#include <cstring>

#include <gtest/gtest.h>

namespace netml {
namespace {

TEST(BlobStore, AnEmptyHandleHasNothing) {
  const BlobStore store;
  EXPECT_EQ(store.at({}), nullptr);
  EXPECT_EQ(store.used_bytes(), 0u);
}

TEST(BlobStore, GrowsByPowersOfTwoAndKeepsWhatIsThere) {
  BlobStore store;
  BlobHandle blob;
  std::memset(store.reserve(blob, 1), 7, 256);
  EXPECT_EQ(store.used_bytes(), 256u);
  for (const std::size_t bytes : {256u, 257u, 1000u, 16'384u}) {
    const std::byte* at = store.reserve(blob, bytes);
    ASSERT_NE(at, nullptr);
    EXPECT_GE(blob.capacity, bytes);
    EXPECT_LT(blob.capacity, std::max<std::size_t>(2 * bytes, 257));
    EXPECT_EQ(store.used_bytes(), blob.capacity);
    for (int i = 0; i < 256; ++i) {
      ASSERT_EQ(at[i], std::byte{7});
    }
  }
  store.release(blob);
  EXPECT_TRUE(blob.is_empty());
  EXPECT_EQ(store.used_bytes(), 0u);
  store.release(blob);
}

TEST(BlobStore, NothingGrowsBeyondTheLargest) {
  BlobStore store;
  BlobHandle blob;
  EXPECT_EQ(store.reserve(blob, BlobStore::kLargest + 1), nullptr);
  EXPECT_TRUE(blob.is_empty());
  EXPECT_FALSE(store.is_exhausted()) << "that is a refusal, not want of memory";
}

TEST(BlobStore, BlobsAreApart) {
  BlobStore store;
  BlobHandle a, b;
  std::memset(store.reserve(a, 300), 1, 512);
  std::memset(store.reserve(b, 300), 2, 512);
  store.reserve(a, 600);
  EXPECT_EQ(store.at(a)[511], std::byte{1});
  EXPECT_EQ(store.at(b)[0], std::byte{2});
}

}  // namespace
}  // namespace netml
