#include "netml/pipeline/extractor.hpp"

#include <algorithm>
#include <array>

#include "netml/core/error.hpp"
#include "netml/core/parallel.hpp"
#include "netml/core/progress.hpp"
#include "netml/core/sip_hash.hpp"
#include "netml/decode/packet_decoder.hpp"
#include "netml/decode/payload.hpp"
#include "netml/flow/epoch.hpp"
#include "netml/flow/flow_shards.hpp"

#include "capture_reader.hpp"
#include "early_rows.hpp"
#include "epoch_pipeline.hpp"
#include "record_decoder.hpp"
#include "skip_counts.hpp"

namespace netml {

bool ExtractResult::any_usable() const noexcept {
  return std::any_of(inputs.begin(), inputs.end(), [](const InputOutcome& input) {
    return input.status != InputStatus::kUnusable;
  });
}

void ExtractResult::stop_by_limit(std::string reason) {
  limit_reason = std::move(reason);
  stopped_by_limit = true;
  output_closed = false;
  const auto closed = stats.packets_skipped.find(std::string(skip_reason::kOutputClosed));
  if (closed != stats.packets_skipped.end()) {
    stats.skip(skip_reason::kLimit, closed->second);
    stats.packets_skipped.erase(closed);
  }
}

int ExtractResult::exit_status() const noexcept {
  if (signal != 0) {
    return 128 + signal;
  }
  if (output_closed) {
    return exit_status::kBrokenPipe;
  }
  if (!any_usable()) {
    return exit_code(ErrorKind::kInput);
  }
  const bool all_ok = std::all_of(inputs.begin(), inputs.end(), [](const InputOutcome& input) {
    return input.status == InputStatus::kOk;
  });
  if (stopped_by_limit) {
    return exit_status::kLimitReached;
  }
  return all_ok ? exit_status::kOk : exit_status::kDamagedInput;
}

namespace {

// One packet at a time when the run must end at a certain one: nothing is read beyond it.
bool stops_at_a_packet(const Recipe& recipe, const ExtractorOptions& options) {
  return options.flow_limit != 0 || recipe.policy.on_limit == OnLimit::kStop;
}

std::size_t threads_for(const Recipe& recipe, const ExtractorOptions& options) {
  return stops_at_a_packet(recipe, options) ? 1 : thread_count(options.threads);
}

// Open flows are looked at in the order of their packets: in one table.
std::size_t shard_count(const Recipe& recipe, const ExtractorOptions& options) {
  if (stops_at_a_packet(recipe, options) || options.early_packets != 0) {
    return 1;
  }
  return options.shards != 0 ? options.shards : threads_for(recipe, options);
}

// Fragments have a sixteenth of the budget, and never need more than 16 MiB of it.
std::size_t most_fragmented(const FlowPolicy& policy) {
  const std::uint64_t most = DecodeOptions().most_fragmented;
  const std::uint64_t share = policy.memory_limit / 16 / FragmentTable::kCost;
  return policy.memory_limit == 0 ? most : std::clamp<std::uint64_t>(share, 1, most);
}

// Flows that were remembered for others and rows that wait for them have a quarter.
std::uint64_t context_share(const Recipe& recipe, const FeatureSet& features) {
  return features.context() ? recipe.policy.memory_limit / 4 : 0;
}

std::optional<ContextOptions> context_options(const Recipe& recipe, const FeatureSet& features) {
  if (!features.context()) {
    return std::nullopt;
  }
  return ContextOptions{*features.context(), recipe.context_limit, context_share(recipe, features),
                        longest_silence_ns(recipe.policy),
                        recipe.policy.expiry == ExpiryRule::kNfstream};
}

// Rows of open flows have a context of their own.
std::uint64_t early_share(const Recipe& recipe, const ExtractorOptions& options,
                          const FeatureSet& features) {
  return options.early_packets != 0 ? context_share(recipe, features) : 0;
}

// What is left for the flows.
FlowPolicy flow_policy(const Recipe& recipe, const ExtractorOptions& options,
                       const FeatureSet& features) {
  const FlowPolicy& policy = recipe.policy;
  FlowPolicy own = policy;
  if (own.memory_limit != 0) {
    own.memory_limit -=
        std::min(most_fragmented(policy) * FragmentTable::kCost, own.memory_limit / 2) +
        context_share(recipe, features) + early_share(recipe, options, features);
    own.memory_limit = std::max<std::uint64_t>(own.memory_limit, 1);  // 0 would be none
  }
  return own;
}

std::unique_ptr<EarlyRows> make_early_rows(const Recipe& recipe, const ExtractorOptions& options,
                                           const FeatureSet& features) {
  if (options.early_packets == 0) {
    return nullptr;
  }
  return std::make_unique<EarlyRows>(
      recipe, EarlyOptions{options.early_packets, early_share(recipe, options, features)});
}

// Small enough to stay in the cache of one core, or large enough that handing it over does not
// count.
//
// Flows that have ended are no longer in the budget, but stay until their rows are written, and
// rows of open flows never were: where they are large, so many that all epochs in flight hold an
// eighth of it.
std::size_t epoch_size(const Recipe& recipe, const ExtractorOptions& options,
                       const FlowShards& shards, const EarlyRows* early) {
  if (stops_at_a_packet(recipe, options)) {
    return 1;
  }
  if (options.epoch_records != 0) {
    return options.epoch_records;
  }
  constexpr std::uint64_t kEpochs = 5;
  const std::size_t by_threads = threads_for(recipe, options) == 1 ? 1024 : 8192;
  const std::uint64_t limit = recipe.policy.memory_limit;
  const std::uint64_t per_record =
      std::max<std::uint64_t>(shards[0].most_growth(), early != nullptr ? early->row_bytes() : 0);
  const std::uint64_t by_memory = limit / (8 * kEpochs * per_record);
  return limit == 0 ? by_threads
                    : static_cast<std::size_t>(std::clamp<std::uint64_t>(by_memory, 1, by_threads));
}

// Payloads are large: so many bytes of them end an epoch too, so that what is in flight is bounded.
constexpr std::size_t kMostEpochBytes = std::size_t{8} << 20;

}  // namespace

class Extractor::Impl {
 public:
  Impl(const Recipe& recipe, const ExtractorOptions& options, const FeatureSet& features)
      : recipe_(recipe),
        options_(options),
        decoder_(make_record_decoder(recipe, most_fragmented(recipe.policy))),
        hash_(random_hash_key()),
        context_(context_options(recipe, features)),
        early_(make_early_rows(recipe, options, features)),
        shards_(flow_policy(recipe, options, features), features, shard_count(recipe, options)),
        epoch_records_(epoch_size(recipe, options, shards_, early_.get())),
        needs_payload_(features.needs_payload()) {
    if (early_) {
      shards_[0].set_observer(*early_);
    }
  }

  ExtractResult run(const std::vector<std::string>& paths, FlowConsumer& consumer) {
    EpochPipeline pipeline(shards_, consumer,
                           {.threads = threads_for(recipe_, options_),
                            .arranger = {.min_packets = recipe_.min_packets,
                                         .flow_limit = options_.flow_limit,
                                         .context = context_},
                            .early = early_.get()});
    pipeline_ = &pipeline;
    job_ = &pipeline.begin();
    for (std::size_t i = 0; i < paths.size() && !is_over_ && result_.signal == 0; ++i) {
      begin_input(i);
      result_.inputs.push_back(read_input(paths[i]));
      submit();
      if (!options_.is_continuous) {
        pipeline.end_input();
      }
    }
    pipeline.end_input();
    result_.reached_flow_limit = pipeline.has_reached_flow_limit();
    result_.output_closed = pipeline.is_output_closed();
    result_.stopped_by_limit = pipeline.is_stopped();
    result_.stopped_by_max_flows = pipeline.is_stopped_by_max_flows();
    fill_stats(pipeline.counts());
    result_.stats.context_dropped = pipeline.context_dropped();
    result_.stats.early_context_dropped = early_ ? early_->dropped() : 0;
    return std::move(result_);
  }

 private:
  void begin_input(std::size_t input) {
    input_ = input;
    has_packet_ = false;
    if (!options_.is_continuous || input == 0) {
      next_index_ = 0;
      clock_ = {};
      decoder_->start_input();
    }
  }

  InputOutcome read_input(const std::string& path) {
    CaptureReader reader;
    reader.filter = options_.filter;
    reader.supports = [this](int link_type) { return decoder_->supports(link_type); };
    reader.on_idle = [this] {
      submit();
      pipeline_->idle();
      is_over_ = is_over_ || pipeline_->is_output_closed();
      return !is_over_;
    };
    reader.on_packet = [this](const RawPacket& packet) {
      add(packet);
      return !is_over_;
    };
    InputOutcome outcome = reader.read(path);
    outcome.first_ns = has_packet_ ? std::optional(first_ns_) : std::nullopt;
    outcome.span_ns = has_packet_ ? time_difference(last_ns_, first_ns_) : 0;
    result_.stats.clock_out_of_range += reader.clock_out_of_range;
    result_.signal = reader.signal;
    return outcome;
  }

  void add(const RawPacket& packet) {
    if (!has_packet_) {
      has_packet_ = true;
      first_ns_ = last_ns_ = packet.ts_ns;
      job_->input = InputStart{input_, packet.ts_ns};
    }
    last_ns_ = std::max(last_ns_, packet.ts_ns);
    ++result_.stats.packets_read;
    result_.stats.bytes_read += packet.bytes.size();
    const std::uint64_t index = next_index_++;
    const DecodeStatus status = decoder_->decode(packet, record_);
    if (status != DecodeStatus::kOk) {
      count_skipped(status);
      return;
    }
    record_.index = index;
    record_.hash = hash_(record_.key);
    if (clock_.advance(record_.ts_ns)) {  // it went back: the record opens an epoch of its own
      submit();
      job_->epoch.clock_was_set_back = true;
    }
    Epoch& epoch = job_->epoch;
    epoch.records.push_back(record_);
    epoch.clocks.push_back(clock_.now());
    if (needs_payload_) {
      epoch.add_payload(captured_payload(packet, record_));
    }
    if (epoch.records.size() >= epoch_records_ || epoch.arena.size() >= kMostEpochBytes) {
      submit();
    }
  }

  void count_skipped(DecodeStatus status) {
    skipped_.add(status);
    if (status == DecodeStatus::kNotIp) {
      ++not_ip_[static_cast<std::size_t>(decoder_->not_ip_class())];
    }
  }

  void submit() {
    report_packets();
    pipeline_->submit(*job_);
    job_ = &pipeline_->begin();
    is_over_ = pipeline_->has_reached_flow_limit() || pipeline_->is_stopped() ||
               pipeline_->is_output_closed();
  }

  void report_packets() {
    progress::board.packets += result_.stats.packets_read - reported_;
    reported_ = result_.stats.packets_read;
  }

  void fill_stats(const FlowCounts& counts) {
    RunStats& stats = result_.stats;
    skipped_.add_to(stats);
    for (std::size_t i = 0; i < not_ip_.size(); ++i) {
      if (not_ip_[i] != 0) {
        stats.not_ip_by_ethertype[std::string(to_text(static_cast<NotIpClass>(i)))] = not_ip_[i];
      }
    }
    stats.flows_written = counts.written.flows_written;
    stats.packets_in_flows = counts.written.packets_written;
    stats.flows_too_short = counts.left_out.flows_too_short;
    stats.packets_in_flows_too_short = counts.left_out.packets_too_short;
    stats.flows_evicted = shards_.evicted();
    stats.clock_steps_back = shards_.clock_steps_back();
    stats.skip(skip_reason::kLimit,
               counts.left_out.packets_over_limit + shards_.packets_left_out());
    stats.skip(skip_reason::kOutputClosed, counts.written.packets_output_closed);
    for (const InputOutcome& input : result_.inputs) {
      ++stats.inputs;
      stats.inputs_damaged += input.status == InputStatus::kDamaged ? 1U : 0U;
      stats.inputs_unusable += input.status == InputStatus::kUnusable ? 1U : 0U;
    }
  }

  const Recipe recipe_;
  const ExtractorOptions options_;
  std::unique_ptr<RecordDecoder> decoder_;
  const FlowHash hash_;
  const std::optional<ContextOptions> context_;
  const std::unique_ptr<EarlyRows> early_;
  FlowShards shards_;
  std::size_t epoch_records_;
  const bool needs_payload_;

  EpochPipeline* pipeline_ = nullptr;
  EpochJob* job_ = nullptr;  ///< the epoch that is being filled
  PacketRecord record_;      ///< the packet in hand
  bool is_over_ = false;     ///< nothing more is wanted
  ExtractResult result_;
  std::size_t input_ = 0;
  bool has_packet_ = false;
  std::int64_t first_ns_ = 0;  ///< of this input
  std::int64_t last_ns_ = 0;
  std::uint64_t next_index_ = 0;
  std::uint64_t reported_ = 0;  ///< packets, to the progress meter
  CaptureClock clock_;
  SkipCounts skipped_;
  std::array<std::uint64_t, static_cast<std::size_t>(NotIpClass::kCount)> not_ip_{};
};

Extractor::Extractor(const Recipe& recipe, const ExtractorOptions& options,
                     const FeatureSet& features)
    : impl_(std::make_unique<Impl>(recipe, options, features)) {}
Extractor::~Extractor() = default;

ExtractResult Extractor::run(const std::vector<std::string>& paths, FlowConsumer& consumer) {
  return impl_->run(paths, consumer);
}

}  // namespace netml
