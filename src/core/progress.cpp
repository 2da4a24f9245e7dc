#include "netml/core/progress.hpp"

#include "netml/core/interrupt.hpp"

namespace netml::progress {

constinit Board board;

void tell_fit(double share) {
  board.fit_share.store(share, std::memory_order_relaxed);
  interrupt::check();
}

}  // namespace netml::progress
