#include "netml/flow/flow_index.hpp"

namespace netml {
namespace {

constexpr std::size_t kSmallest = 1024;

}  // namespace

FlowIndex::FlowIndex() : entries_(kSmallest), mask_(kSmallest - 1) {}

void FlowIndex::place(const Entry& entry) noexcept {
  std::size_t i = entry.tag & mask_;
  while (entries_[i].slot != kNone) {
    i = (i + 1) & mask_;
  }
  entries_[i] = entry;
}

void FlowIndex::insert(std::uint32_t tag, std::uint32_t slot) {
  if (++size_ * 2 > entries_.size()) {
    std::vector<Entry> old(entries_.size() * 2);
    old.swap(entries_);
    mask_ = entries_.size() - 1;
    for (const Entry& entry : old) {
      if (entry.slot != kNone) {
        place(entry);
      }
    }
  }
  place({tag, slot});
}

void FlowIndex::erase(std::uint32_t tag, std::uint32_t slot) noexcept {
  std::size_t hole = tag & mask_;
  while (entries_[hole].slot != slot) {
    hole = (hole + 1) & mask_;
  }
  // Move later entries of the run into the hole, so that no tombstones are needed.
  for (std::size_t i = (hole + 1) & mask_; entries_[i].slot != kNone; i = (i + 1) & mask_) {
    const std::size_t home = entries_[i].tag & mask_;
    if (((i - home) & mask_) >= ((i - hole) & mask_)) {
      entries_[hole] = entries_[i];
      hole = i;
    }
  }
  entries_[hole] = {};
  --size_;
}

}  // namespace netml
