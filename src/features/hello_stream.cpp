#include "netml/features/hello_stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace netml {
namespace {

// [begin, end) of the stream.
struct Stretch {
  std::uint16_t begin = 0, end = 0;
};

// What stands at the start of the blob, before the bytes. Stretches are in order, apart from one
// another.
struct Stretches {
  std::uint32_t count = 0;
  std::array<Stretch, HelloStream::kMostStretches> list;

  // Joins `added` with all that it touches. False, and nothing changed, when there are too many.
  bool insert(Stretch added) noexcept {
    std::array<Stretch, HelloStream::kMostStretches + 1> joined;
    std::size_t joined_count = 0;
    bool is_placed = false;
    for (std::size_t i = 0; i < count; ++i) {
      const Stretch old = list[i];
      if (old.end < added.begin) {
        joined[joined_count++] = old;
      } else if (added.end < old.begin) {
        if (!is_placed) {
          joined[joined_count++] = added;
          is_placed = true;
        }
        joined[joined_count++] = old;
      } else {
        added = {std::min(old.begin, added.begin), std::max(old.end, added.end)};
      }
    }
    if (!is_placed) {
      joined[joined_count++] = added;
    }
    if (joined_count > list.size()) {
      return false;
    }
    std::copy_n(joined.begin(), joined_count, list.begin());
    count = static_cast<std::uint32_t>(joined_count);
    return true;
  }
};
static_assert(sizeof(Stretches) + HelloStream::kMostBytes == BlobStore::kLargest);

}  // namespace

void HelloStream::add(std::uint64_t offset, std::span<const std::uint8_t> piece,
                      BlobStore& blobs) noexcept {
  if (offset >= kMostBytes || piece.empty()) {
    return;
  }
  const std::size_t begin = offset;
  const std::size_t end = begin + std::min<std::size_t>(piece.size(), kMostBytes - begin);
  const bool is_new = blob.is_empty();
  std::byte* bytes = blobs.reserve(blob, sizeof(Stretches) + end);
  if (bytes == nullptr) {
    return;
  }
  auto& stretches = is_new ? *new (bytes) Stretches : *reinterpret_cast<Stretches*>(bytes);
  const Stretches before = stretches;
  if (!stretches.insert({static_cast<std::uint16_t>(begin), static_cast<std::uint16_t>(end)})) {
    return;
  }
  std::byte* stream = bytes + sizeof(Stretches);
  std::size_t next = begin;  // what lies between the old stretches is new
  const auto copy_until = [&](std::size_t until) {
    if (until > next) {
      std::memcpy(stream + next, piece.data() + (next - begin), until - next);
    }
  };
  for (std::size_t i = 0; i < before.count; ++i) {
    const Stretch& old = before.list[i];
    if (old.end > next && old.begin < end) {
      copy_until(old.begin);
      next = std::max<std::size_t>(next, old.end);
    }
  }
  copy_until(end);
}

std::span<const std::uint8_t> HelloStream::start(const BlobStore& blobs) const noexcept {
  const std::byte* bytes = blobs.at(blob);
  if (bytes == nullptr) {
    return {};
  }
  const auto& stretches = *reinterpret_cast<const Stretches*>(bytes);
  if (stretches.count == 0 || stretches.list[0].begin != 0) {
    return {};
  }
  return {reinterpret_cast<const std::uint8_t*>(bytes + sizeof(Stretches)), stretches.list[0].end};
}

}  // namespace netml
