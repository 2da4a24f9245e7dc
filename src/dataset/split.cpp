#include "netml/dataset/split.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <random>

#include "netml/core/rng.hpp"

namespace netml {
namespace {

Split cut(const std::vector<std::size_t>& order, std::size_t test_rows) {
  const auto border = order.begin() + static_cast<std::ptrdiff_t>(test_rows);
  return {{border, order.end()}, {order.begin(), border}};
}

}  // namespace

std::size_t test_count(std::size_t n, double share) {
  const double count = std::ceil(share * static_cast<double>(n));
  return std::min(n, static_cast<std::size_t>(std::max(0.0, count)));
}

Split netml_split(std::size_t n, double share, std::uint32_t seed) {
  std::mt19937 engine(seed);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = n; i-- > 1;) {
    const std::uint64_t mask = (std::uint64_t{1} << std::bit_width(i)) - 1;
    std::uint64_t j = 0;
    do {
      j = engine() & mask;
    } while (j > i);
    std::swap(order[i], order[j]);
  }
  return cut(order, test_count(n, share));
}

Split stratified_split(std::span<const int> labels, double share, std::uint64_t seed) {
  std::array<std::vector<std::size_t>, 2> classes;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    classes[labels[i] == 0 ? 0 : 1].push_back(i);
  }
  const std::size_t total = test_count(labels.size(), share);
  const double exact = static_cast<double>(total) * static_cast<double>(classes[1].size()) /
                       static_cast<double>(std::max<std::size_t>(labels.size(), 1));
  std::size_t abnormal = std::min(classes[1].size(), static_cast<std::size_t>(std::llround(exact)));
  abnormal = std::max(abnormal, total - std::min(total, classes[0].size()));
  const std::array<std::size_t, 2> counts = {total - abnormal, abnormal};

  Rng rng(seed);
  Split split;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const std::vector<std::size_t> order = permutation(classes[c].size(), rng);
    for (std::size_t i = 0; i < order.size(); ++i) {
      (i < counts[c] ? split.test : split.train).push_back(classes[c][order[i]]);
    }
  }
  for (std::vector<std::size_t>* part : {&split.train, &split.test}) {
    std::vector<std::size_t> mixed;
    mixed.reserve(part->size());
    for (const std::size_t i : permutation(part->size(), rng)) {
      mixed.push_back((*part)[i]);
    }
    part->swap(mixed);
  }
  return split;
}

Split time_split(std::span<const std::int64_t> times_ns, double share) {
  std::vector<std::size_t> order(times_ns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return times_ns[a] < times_ns[b]; });
  const auto border = order.end() - static_cast<std::ptrdiff_t>(test_count(times_ns.size(), share));
  return {{order.begin(), border}, {border, order.end()}};
}

}  // namespace netml
