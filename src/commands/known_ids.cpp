#include "known_ids.hpp"

#include <algorithm>
#include <vector>

#include "netml/core/suggest.hpp"

namespace netml {

void KnownIds::add(const PacketFacts& packet) {
  constexpr std::size_t kMost = 16384;
  const std::optional<PacketId> id = id_of(packet, kind_);
  if (!id) {
    return;
  }
  PacketId reversed = *id;
  std::swap(reversed.source, reversed.destination);
  const bool is_reply = id->kind == PacketId::Kind::kFlow && packets_.count(to_text(reversed)) != 0;
  const std::string name = to_text(is_reply ? reversed : *id);
  if (packets_.size() < kMost || packets_.count(name) != 0) {
    ++packets_[name];
  }
}

std::string KnownIds::suggestion(const std::string& id) const {
  constexpr std::size_t kShown = 3;
  std::vector<std::string> names;
  for (const auto& [name, packets] : packets_) {
    names.push_back(name);
  }
  if (names.empty()) {
    return "; there is nothing of its kind";
  }
  std::string nearest = did_you_mean(id, names);
  if (!nearest.empty()) {
    return nearest;
  }
  std::stable_sort(names.begin(), names.end(), [this](const auto& a, const auto& b) {
    return packets_.at(a) > packets_.at(b);
  });
  std::string text = "; the busiest are";
  for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i) {
    text += (i == 0 ? " '" : ", '") + names[i] + "'";
  }
  return text;
}

}  // namespace netml
