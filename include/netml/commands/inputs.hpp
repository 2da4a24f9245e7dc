#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "netml/dataset/labels.hpp"
#include "netml/features/feature_set.hpp"

namespace netml {

/// Captures of a run, in reading order, and where their labels come from.
struct CaptureInputs {
  std::vector<std::string> plain;     ///< --pcap and positional files; "-" is standard input
  std::vector<std::string> normal;    ///< --pcap-normal: every flow is labelled 0
  std::vector<std::string> abnormal;  ///< --pcap-abnormal: every flow is labelled 1
  std::vector<std::string>
      labels;  ///< --label: the n-th for the n-th plain capture, or one for all
  LabelOptions label_options;
  std::string filter;
  bool is_continuous = false;

  std::vector<std::string> paths() const;
  /// Captures and label files.
  std::vector<std::string> files() const;
  bool has_labels() const noexcept {
    return !labels.empty() || !normal.empty() || !abnormal.empty();
  }
};

/// Finds the label of each flow of the captures.
class Labeler {
 public:
  /// Reads the label files. Throws UsageError when they do not fit the captures, InputError,
  /// DataError.
  explicit Labeler(const CaptureInputs& inputs);

  /// Before the first flow of capture number `input`.
  void begin_input(std::size_t input, std::int64_t first_packet_ns);
  std::optional<LabelMatch> find(const Flow& flow);

  std::uint64_t matched() const noexcept { return matched_; }
  std::uint64_t unmatched() const noexcept { return unmatched_; }
  const std::vector<LabelFile>& files() const noexcept { return files_; }
  /// Why the label files matched no flow at all, in one line; empty when they did, or had none to
  /// match.
  std::string nothing_matched() const;

 private:
  std::size_t plain_count_;
  std::size_t normal_count_;
  std::vector<LabelFile> files_;
  std::size_t input_ = 0;
  std::uint64_t matched_ = 0;
  std::uint64_t unmatched_ = 0;
  std::int64_t first_ns_ = INT64_MAX;
  std::int64_t last_ns_ = INT64_MIN;
};

/// Columns that labels add to a table: `label` (0, 1 or empty) and `label_name`.
std::vector<ColumnInfo> label_columns();

}  // namespace netml
