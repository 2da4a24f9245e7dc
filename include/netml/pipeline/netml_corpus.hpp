#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netml/features/recipe.hpp"
#include "netml/flow/netml_grouping.hpp"
#include "netml/pipeline/extractor.hpp"
#include "netml/table/schema.hpp"

namespace netml {

/// One capture under `--preset netml`: all its packets are held until its flows are known, because
/// the original's rules depend on the durations and packet counts of all of them.
class NetmlCorpus {
 public:
  /// Reads the capture, up to the recipe's memory limit. Throws UsageError (filter).
  NetmlCorpus(const std::string& path, const std::string& filter, const Recipe& recipe);

  const InputOutcome& outcome() const noexcept { return outcome_; }
  int signal() const noexcept { return signal_; }
  /// The memory limit was reached: the rest of the capture was not read.
  bool is_full() const noexcept { return is_full_; }
  std::int64_t first_packet_ns() const noexcept { return first_packet_ns_; }

  std::size_t flow_count() const noexcept { return flows_.flows.size(); }
  std::uint64_t packets_of(std::size_t flow) const { return flows_.flows[flow].count; }

  /// The flow's identity as a Flow: forward packets and bytes, times; no addresses for the flow
  /// that holds everything but IPv4.
  Flow identity(std::size_t flow) const;
  bool has_addresses(std::size_t flow) const;

  /// `recipe` with dim, interval and sampling rate as this capture's `flows` (numbers) give them
  /// where they are not set.
  Recipe fitted(const std::vector<std::size_t>& flows) const;

  /// Appends the numbers of one row: the representation `set` under `recipe`.
  void append_row(std::size_t flow, const std::string& set, const Recipe& recipe,
                  std::vector<double>& row) const;

  /// Adds this capture's packets to the run's counters, all but those in flows.
  void add_to(RunStats& stats) const;

 private:
  void fit_flows(const Recipe& recipe);

  Recipe recipe_;
  InputOutcome outcome_;
  int signal_ = 0;
  bool is_full_ = false;
  std::int64_t first_packet_ns_ = 0;
  RunStats stats_;
  NetmlCapture capture_;
  NetmlFlows flows_;
};

}  // namespace netml
