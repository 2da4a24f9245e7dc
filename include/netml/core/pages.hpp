#pragma once

#include <cstddef>

namespace netml {

/// Memory straight from the system, zero at first and backed page by page as it is touched.
class Pages {
 public:
  Pages() = default;
  /// Throws std::bad_alloc.
  explicit Pages(std::size_t bytes);
  Pages(Pages&& other) noexcept;
  Pages& operator=(Pages&& other) noexcept;
  ~Pages();

  std::byte* begin() const noexcept { return begin_; }
  std::size_t size() const noexcept { return bytes_; }
  /// Backs a part of the block at once, for a fraction of what its pages cost one by one. Does
  /// nothing where the system cannot.
  void populate(std::size_t offset, std::size_t bytes) noexcept;
  /// Gives the memory behind the block back to the system; it reads as zero afterwards.
  void discard() noexcept;

 private:
  std::byte* begin_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace netml
