#include "label_spans.hpp"

#include <algorithm>
#include <bit>

namespace netml {

LabelSpans::LabelSpans(std::span<const LabelSpan> spans, std::span<const LabelPick> picks) {
  for (const LabelSpan& span : spans) {
    begins_.push_back(span.begin_ns);
    if (span.end_ns != INT64_MAX) {
      begins_.push_back(span.end_ns + 1);
    }
  }
  std::sort(begins_.begin(), begins_.end());
  begins_.erase(std::unique(begins_.begin(), begins_.end()), begins_.end());
  leaves_ = begins_.size();
  nodes_.resize(2 * leaves_);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    std::size_t from = leaves_ + stretch(spans[i].begin_ns);
    std::size_t to = leaves_ + stretch(spans[i].end_ns) + 1;
    for (; from < to; from /= 2, to /= 2) {
      if (from % 2 == 1) {
        nodes_[from++].through.merge(picks[i]);
      }
      if (to % 2 == 1) {
        nodes_[--to].through.merge(picks[i]);
      }
    }
  }
  for (std::size_t i = nodes_.size(); i-- > 1;) {
    nodes_[i].within = nodes_[i].through;
    if (i < leaves_) {
      nodes_[i].within.merge(nodes_[2 * i].within);
      nodes_[i].within.merge(nodes_[2 * i + 1].within);
    }
  }
}

std::size_t LabelSpans::stretch(std::int64_t t) const {
  return static_cast<std::size_t>(std::upper_bound(begins_.begin(), begins_.end(), t) -
                                  begins_.begin()) -
         1;
}

LabelPick LabelSpans::find(std::int64_t first_ns, std::int64_t last_ns) const {
  LabelPick found;
  if (begins_.empty() || last_ns < begins_.front()) {
    return found;
  }
  const std::size_t first_leaf = leaves_ + stretch(std::max(first_ns, begins_.front()));
  const std::size_t last_leaf = leaves_ + stretch(last_ns);
  // What holds all through a stretch above ours holds in ours; a node between is below one of
  // these.
  for (const std::size_t leaf : {first_leaf, last_leaf}) {
    for (std::size_t node = leaf; node > 0; node /= 2) {
      found.merge(nodes_[node].through);
    }
  }
  for (std::size_t from = first_leaf, to = last_leaf + 1; from < to; from /= 2, to /= 2) {
    if (from % 2 == 1) {
      found.merge(nodes_[from++].within);
    }
    if (to % 2 == 1) {
      found.merge(nodes_[--to].within);
    }
  }
  return found;
}

UnfoundSpans::UnfoundSpans(std::span<const LabelSpan> spans)
    : spans_(spans), leaves_(std::bit_ceil(std::max<std::size_t>(spans.size(), 1))) {
  latest_ends_.assign(2 * leaves_, INT64_MIN);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    latest_ends_[leaves_ + i] = spans[i].end_ns;
  }
  for (std::size_t i = leaves_ - 1; i > 0; --i) {
    latest_ends_[i] = std::max(latest_ends_[2 * i], latest_ends_[2 * i + 1]);
  }
}

std::size_t UnfoundSpans::take(std::int64_t first_ns, std::int64_t last_ns) {
  // The leftmost that does not end too early; those on its right begin no sooner.
  std::size_t node = 1;
  if (latest_ends_[node] < first_ns || latest_ends_[node] == INT64_MIN) {
    return kNone;
  }
  while (node < leaves_) {
    node *= 2;
    if (latest_ends_[node] < first_ns || latest_ends_[node] == INT64_MIN) {
      ++node;
    }
  }
  const std::size_t index = node - leaves_;
  if (spans_[index].begin_ns > last_ns) {
    return kNone;
  }
  latest_ends_[node] = INT64_MIN;
  for (node /= 2; node > 0; node /= 2) {
    latest_ends_[node] = std::max(latest_ends_[2 * node], latest_ends_[2 * node + 1]);
  }
  return index;
}

}  // namespace netml
