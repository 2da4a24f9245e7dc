#include "netml/core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace netml {
namespace {

constexpr std::size_t kMostThreads = 8;

// The tasks that are left, and the first thing that went wrong.
class Work {
 public:
  Work(std::size_t count, const std::function<void(std::size_t)>& task)
      : count_(count), task_(task) {}

  void run() noexcept {
    for (std::size_t number = next_++; number < count_; number = next_++) {
      try {
        task_(number);
      } catch (...) {
        keep(number, std::current_exception());
        next_ = count_;
      }
    }
  }

  void rethrow() const {
    if (error_) {
      std::rethrow_exception(error_);
    }
  }

 private:
  void keep(std::size_t number, std::exception_ptr error) noexcept {
    const std::lock_guard lock(mutex_);
    if (!error_ || number < error_number_) {
      error_ = std::move(error);
      error_number_ = number;
    }
  }

  const std::size_t count_;
  const std::function<void(std::size_t)>& task_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::exception_ptr error_;
  std::size_t error_number_ = 0;
};

}  // namespace

void parallel_for(std::size_t count, std::size_t threads,
                  const std::function<void(std::size_t)>& task) {
  Work work(count, task);
  {
    std::vector<std::jthread> helpers;
    const std::size_t wanted = std::min(threads, count);
    try {
      for (std::size_t i = 1; i < wanted; ++i) {
        helpers.emplace_back([&work] { work.run(); });
      }
    } catch (const std::system_error&) {
      // The threads that there are do it all.
    }
    work.run();
  }
  work.rethrow();
}

std::size_t thread_count(std::size_t asked) noexcept {
  const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
  return asked != 0 ? asked : std::min(processors, kMostThreads);
}

}  // namespace netml
