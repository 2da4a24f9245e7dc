#include "netml/models/model.hpp"

#include <algorithm>

#include "netml/core/interrupt.hpp"
#include "netml/core/parallel.hpp"

namespace netml {
namespace {

// Rows that one thread scores in one go: many enough for products of matrices, few enough that the
// work is shared out evenly.
constexpr std::size_t kBlockRows = 128;

}  // namespace

Vector Model::score(const Matrix& rows, std::size_t threads) const {
  const std::size_t count = row_count(rows);
  Vector scores(rows.rows());
  parallel_for((count + kBlockRows - 1) / kBlockRows, threads, [&](std::size_t block) {
    interrupt::check_indivisible();
    const std::size_t first = block * kBlockRows;
    const std::size_t size = std::min(kBlockRows, count - first);
    score_block(rows.middleRows(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(size)),
                std::span(scores.data() + first, size));
  });
  return scores;
}

}  // namespace netml
