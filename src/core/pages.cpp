#include "netml/core/pages.hpp"

#include <cstdint>
#include <new>
#include <utility>

#include <sys/mman.h>

namespace netml {

// Maps one huge page too much and trims what lies before and behind the aligned part.
Pages::Pages(std::size_t bytes, bool dense) : bytes_(bytes) {
  const std::size_t slack = bytes < kHuge ? 0 : kHuge;
  if (bytes > SIZE_MAX - slack) {
    throw std::bad_alloc();
  }
  void* memory = mmap(nullptr, bytes + slack, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    throw std::bad_alloc();
  }
  begin_ = static_cast<std::byte*>(memory);
  if (slack != 0) {
    const std::size_t before = (kHuge - reinterpret_cast<std::uintptr_t>(begin_) % kHuge) % kHuge;
    if (before != 0) {
      munmap(begin_, before);
    }
    begin_ += before;
    if (before != slack) {
      munmap(begin_ + bytes, slack - before);
    }
  }
  if (dense) {
    madvise(begin_, bytes, MADV_HUGEPAGE);
  }
}

Pages::Pages(Pages&& other) noexcept
    : begin_(std::exchange(other.begin_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

Pages& Pages::operator=(Pages&& other) noexcept {
  std::swap(begin_, other.begin_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

Pages::~Pages() {
  if (begin_ != nullptr) {
    munmap(begin_, bytes_);
  }
}

void Pages::discard() noexcept {
  madvise(begin_, bytes_, MADV_DONTNEED);
}

}  // namespace netml
