#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace netml {

/// Row numbers of the two parts, each in split order.
struct Split {
  std::vector<std::size_t> train;
  std::vector<std::size_t> test;
};

/// ceil(share · n), as scikit-learn counts the rows of a test part.
std::size_t test_count(std::size_t n, double share);

/// Python netml's split: scikit-learn's train_test_split(test_size=share, random_state=seed).
/// MT19937 and its masked-rejection shuffle; the first test_count entries of the permutation are
/// the test part.
Split netml_split(std::size_t n, double share, std::uint32_t seed);

/// Seeded, stratified: each class gives its share of test_count(n, share) test rows (largest
/// remainder), both parts are in shuffled order. `labels`: 0 or 1 per row.
Split stratified_split(std::span<const int> labels, double share, std::uint64_t seed);

/// The last test_count rows by time are the test part; equal times keep row order. Both parts in
/// order of time.
Split time_split(std::span<const std::int64_t> times_ns, double share);

}  // namespace netml
