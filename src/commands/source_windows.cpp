#include "netml/commands/source_windows.hpp"

#include <algorithm>
#include <cmath>

#include "netml/flow/flow.hpp"

namespace netml {
namespace {

constexpr double kMostSurprise = 15;
constexpr double kUnit = 1.0 / (std::uint64_t{1} << 32);

std::uint64_t surprise(double p_value) {
  const double value = std::min(-std::log(p_value), kMostSurprise);
  return static_cast<std::uint64_t>(std::llround(std::max(value, 0.0) / kUnit));
}

}  // namespace

double SourceWindow::novelty() const noexcept {
  return static_cast<double>(surprise_sum_) * kUnit / static_cast<double>(flows_.size());
}

std::vector<SourceFlow> SourceWindow::most_novel() const {
  std::vector<SourceFlow> list;
  for (auto flow = by_p_.begin(); flow != by_p_.end() && list.size() < kMostNovel; ++flow) {
    list.push_back(flows_[static_cast<std::size_t>(flow->second - first_number_)]);
  }
  return list;
}

void SourceWindow::push(const SourceFlow& flow) {
  by_p_.emplace(flow.p_value, first_number_ + flows_.size());
  surprise_sum_ += surprise(flow.p_value);
  flows_.push_back(flow);
}

void SourceWindow::pop() {
  by_p_.erase({flows_.front().p_value, first_number_});
  surprise_sum_ -= surprise(flows_.front().p_value);
  flows_.pop_front();
  ++first_number_;
}

SourceWindows::SourceWindows(std::int64_t window_ns, Receiver& receiver, std::uint64_t memory_limit)
    : window_ns_(window_ns),
      receiver_(receiver),
      most_in_windows_(memory_limit == 0 ? kMostInWindows
                                         : static_cast<std::size_t>(std::clamp<std::uint64_t>(
                                               memory_limit / kFlowCost, 2, kMostInWindows))) {
  static_assert(kMostWaiting == kMostInWindows / 2);
}

void SourceWindows::add(const SourceFlow& flow) {
  waiting_.push_back(flow);
  if (waiting_.size() >= most_in_windows_ / 2) {
    sweep((waiting_.size() + 1) / 2);
  }
}

void SourceWindows::finish() {
  sweep(waiting_.size());
  sources_.clear();
  order_.clear();
  swept_ns_ = INT64_MIN;
}

// The `count` flows that end first.
void SourceWindows::sweep(std::size_t count) {
  std::stable_sort(waiting_.begin(), waiting_.end(),
                   [](const SourceFlow& a, const SourceFlow& b) { return a.end_ns < b.end_ns; });
  // Those that end together see one another.
  for (std::size_t begin = 0, end = 0; begin < count; begin = end) {
    while (end < waiting_.size() && waiting_[end].end_ns == waiting_[begin].end_ns) {
      enter(waiting_[end++]);
    }
    for (std::size_t i = begin; i < end; ++i) {
      const auto source = sources_.find({waiting_[i].source, waiting_[i].ip_version});
      if (source != sources_.end()) {  // else it has left already, for want of room
        receiver_.window(waiting_[i], source->second);
      }
    }
    count = std::max(count, end);
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
}

void SourceWindows::enter(const SourceFlow& flow) {
  SourceFlow entered = flow;
  swept_ns_ = std::max(swept_ns_, flow.end_ns);
  entered.end_ns = swept_ns_;  // what is late counts where the sweep has come
  while (!order_.empty() &&
         time_difference(swept_ns_, order_.front()->second.flows_.front().end_ns) > window_ns_) {
    leave();
  }
  const auto source = sources_.try_emplace({flow.source, flow.ip_version}).first;
  source->second.push(entered);
  order_.push_back(source);
  if (order_.size() > most_in_windows_) {
    leave();
    ++dropped_;
  }
}

void SourceWindows::leave() {
  const auto source = order_.front();
  order_.pop_front();
  source->second.pop();
  if (source->second.flows_.empty()) {
    sources_.erase(source);
  }
}

}  // namespace netml
