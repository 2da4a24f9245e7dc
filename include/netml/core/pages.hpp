#pragma once

#include <cstddef>

namespace netml {

/// Memory straight from the system, zero at first and backed page by page as it is touched. Aligned
/// to huge pages; those are asked for when the block is to be `dense`: then a touch may back 2 MiB
/// at once, which costs a fraction of the time.
class Pages {
 public:
  static constexpr std::size_t kHuge = std::size_t{2} << 20;

  Pages() = default;
  /// Throws std::bad_alloc.
  Pages(std::size_t bytes, bool dense);
  Pages(Pages&& other) noexcept;
  Pages& operator=(Pages&& other) noexcept;
  ~Pages();

  std::byte* begin() const noexcept { return begin_; }
  std::size_t size() const noexcept { return bytes_; }
  /// Gives the memory behind the block back to the system; it reads as zero afterwards.
  void discard() noexcept;

 private:
  std::byte* begin_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace netml
