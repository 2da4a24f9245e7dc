#include "netml/commands/extraction.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "netml/core/error.hpp"
#include "netml/core/log.hpp"
#include "netml/core/text_format.hpp"
#include "netml/features/registry.hpp"
#include "netml/features/representation.hpp"
#include "netml/pipeline/flow_store.hpp"
#include "netml/pipeline/netml_corpus.hpp"

namespace netml {
namespace {

bool is_netml_extraction(const Recipe& recipe) {
  if (recipe.preset != Preset::kNetml) {
    return false;
  }
  const auto representations =
      std::count_if(recipe.sets.begin(), recipe.sets.end(), is_representation);
  if (representations != 0 && static_cast<std::size_t>(representations) != recipe.sets.size()) {
    throw UsageError(
        "under --preset netml the sets iat, size, … cannot stand beside others, whose flows "
        "differ");
  }
  return representations != 0;
}

std::string describe(const RepresentationOptions& options) {
  std::vector<std::string> parts;
  if (options.dim) {
    parts.push_back("dim " + std::to_string(*options.dim));
  }
  if (options.interval_s) {
    parts.push_back("interval " + number_text(*options.interval_s) + " s");
  }
  if (options.sampling_s) {
    parts.push_back("sampling rate " + number_text(*options.sampling_s) + " s");
  }
  return join(parts, ", ");
}

// Settings of the representations that the recipe leaves open, from all flows.
void fit(Recipe& recipe, const FlowStore& flows) {
  const bool is_in_ms = recipe.policy.expiry == ExpiryRule::kNfstream;
  const MissingSettings missing = missing_settings(recipe);
  RepresentationOptions& options = recipe.representation;
  std::vector<std::size_t> packets;
  std::vector<std::int64_t> durations;
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const Flow& flow = flows.view(i).flow;
    packets.push_back(flow.packets());
    durations.push_back(is_in_ms ? nanoseconds_from_ms(flow.duration_ns()) : flow.duration_ns());
  }
  if (missing.dim) {
    options.dim = packets.empty() ? 2 : fitted_dim(packets, options.q_interval);
  }
  if (missing.sampling) {
    options.sampling_s = static_cast<double>(fitted_sampling_ns(durations)) / 1e9;
  }
  log::info("fitted on " + std::to_string(flows.size()) + " flows: " + describe(options));
}

}  // namespace

Extraction::Extraction(const CaptureInputs& inputs, const Recipe& recipe,
                       const ExtractionOptions& options)
    : inputs_(inputs), recipe_(recipe), options_(options) {
  if (inputs.is_continuous &&
      (inputs.labels.size() > 1 || !inputs.normal.empty() || !inputs.abnormal.empty())) {
    throw UsageError(
        "--continuous lets flows cross from file to file: it goes with one --label, not with "
        "several, "
        "nor with --pcap-normal or --pcap-abnormal");
  }
  if (inputs.has_labels()) {
    labeler_ = std::make_unique<Labeler>(inputs);
  }
}

Extraction::~Extraction() = default;

namespace {

// Rows that leave late without a reason in the input are announced.
void announce_waiting(const FeatureSet& features, const Recipe& recipe) {
  const FlowPolicy& policy = recipe.policy;
  if (!features.context() || policy.idle_timeout_ns != kNoTimeout) {
    return;
  }
  if (policy.active_timeout_ns == kNoTimeout) {
    log::info("context: without an idle timeout all rows wait for the end of the input");
  } else {
    const std::int64_t wait_ns =
        time_difference(policy.active_timeout_ns, -features.context()->after_ns);
    log::info("context: without an idle timeout a row waits until " +
              number_text(static_cast<double>(wait_ns) / 1e9) +
              " s after its flow's last packet, or for the end of the input");
  }
}

}  // namespace

namespace {

// Files that are text by their names, and were given in the place of captures.
void point_at_label_option(ExtractResult& result) {
  constexpr std::string_view kUnknown = ": unknown file format";
  constexpr std::string_view kTables[] = {".csv",   ".tsv",    ".log",     ".json",
                                          ".jsonl", ".ndjson", ".labeled", ".binetflow"};
  for (InputOutcome& input : result.inputs) {
    const std::string name = to_lower(input.path);
    if (input.status == InputStatus::kUnusable && input.message.ends_with(kUnknown) &&
        std::any_of(std::begin(kTables), std::end(kTables),
                    [&](std::string_view suffix) { return name.ends_with(suffix); })) {
      input.message += "; not a capture: label files go with --label";
    }
  }
}

}  // namespace

ExtractResult Extraction::run(RowReceiver& receiver) {
  ExtractResult result = run_as_needed(receiver);
  point_at_label_option(result);
  return result;
}

ExtractResult Extraction::run_as_needed(RowReceiver& receiver) {
  const bool is_netml = is_netml_extraction(recipe_);
  const bool is_fitted = !is_netml && missing_settings(recipe_).any();
  if (options_.early_packets != 0 && (is_netml || is_fitted)) {
    throw UsageError(
        "--early looks at flows while they are open; these are known at the end of their capture "
        "only (--preset netml with its representations)");
  }
  return is_netml ? run_netml(receiver) : is_fitted ? run_fitted(receiver) : run_once(receiver);
}

namespace {

ExtractorOptions extractor_options(const CaptureInputs& inputs, const ExtractionOptions& given) {
  ExtractorOptions options;
  options.filter = inputs.filter;
  options.is_continuous = inputs.is_continuous;
  options.flow_limit = given.flow_limit;
  options.threads = given.threads;
  options.early_packets = given.early_packets;
  return options;
}

// Measures flows and formats their rows, on a thread of its own.
class RowFormatter final : public FlowFormatter {
 public:
  RowFormatter(const Recipe& recipe, std::unique_ptr<RowFormat> format)
      : features_(recipe),
        format_(std::move(format)),
        is_direct_(format_->is_csv() && features_.writes_csv()),
        cells_(features_.schema().size()) {}

  void append(const FlowView& flow, CharBuffer& out) override {
    if (is_direct_) {
      features_.append_csv(flow, out);
      return;
    }
    features_.read(flow, cells_);
    format_->append(cells_, out);
  }

 private:
  FeatureSet features_;
  std::unique_ptr<RowFormat> format_;
  bool is_direct_;  ///< without cells in between
  std::vector<Cell> cells_;
};

// Measures the flows that the extractor hands over.
class MeasuredFlows final : public FlowConsumer {
 public:
  MeasuredFlows(const Recipe& recipe, FeatureSet& features, RowReceiver& receiver, Labeler* labeler,
                const RowShard& shard)
      : recipe_(recipe),
        is_in_ms_(recipe.policy.expiry == ExpiryRule::kNfstream),
        features_(features),
        receiver_(receiver),
        labeler_(labeler),
        shard_(shard),
        cells_(features.schema().size()) {}

  void begin_input(std::size_t input, std::int64_t first_packet_ns) override {
    if (labeler_ != nullptr) {
      labeler_->begin_input(input, first_packet_ns);
    }
    receiver_.begin_input(input);
  }
  void flow(const FlowView& flow) override {
    ++flows_;
    packets_ += flow.flow.packets();
    if (!shard_.holds(flow.flow.key)) {
      ++other_flows_;
      other_packets_ += flow.flow.packets();
      return;
    }
    // Its number among the flows that are handed over.
    FlowView own = flow;
    own.id -= other_flows_;
    features_.read(own, cells_);
    if (is_in_ms_) {
      hand_over(with_nanoseconds(flow.flow));
    } else {
      hand_over(flow.flow);
    }
  }
  // Labels are found in order: their report counts. So are the numbers of a shard's rows. And what
  // each thread would know of very many columns is too much memory.
  std::unique_ptr<FlowFormatter> formatter() override {
    constexpr std::size_t kMostColumnsPerThread = 1024;  // half a KiB each
    const bool is_in_order = labeler_ != nullptr || !shard_.is_all() ||
                             features_.schema().size() > kMostColumnsPerThread;
    auto format = is_in_order ? nullptr : receiver_.row_format();
    return format ? std::make_unique<RowFormatter>(recipe_, std::move(format)) : nullptr;
  }
  void early(const Flow& flow, std::span<const double> values) override {
    receiver_.early(is_in_ms_ ? with_nanoseconds(flow) : flow, values);
  }
  void lines(std::string_view text) override { receiver_.lines(text); }
  void idle() override { receiver_.idle(); }
  bool is_done() const override { return receiver_.is_done(); }

  // Of flows that were collected first and count as written: those that nobody read any more.
  void leave_out_unread(RunStats& stats) const {
    stats.skip(skip_reason::kOutputClosed, stats.packets_in_flows - packets_);
    stats.packets_in_flows = packets_;
    stats.flows_written = flows_;
  }

  // Flows of other shards count as written for whoever handed them over.
  void leave_out_others(RunStats& stats) const {
    stats.flows_written -= other_flows_;
    stats.packets_in_flows -= other_packets_;
    stats.skip(skip_reason::kOtherShard, other_packets_);
  }

 private:
  void hand_over(const Flow& flow) {
    receiver_.row({flow, cells_, labeler_ == nullptr ? std::nullopt : labeler_->find(flow)});
  }

  const Recipe& recipe_;
  bool is_in_ms_;
  FeatureSet& features_;
  RowReceiver& receiver_;
  Labeler* labeler_;
  RowShard shard_;
  std::uint64_t flows_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t other_flows_ = 0;  ///< of these
  std::uint64_t other_packets_ = 0;
  std::vector<Cell> cells_;
};

}  // namespace

ExtractResult Extraction::run_once(RowReceiver& receiver) {
  FeatureSet features(recipe_);
  announce_waiting(features, recipe_);
  receiver.begin(features.schema(), recipe_);
  MeasuredFlows flows(recipe_, features, receiver, labeler_.get(), options_.shard);
  Extractor extractor(recipe_, extractor_options(inputs_, options_), features);
  ExtractResult result = extractor.run(inputs_.paths(), flows);
  flows.leave_out_others(result.stats);
  return result;
}

ExtractResult Extraction::run_fitted(RowReceiver& receiver) {
  const FeatureSet collecting(recipe_);
  announce_waiting(collecting, recipe_);
  // Flows are in the table or in the store: the two share the budget.
  Recipe recipe = recipe_;
  recipe.policy.memory_limit /= 2;
  FlowStore store(
      collecting.state_size(), recipe.policy.memory_limit, collecting.record_bytes(),
      collecting.context() ? FlowStore::Keeps::kFlowsAndContext : FlowStore::Keeps::kFlows,
      collecting.blob_offsets());
  Extractor extractor(recipe, extractor_options(inputs_, options_), collecting);
  ExtractResult result = extractor.run(inputs_.paths(), store);
  if (store.is_done()) {
    result.stop_by_limit(
        "the settings of the representation are fitted on all flows, whose packets do not fit "
        "--memory-limit; give --dim and --sampling-rate to extract in one pass, or raise the "
        "limit");
  }
  fit(recipe_, store);
  FeatureSet features(recipe_);
  receiver.begin(features.schema(), recipe_);
  MeasuredFlows flows(recipe_, features, receiver, labeler_.get(), options_.shard);
  store.replay(flows);
  flows.leave_out_unread(result.stats);
  flows.leave_out_others(result.stats);
  result.output_closed = receiver.is_done();
  return result;
}

// ---------------------------------------------------------------- preset netml

namespace {

// The rows of the Python netml: identity, then the numbers of each representation.
class NetmlRows {
 public:
  NetmlRows(const Recipe& recipe, Labeler* labeler, RowReceiver& receiver,
            const ExtractionOptions& options)
      : recipe_(recipe), labeler_(labeler), receiver_(receiver), options_(options) {}

  void add(std::size_t input, const NetmlCorpus& corpus, ExtractResult& result) {
    if (labeler_ != nullptr) {
      labeler_->begin_input(input, corpus.first_packet_ns());
    }
    std::vector<std::size_t> kept;
    std::vector<std::optional<LabelMatch>> labels;
    for (std::size_t i = 0; i < corpus.flow_count(); ++i) {
      const auto label = labeler_ == nullptr ? std::nullopt : labeler_->find(corpus.identity(i));
      if (labeler_ != nullptr && !label) {
        // As the original does: without a label a flow is not there.
        result.stats.skip(skip_reason::kUnlabelled, corpus.packets_of(i));
        continue;
      }
      kept.push_back(i);
      labels.push_back(label);
    }
    const Recipe fitted = corpus.fitted(kept);
    begin(fitted, corpus.outcome().path);
    receiver_.begin_input(input);
    for (std::size_t i = 0; i < kept.size(); ++i) {
      if (const std::string_view reason = reason_to_skip(corpus.identity(kept[i]), result);
          !reason.empty()) {
        result.stats.skip(reason, corpus.packets_of(kept[i]));
        continue;
      }
      write(corpus, kept[i], fitted, labels[i]);
      ++result.stats.flows_written;
      result.stats.packets_in_flows += corpus.packets_of(kept[i]);
    }
  }

  // Opens the output, or holds a further capture against the first one's widths.
  void begin(const Recipe& fitted, const std::string& path) {
    const FeatureSet features(fitted);
    if (has_begun_) {
      if (features.schema().size() != columns_) {
        throw DataError(printable(path) + ": has rows of another width than " +
                        printable(first_path_) +
                        ": the preset fits each capture by itself; give --dim to fix it");
      }
      return;
    }
    has_begun_ = true;
    recipe_ = fitted;
    first_path_ = path;
    Schema schema = features.schema();
    columns_ = schema.size();
    for (const char* name : {"src_port", "dst_port", "protocol"}) {
      schema.columns[*schema.find(name)].type = ColumnType::kI64;  // -1 for what is not IPv4
    }
    receiver_.begin(schema, recipe_);
  }

  bool has_begun() const noexcept { return has_begun_; }

 private:
  // Empty: the flow is written. --limit counts the flows that --shard chooses from.
  std::string_view reason_to_skip(const Flow& flow, ExtractResult& result) {
    if (result.reached_flow_limit) {
      return skip_reason::kLimit;
    }
    ++flows_;
    result.reached_flow_limit = flows_ == options_.flow_limit;
    if (!options_.shard.holds(flow.key)) {
      return skip_reason::kOtherShard;
    }
    result.output_closed = receiver_.is_done();
    return result.output_closed ? skip_reason::kOutputClosed : std::string_view();
  }

  void write(const NetmlCorpus& corpus, std::size_t number, const Recipe& fitted,
             const std::optional<LabelMatch>& label) {
    const Flow flow = corpus.identity(number);
    const bool has_addresses = corpus.has_addresses(number);
    const std::string source = has_addresses ? to_text(flow.source(), 4) : "";
    const std::string destination = has_addresses ? to_text(flow.destination(), 4) : "";
    const auto or_none = [&](std::int64_t value) { return Cell::of(has_addresses ? value : -1); };
    values_.clear();
    for (const std::string& set : fitted.sets) {
      corpus.append_row(number, set, fitted, values_);
    }
    cells_ = {Cell::of(std::string_view(source)),
              or_none(flow.source_port()),
              Cell::of(std::string_view(destination)),
              or_none(flow.destination_port()),
              or_none(flow.key.protocol),
              Cell::of(flow.first_ns())};
    for (const double value : values_) {
      cells_.push_back(Cell::of(value));
    }
    receiver_.row({flow, cells_, label});
  }

  Recipe recipe_;
  Labeler* labeler_;
  RowReceiver& receiver_;
  const ExtractionOptions& options_;
  std::uint64_t flows_ = 0;
  bool has_begun_ = false;
  std::size_t columns_ = 0;
  std::string first_path_;
  std::vector<Cell> cells_;
  std::vector<double> values_;
};

}  // namespace

namespace {

// The preset's grouping has none of these; saying so beats ignoring them.
void require_netml_rules(const Recipe& recipe, const CaptureInputs& inputs) {
  const FlowPolicy& policy = recipe.policy;
  const std::pair<bool, const char*> given[] = {
      {!recipe.columns.empty(), "--columns"},
      {inputs.is_continuous, "--continuous"},
      {!recipe.per_direction, "--direction"},
      {policy.tcp_end != TcpEnd::kNone, "--tcp-end"},
      {policy.active_timeout_ns != kNoTimeout, "--active-timeout"},
      {policy.accounting != Accounting::kLink, "--accounting"},
      {!recipe.decode_tunnels, "--decode-tunnels"},
      {policy.max_packets_per_flow != 0, "--max-packets-per-flow"},
      {policy.max_flows != 0, "--max-flows"}};
  for (const auto& [is_given, name] : given) {
    if (is_given) {
      throw UsageError(std::string(name) +
                       " does not go with the representations of --preset netml");
    }
  }
}

}  // namespace

ExtractResult Extraction::run_netml(RowReceiver& receiver) {
  require_netml_rules(recipe_, inputs_);
  ExtractResult result;
  NetmlRows rows(recipe_, labeler_.get(), receiver, options_);
  for (const std::string& path : inputs_.paths()) {
    const NetmlCorpus corpus(path, inputs_.filter, recipe_);
    const std::size_t input = result.inputs.size();
    result.inputs.push_back(corpus.outcome());
    result.signal = corpus.signal();
    corpus.add_to(result.stats);
    if (corpus.is_full()) {
      result.stop_by_limit(
          "--preset netml holds all packets of a capture, which do not fit --memory-limit; raise "
          "it or split the capture");
    }
    if (corpus.outcome().status != InputStatus::kUnusable) {
      rows.add(input, corpus, result);
    }
    if (result.signal != 0 || result.output_closed || result.stopped_by_limit ||
        result.reached_flow_limit) {
      break;
    }
  }
  if (!rows.has_begun() && result.any_usable()) {
    rows.begin(recipe_, "");
  }
  return result;
}

}  // namespace netml
