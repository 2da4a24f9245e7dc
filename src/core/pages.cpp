#include "netml/core/pages.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <sys/mman.h>

namespace netml {

Pages::Pages(std::size_t bytes) : bytes_(bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    throw std::bad_alloc();
  }
  begin_ = static_cast<std::byte*>(memory);
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

#ifdef __SANITIZE_THREAD__

// It does not know mremap(2): to it, who gets the old place next would race with who has left.
void Pages::grow(std::size_t bytes) {
  Pages larger(bytes);
  std::copy_n(begin_, bytes_, larger.begin_);
  *this = std::move(larger);
}

#else

void Pages::grow(std::size_t bytes) {
  if (begin_ == nullptr) {
    *this = Pages(bytes);
    return;
  }
  void* memory = mremap(begin_, bytes_, bytes, MREMAP_MAYMOVE);
  if (memory == MAP_FAILED) {
    throw std::bad_alloc();
  }
  begin_ = static_cast<std::byte*>(memory);
  bytes_ = bytes;
}

#endif

void Pages::populate(std::size_t offset, std::size_t bytes) noexcept {
  const std::size_t begin = offset / kPageBytes * kPageBytes;
  const std::size_t end =
      std::min((offset + bytes + kPageBytes - 1) / kPageBytes * kPageBytes, bytes_);
  madvise(begin_ + begin, end - begin, MADV_POPULATE_WRITE);
}

void Pages::discard() noexcept {
  discard_pages(begin_, bytes_);
}

void Pages::keep_small() noexcept {
  madvise(begin_, bytes_, MADV_NOHUGEPAGE);
}

void discard_pages(std::byte* begin, std::size_t bytes) noexcept {
  madvise(begin, bytes, MADV_DONTNEED);
}

}  // namespace netml
