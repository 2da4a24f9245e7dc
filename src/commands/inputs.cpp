#include "netml/commands/inputs.hpp"

#include <algorithm>

#include "netml/core/error.hpp"

namespace netml {
namespace {

constexpr std::string_view kNormalName = "normal", kAbnormalName = "abnormal";

FlowIdentity identity_of(const Flow& flow) {
  return {flow.source(),     flow.destination(), flow.source_port(), flow.destination_port(),
          flow.key.protocol, flow.first_ns(),    flow.last_ns()};
}

}  // namespace

std::vector<std::string> CaptureInputs::paths() const {
  std::vector<std::string> all = plain;
  all.insert(all.end(), normal.begin(), normal.end());
  all.insert(all.end(), abnormal.begin(), abnormal.end());
  return all;
}

std::vector<std::string> CaptureInputs::files() const {
  std::vector<std::string> all = paths();
  all.insert(all.end(), labels.begin(), labels.end());
  return all;
}

Labeler::Labeler(const CaptureInputs& inputs)
    : plain_count_(inputs.plain.size()), normal_count_(inputs.normal.size()) {
  if (inputs.labels.size() > 1 && inputs.labels.size() != inputs.plain.size()) {
    throw UsageError(
        "the number of files optionally specified by -l/--label must match those specified by "
        "-p/--pcap, or be one");
  }
  if (!inputs.labels.empty() && inputs.plain.empty()) {
    throw UsageError("--label needs a capture given by --pcap");
  }
  for (const std::string& path : inputs.labels) {
    files_.push_back(LabelFile::read(path, inputs.label_options));
  }
}

void Labeler::begin_input(std::size_t input, std::int64_t first_packet_ns) {
  input_ = input;
  if (input < plain_count_ && !files_.empty()) {
    files_[std::min(input, files_.size() - 1)].begin_capture(first_packet_ns);
  }
}

std::optional<LabelMatch> Labeler::find(const Flow& flow) {
  std::optional<LabelMatch> match;
  first_ns_ = std::min(first_ns_, flow.first_ns());
  last_ns_ = std::max(last_ns_, flow.last_ns());
  if (input_ < plain_count_) {
    if (!files_.empty()) {
      match = files_[std::min(input_, files_.size() - 1)].find(identity_of(flow));
    }
  } else if (input_ < plain_count_ + normal_count_) {
    match = LabelMatch{0, kNormalName};
  } else {
    match = LabelMatch{1, kAbnormalName};
  }
  ++(match ? matched_ : unmatched_);
  return match;
}

std::string Labeler::nothing_matched() const {
  std::uint64_t matched = 0, unmatched = 0;
  for (const LabelFile& file : files_) {
    matched += file.report().flows_matched;
    unmatched += file.report().flows_unmatched;
  }
  return matched != 0 || unmatched == 0 ? "" : files_.front().nothing_matched(first_ns_, last_ns_);
}

std::vector<ColumnInfo> label_columns() {
  return {{"label", ColumnType::kU64, "", "0 normal, 1 abnormal, empty without a matching label",
           "netml", true},
          {"label_name", ColumnType::kText, "", "the label as its file names it", "netml", true}};
}

}  // namespace netml
