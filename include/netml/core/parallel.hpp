#pragma once

#include <cstddef>
#include <functional>

namespace netml {

/// Runs task(0) … task(count - 1), spread over at most `threads` threads, the calling one included;
/// returns when all have ended. Tasks run in any order, so that results are the same for any number
/// of threads only where each writes its own place.
///
/// Where a thread cannot be had, fewer do the work. When tasks throw, those not yet begun are left
/// out, and of what was thrown the one with the lowest number is thrown on.
void parallel_for(std::size_t count, std::size_t threads,
                  const std::function<void(std::size_t)>& task);

/// What --threads means: 0 is one per processor, at most 8.
std::size_t thread_count(std::size_t asked) noexcept;

}  // namespace netml
