#include "netml/flow/flow_index.hpp"

#include <utility>

namespace netml {
namespace {

constexpr std::size_t kSmallest = 1024;

}  // namespace

FlowIndex::FlowIndex() : pages_(make_pages(kSmallest)), mask_(kSmallest - 1) {}

Pages FlowIndex::make_pages(std::size_t entry_count) {
  Pages pages(entry_count * sizeof(Entry));
  pages.populate(0, pages.size());  // a hash leaves no page untouched
  return pages;
}

void FlowIndex::place(const Entry& entry) noexcept {
  std::size_t i = entry.tag & mask_;
  while (!entries()[i].is_empty()) {
    i = (i + 1) & mask_;
  }
  entries()[i] = entry;
}

void FlowIndex::insert(std::uint32_t tag, std::uint32_t slot) {
  const std::size_t count = mask_ + 1;
  if ((size_ + 1) * 4 > count * 3) {
    Pages old = make_pages(2 * count);
    std::swap(old, pages_);
    mask_ = 2 * count - 1;
    const Entry* entries = reinterpret_cast<const Entry*>(old.begin());
    for (std::size_t i = 0; i < count; ++i) {
      if (!entries[i].is_empty()) {
        place(entries[i]);
      }
    }
  }
  ++size_;
  place({tag, slot + 1});
}

void FlowIndex::erase(std::uint32_t tag, std::uint32_t slot) noexcept {
  std::size_t hole = tag & mask_;
  while (entries()[hole].slot() != slot) {
    hole = (hole + 1) & mask_;
  }
  // Move later entries of the run into the hole, so that no tombstones are needed.
  for (std::size_t i = (hole + 1) & mask_; !entries()[i].is_empty(); i = (i + 1) & mask_) {
    const std::size_t home = entries()[i].tag & mask_;
    if (((i - home) & mask_) >= ((i - hole) & mask_)) {
      entries()[hole] = entries()[i];
      hole = i;
    }
  }
  entries()[hole] = {};
  --size_;
}

}  // namespace netml
