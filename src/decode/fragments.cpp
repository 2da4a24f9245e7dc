#include "netml/decode/fragments.hpp"

namespace netml {

void FragmentTable::remember(const FragmentKey& datagram, const Flow& flow, std::int64_t ts_ns) {
  const auto known = entries_.find(datagram);
  if (known != entries_.end()) {
    Entry& entry = known->second;
    entry.flow = flow;
    entry.ts_ns = ts_ns;
    oldest_first_.splice(oldest_first_.end(), oldest_first_, entry.age);
    return;
  }
  const auto age = oldest_first_.insert(oldest_first_.end(), datagram);
  entries_.emplace(datagram, Entry{flow, ts_ns, age});
  while (entries_.size() > most_datagrams_) {
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
