#include "failing_allocator.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#include <malloc.h>

// The linker sends every call of these that stands in our own object files to __wrap_… (see
// CMakeLists.txt); operator new below is one of the callers.
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier): the names are the linker's.
void* __real_malloc(std::size_t size);
void* __real_calloc(std::size_t count, std::size_t size);
void* __real_realloc(void* block, std::size_t size);
void __real_free(void* block);
void* __wrap_malloc(std::size_t size);
void* __wrap_calloc(std::size_t count, std::size_t size);
void* __wrap_realloc(void* block, std::size_t size);
void __wrap_free(void* block);
// NOLINTEND(bugprone-reserved-identifier)
}

namespace {

std::atomic<bool> g_is_on{false};
std::atomic<std::uint64_t> g_calls_left{0};
std::atomic<bool> g_has_failed{false};
std::atomic<std::int64_t> g_bytes{0};
std::atomic<std::int64_t> g_peak{0};

bool may_allocate() {
  if (!g_is_on || g_calls_left == 0) {
    return true;
  }
  const bool fails = g_calls_left.fetch_sub(1) == 1;
  g_has_failed = g_has_failed || fails;
  return !fails;
}

void* count_in(void* block) {
  if (g_is_on && block != nullptr) {
    const auto size = static_cast<std::int64_t>(malloc_usable_size(block));
    const std::int64_t now = g_bytes.fetch_add(size) + size;
    if (now > g_peak) {
      g_peak = now;
    }
  }
  return block;
}

void count_out(void* block) {
  if (g_is_on && block != nullptr) {
    g_bytes -= static_cast<std::int64_t>(malloc_usable_size(block));
  }
}

void* allocate(std::size_t size) {
  void* const block = std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) {
    throw std::bad_alloc();
  }
  return block;
}

void* allocate_aligned(std::size_t size, std::align_val_t alignment) {
  if (!may_allocate()) {
    throw std::bad_alloc();
  }
  void* block = nullptr;
  if (posix_memalign(&block, static_cast<std::size_t>(alignment), size == 0 ? 1 : size) != 0) {
    throw std::bad_alloc();
  }
  return count_in(block);
}

}  // namespace

extern "C" {

void* __wrap_malloc(std::size_t size) {
  return may_allocate() ? count_in(__real_malloc(size)) : nullptr;
}

void* __wrap_calloc(std::size_t count, std::size_t size) {
  return may_allocate() ? count_in(__real_calloc(count, size)) : nullptr;
}

void* __wrap_realloc(void* block, std::size_t size) {
  if (!may_allocate()) {
    return nullptr;
  }
  count_out(block);
  return count_in(__real_realloc(block, size));
}

void __wrap_free(void* block) {
  count_out(block);
  __real_free(block);
}

}  // extern "C"

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate_aligned(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate_aligned(size, alignment);
}
void operator delete(void* block) noexcept {
  std::free(block);
}
void operator delete[](void* block) noexcept {
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
  std::free(block);
}
void operator delete[](void* block, std::size_t) noexcept {
  std::free(block);
}
void operator delete(void* block, const std::nothrow_t&) noexcept {
  std::free(block);
}
void operator delete[](void* block, const std::nothrow_t&) noexcept {
  std::free(block);
}
void operator delete(void* block, std::align_val_t) noexcept {
  std::free(block);
}
void operator delete[](void* block, std::align_val_t) noexcept {
  std::free(block);
}
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  std::free(block);
}
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept {
  std::free(block);
}

namespace netml::fuzz {

AllocationTrial::AllocationTrial(std::uint64_t fail_at) {
  g_calls_left = fail_at;
  g_has_failed = false;
  g_bytes = 0;
  g_peak = 0;
  g_is_on = true;
}

AllocationTrial::~AllocationTrial() {
  g_is_on = false;
}

bool AllocationTrial::has_failed() noexcept {
  return g_has_failed;
}

std::size_t AllocationTrial::peak_bytes() noexcept {
  return static_cast<std::size_t>(g_peak.load());
}

}  // namespace netml::fuzz
