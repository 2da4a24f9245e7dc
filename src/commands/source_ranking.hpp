#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "netml/commands/classify.hpp"
#include "netml/commands/source_windows.hpp"
#include "netml/models/detector.hpp"

namespace netml {

/// The model that scores flows for a ranking of sources: the one that does not look at other flows.
/// Throws UsageError naming `what`: the file holds none, or one without calibration scores.
const Detector& ranking_model(const Detector& detector, const std::string& what);

/// S of the flows that a model was calibrated with, ascending: what is usual.
std::vector<double> usual_novelty(const Detector& detector, const SourceCalibration& flows,
                                  std::int64_t window_ns);

/// The sources of a run by their most novel window (`classify --by-source`). A ranking, with no
/// promise: windows overlap, so that no false-alarm rate holds.
///
/// At most 10000 sources are remembered; the least novel leave first.
class SourceRanking final : private SourceWindows::Receiver {
 public:
  /// `model`: of the file `what`, with a ranking_model(); must outlive the object. `columns`: of
  /// the rows to come. `memory_limit`: bytes of the windows. Throws ModelError when they lack one.
  SourceRanking(const Detector& model, const std::string& what, const Schema& columns,
                double seconds, std::size_t threads, std::uint64_t memory_limit);

  /// A flow with addresses and its row; one that has no score is left out.
  void add(const Flow& flow, std::span<const Cell> cells);
  /// What follows is another capture.
  void end_input();

  /// For people, the first ten. After end_input().
  std::vector<std::string> lines(TextZone zone) const;
  /// The first hundred. After end_input().
  nlohmann::ordered_json json() const;

 private:
  using Key = std::pair<IpAddress, std::uint8_t>;
  struct Peak {
    double novelty = 0;
    std::uint64_t flows = 0;
    std::int64_t end_ns = 0;
    std::vector<SourceFlow> most_novel;
  };

  void score_waiting();
  void window(const SourceFlow& flow, const SourceWindow& window) override;
  std::vector<std::pair<Key, const Peak*>> first(std::size_t most) const;
  double usual_share(double novelty) const;

  const Detector& detector_;
  double seconds_;
  std::size_t threads_;
  std::vector<std::size_t> places_;  ///< of the model's columns
  std::vector<SourceFlow> waiting_;  ///< a batch without scores, and their rows
  std::vector<double> values_;
  SourceWindows windows_;
  std::vector<double> usual_;
  std::map<Key, Peak> peaks_;
  std::set<std::pair<double, Key>> order_;  ///< the least novel first
};

}  // namespace netml
