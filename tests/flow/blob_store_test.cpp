#include "netml/flow/blob_store.hpp"

#include <cstring>
#include <vector>

#include <gtest/gtest.h>

#include "support/resident.hpp"

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
  std::byte* const first = store.reserve(blob, 1);
  std::memset(first, 7, 4096);
  EXPECT_EQ(store.used_bytes(), 4096u);
  for (const std::size_t bytes : {4096u, 4097u, 8000u, 16'384u}) {
    const std::byte* at = store.reserve(blob, bytes);
    ASSERT_EQ(at, first);
    EXPECT_GE(blob.capacity, bytes);
    EXPECT_LT(blob.capacity, std::max<std::size_t>(2 * bytes, 4097));
    EXPECT_EQ(store.used_bytes(), blob.capacity);
    EXPECT_EQ(BlobStore::capacity(bytes), blob.capacity);
    for (int i = 0; i < 4096; ++i) {
      ASSERT_EQ(at[i], std::byte{7});
    }
  }
  store.release(blob);
  EXPECT_TRUE(blob.is_empty());
  EXPECT_EQ(store.used_bytes(), 0u);
  store.release(blob);
}

TEST(BlobStore, WhatStaysPinsNoPagesOfOthers) {
  BlobStore store;
  std::vector<BlobHandle> blobs(4000);
  std::vector<const std::byte*> places;
  const auto in_memory = [&] {
    std::size_t total = 0;
    for (const std::byte* place : places) {
      total += test::resident(place, BlobStore::kLargest);
    }
    return total;
  };
  for (BlobHandle& blob : blobs) {
    std::memset(store.reserve(blob, BlobStore::kLargest), 1, BlobStore::kLargest);
    places.push_back(store.at(blob));
  }
  EXPECT_EQ(in_memory(), store.used_bytes());
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    if (i % 100 != 0) {
      store.release(blobs[i]);
    }
  }
  EXPECT_EQ(store.used_bytes(), 40 * BlobStore::kLargest);
  EXPECT_LE(in_memory(), store.used_bytes() + (1u << 20));
  // Smaller ones in their place take what they count as.
  for (BlobHandle& blob : blobs) {
    if (blob.is_empty()) {
      std::memset(store.reserve(blob, 100), 2, 4096);
    }
  }
  EXPECT_EQ(in_memory(), store.used_bytes());
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
  std::memset(store.reserve(a, 300), 1, 4096);
  std::memset(store.reserve(b, 300), 2, 4096);
  std::memset(store.reserve(a, 16'384), 1, 16'384);
  EXPECT_EQ(store.at(a)[16'383], std::byte{1});
  EXPECT_EQ(store.at(b)[0], std::byte{2});
}

}  // namespace
}  // namespace netml
