#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>

#include "netml/core/pages.hpp"

namespace netml {

/// A list in pages of its own, for what may become long and must go back to the system then: it
/// grows without a second copy, and nothing that others allocate keeps its memory. Pages of a short
/// one stay for the next time.
template <typename T>
class PageList {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  using value_type = T;

  /// What clear() keeps, and the step in which let_go_before() gives back.
  static constexpr std::size_t kKeptBytes = std::size_t{256} << 10;

  PageList() = default;
  PageList(PageList&& other) noexcept { swap(other); }
  PageList& operator=(PageList&& other) noexcept {
    swap(other);
    return *this;
  }
  ~PageList() = default;
  void swap(PageList& other) noexcept {
    std::swap(pages_, other.pages_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    std::swap(gone_, other.gone_);
  }

  T* data() noexcept { return reinterpret_cast<T*>(pages_.begin()); }
  const T* data() const noexcept { return reinterpret_cast<const T*>(pages_.begin()); }
  T* begin() noexcept { return data(); }
  T* end() noexcept { return data() + size_; }
  const T* begin() const noexcept { return data(); }
  const T* end() const noexcept { return data() + size_; }
  T& operator[](std::size_t i) noexcept { return data()[i]; }
  const T& operator[](std::size_t i) const noexcept { return data()[i]; }
  const T& front() const noexcept { return data()[0]; }
  const T& back() const noexcept { return data()[size_ - 1]; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  /// Values that it has pages for, touched or not.
  std::size_t capacity() const noexcept { return capacity_; }

  // What adds to the list throws std::bad_alloc; all places are invalid then.
  void reserve(std::size_t count) {
    if (count > capacity_) {
      grow(count);
    }
  }
  void push_back(T value) {
    if (size_ == capacity_) {
      grow(size_ + 1);
    }
    data()[size_++] = value;
  }
  /// Requires: `values` are not of this list.
  void append(std::span<const T> values) {
    if (!values.empty()) {
      reserve(size_ + values.size());
      std::memcpy(end(), values.data(), values.size_bytes());
      size_ += values.size();
    }
  }

  /// Forgets all values. What was long gives its memory back.
  void clear() noexcept {
    size_ = gone_ = 0;
    if (pages_.size() > kKeptBytes) {
      pages_ = Pages();
      capacity_ = 0;
    }
  }
  /// Values before place i are not looked at any more: gives most of their memory back, where they
  /// are many. They still count in size().
  void let_go_before(std::size_t i) noexcept {
    if (i * sizeof(T) >= gone_ + kKeptBytes) {
      const std::size_t end = i * sizeof(T) / kKeptBytes * kKeptBytes;
      discard_pages(pages_.begin() + gone_, end - gone_);
      gone_ = end;
    }
  }

 private:
  void grow(std::size_t count) {
    constexpr std::size_t kSmallestBytes = std::size_t{16} << 10;
    const std::size_t bytes = std::max({count * sizeof(T), 2 * pages_.size(), kSmallestBytes});
    pages_.grow((bytes + kPageBytes - 1) / kPageBytes * kPageBytes);
    capacity_ = pages_.size() / sizeof(T);
  }

  Pages pages_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::size_t gone_ = 0;  ///< bytes at the front that were given back
};

}  // namespace netml
