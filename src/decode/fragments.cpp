#include "netml/decode/fragments.hpp"

namespace netml {

void FragmentTable::remember(const FragmentKey& datagram, const Flow& flow, std::int64_t ts_ns) {
  const auto [entry, is_new] = entries_.try_emplace(datagram, Entry{flow, ts_ns});
  if (!is_new) {
    entry->second = {flow, ts_ns};
    return;
  }
  oldest_first_.push_back(datagram);
  while (entries_.size() > kMostDatagrams) {
    entries_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
}

const FragmentTable::Flow* FragmentTable::find(const FragmentKey& datagram,
                                               std::int64_t ts_ns) const {
  const auto entry = entries_.find(datagram);
  if (entry == entries_.end()) {
    return nullptr;
  }
  std::int64_t age = 0;
  if (__builtin_sub_overflow(ts_ns, entry->second.ts_ns, &age) || age > kLifetimeNs) {
    return nullptr;
  }
  return &entry->second.flow;
}

void FragmentTable::clear() {
  entries_.clear();
  oldest_first_.clear();
}

}  // namespace netml
