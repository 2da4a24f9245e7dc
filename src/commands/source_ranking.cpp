#include "source_ranking.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

#include <nlohmann/json.hpp>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"
#include "netml/features/registry.hpp"

#include "flow_text.hpp"
#include "verdict_writer.hpp"

namespace netml {
namespace {

constexpr std::size_t kBatch = 1024;
constexpr std::size_t kMostSources = 10'000, kMostInText = 10, kMostInJson = 100;
constexpr int kDigits = 3;  // of the text

std::int64_t nanoseconds(double seconds) {
  return std::llround(seconds * 1e9);
}

// Collects S of every flow.
class NoveltyList final : public SourceWindows::Receiver {
 public:
  void window(const SourceFlow&, const SourceWindow& window) override {
    values.push_back(window.novelty());
  }
  std::vector<double> values;
};

// For the functions that spell flows.
VerdictSubject subject_of(const SourceFlow& flow) {
  VerdictSubject subject;
  FlowKey& key = subject.flow.key;
  key.addr_a = flow.source;
  key.addr_b = flow.destination;
  key.port_a = flow.source_port;
  key.port_b = flow.destination_port;
  key.protocol = flow.protocol;
  key.ip_version = flow.ip_version;
  return subject;
}

std::string span_text(std::int64_t first_ns, std::int64_t last_ns, TextZone zone) {
  Flow span;
  span.direction[0].first_ns = first_ns;
  span.direction[0].last_ns = last_ns;
  return times_text(span, zone);
}

}  // namespace

const Detector& ranking_model(const Detector& detector, const std::string& what) {
  const auto& context = context_column_names();
  const bool sees_others =
      std::any_of(detector.columns.begin(), detector.columns.end(), [&](const std::string& name) {
        return std::find(context.begin(), context.end(), name) != context.end();
      });
  if (sees_others && !detector.flow_model) {
    throw UsageError(what +
                     ": --by-source takes a model that sees single flows, and this one looks at "
                     "others (context) and holds none beside it; learn one from captures with "
                     "other columns too, as in --features biflow,context");
  }
  const Detector& scoring = detector.flow_model ? *detector.flow_model : detector;
  if (scoring.calibration.is_empty()) {
    throw UsageError(what + ": --by-source takes calibration scores, and the model has none");
  }
  return scoring;
}

std::vector<double> usual_novelty(const Detector& detector, const SourceCalibration& flows,
                                  std::int64_t window_ns) {
  NoveltyList list;
  SourceWindows windows(window_ns, list);
  for (std::size_t i = 0; i < flows.score.size(); ++i) {
    SourceFlow flow;
    std::memcpy(flow.source.bytes.data(), &flows.source[i], sizeof flows.source[i]);
    flow.end_ns = flows.end_ns[i];
    flow.p_value = detector.calibration.tail_p_value(flows.score[i]);
    windows.add(flow);
  }
  windows.finish();
  std::sort(list.values.begin(), list.values.end());
  return std::move(list.values);
}

SourceRanking::SourceRanking(const Detector& model, const std::string& what, const Schema& columns,
                             double seconds, std::size_t threads, std::uint64_t memory_limit)
    : detector_(ranking_model(model, what)),
      seconds_(seconds),
      threads_(threads),
      windows_(nanoseconds(seconds), *this, memory_limit),
      usual_(usual_novelty(detector_, model.source_calibration, nanoseconds(seconds))) {
  for (const std::string& name : detector_.columns) {
    const auto place = columns.find(name);
    if (!place) {
      throw ModelError(what + ": its column '" + printable(name) +
                       "' is not measured by its recipe");
    }
    places_.push_back(*place);
  }
}

void SourceRanking::add(const Flow& flow, std::span<const Cell> cells) {
  SourceFlow scored;
  scored.source = flow.source();
  scored.destination = flow.destination();
  scored.ip_version = flow.key.ip_version;
  scored.protocol = flow.key.protocol;
  scored.source_port = flow.source_port();
  scored.destination_port = flow.destination_port();
  scored.first_ns = flow.first_ns();
  scored.end_ns = flow.last_clock;
  waiting_.push_back(scored);
  for (const std::size_t place : places_) {
    values_.push_back(cells[place].number());
  }
  if (waiting_.size() >= kBatch) {
    score_waiting();
  }
}

void SourceRanking::score_waiting() {
  if (waiting_.empty()) {
    return;
  }
  const Matrix rows =
      Eigen::Map<const Matrix>(values_.data(), static_cast<Eigen::Index>(waiting_.size()),
                               static_cast<Eigen::Index>(places_.size()));
  const std::vector<RowScore> scores = detector_.score(rows, threads_);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i].verdict != Verdict::kInvalid) {
      waiting_[i].score = scores[i].score;
      waiting_[i].p_value = detector_.calibration.tail_p_value(scores[i].score);
      windows_.add(waiting_[i]);
    }
  }
  waiting_.clear();
  values_.clear();
}

void SourceRanking::end_input() {
  score_waiting();
  windows_.finish();
}

void SourceRanking::window(const SourceFlow& flow, const SourceWindow& window) {
  const Key key = {flow.source, flow.ip_version};
  const double novelty = window.novelty();
  const auto known = peaks_.find(key);
  if (known != peaks_.end() && known->second.novelty >= novelty) {
    return;
  }
  if (known != peaks_.end()) {
    order_.erase({known->second.novelty, key});
  } else if (peaks_.size() >= kMostSources) {
    if (novelty <= order_.begin()->first) {
      return;
    }
    peaks_.erase(order_.begin()->second);
    order_.erase(order_.begin());
  }
  peaks_[key] = {novelty, window.flows(), flow.end_ns, window.most_novel()};
  order_.insert({novelty, key});
}

// The most novel first; of equals the smaller address.
std::vector<std::pair<SourceRanking::Key, const SourceRanking::Peak*>> SourceRanking::first(
    std::size_t most) const {
  std::vector<std::pair<Key, const Peak*>> list;
  for (const auto& [key, peak] : peaks_) {
    list.emplace_back(key, &peak);
  }
  std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
    return a.second->novelty > b.second->novelty;
  });
  list.resize(std::min(list.size(), most));
  return list;
}

double SourceRanking::usual_share(double novelty) const {
  const auto as_high = usual_.end() - std::lower_bound(usual_.begin(), usual_.end(), novelty);
  return (static_cast<double>(as_high) + 1) / (static_cast<double>(usual_.size()) + 1);
}

std::vector<std::string> SourceRanking::lines(TextZone zone) const {
  std::vector<std::string> lines = {"sources by novelty over " + number_text(seconds_) +
                                    " s (a ranking; it promises no false-alarm rate)"};
  std::size_t rank = 0;
  for (const auto& [key, peak] : first(kMostInText)) {
    const std::int64_t begin_ns = time_difference(peak->end_ns, nanoseconds(seconds_));
    std::string text = std::to_string(++rank) + ". " + to_text(key.first, key.second) +
                       " S=" + rounded_text(peak->novelty, kDigits) +
                       " flows=" + std::to_string(peak->flows);
    if (!usual_.empty()) {
      text += " usual=" + rounded_text(usual_share(peak->novelty), kDigits);
    }
    text += " " + span_text(begin_ns, peak->end_ns, zone);
    lines.push_back(text);
    for (const SourceFlow& flow : peak->most_novel) {
      lines.push_back("   " + endpoints_text(subject_of(flow)) +
                      " p=" + rounded_text(flow.p_value, kDigits));
    }
  }
  return lines;
}

nlohmann::ordered_json SourceRanking::json() const {
  using Json = nlohmann::ordered_json;
  Json sources = Json::array();
  for (const auto& [key, peak] : first(kMostInJson)) {
    Json novel = Json::array();
    for (const SourceFlow& flow : peak->most_novel) {
      novel.push_back({{"src_port", flow.source_port},
                       {"dst_ip", to_text(flow.destination, flow.ip_version)},
                       {"dst_port", flow.destination_port},
                       {"protocol", flow.protocol},
                       {"start_ns", flow.first_ns},
                       {"score", flow.score},
                       {"p_value", flow.p_value}});
    }
    sources.push_back({{"src_ip", to_text(key.first, key.second)},
                       {"novelty", peak->novelty},
                       {"usual_share", usual_.empty() ? Json() : Json(usual_share(peak->novelty))},
                       {"flows", peak->flows},
                       {"window_start_ns", time_difference(peak->end_ns, nanoseconds(seconds_))},
                       {"window_end_ns", peak->end_ns},
                       {"most_novel", novel}});
  }
  return {{"seconds", seconds_},
          {"calibration_flows", usual_.size()},
          {"flows_dropped", windows_.dropped()},
          {"sources", sources}};
}

}  // namespace netml
