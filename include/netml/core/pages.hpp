#pragma once

#include <cstddef>

namespace netml {

/// What the system backs memory with.
constexpr std::size_t kPageBytes = 4096;

/// Gives the pages from `begin` on back to the system; they read as zero afterwards. Requires:
/// `begin` is aligned to pages, within Pages, and `bytes` a multiple of kPageBytes.
void discard_pages(std::byte* begin, std::size_t bytes) noexcept;

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
  /// Makes the block longer; it may move, and keeps what is in it without a second copy. Throws
  /// std::bad_alloc, and has changed nothing then.
  void grow(std::size_t bytes);
  /// Backs a part of the block at once, for a fraction of what its pages cost one by one. Does
  /// nothing where the system cannot.
  void populate(std::size_t offset, std::size_t bytes) noexcept;
  /// Gives the memory behind the block back to the system; it reads as zero afterwards.
  void discard() noexcept;
  /// Keeps the system from backing the block with pages larger than kPageBytes, of which untouched
  /// parts would take memory too.
  void keep_small() noexcept;

 private:
  std::byte* begin_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace netml
