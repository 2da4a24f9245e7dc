#include "netml/pipeline/extractor.hpp"

#include <algorithm>
#include <array>

#include "netml/core/error.hpp"
#include "netml/core/sip_hash.hpp"
#include "netml/decode/packet_decoder.hpp"
#include "netml/flow/epoch.hpp"
#include "netml/flow/flow_table.hpp"

#include "capture_reader.hpp"
#include "record_decoder.hpp"

namespace netml {

namespace {

// Reasons in packets_skipped beside those of the decoder.
constexpr const char* kLimitReason = "limit";
constexpr const char* kOutputClosedReason = "output_closed";

}  // namespace

bool ExtractResult::any_usable() const noexcept {
  return std::any_of(inputs.begin(), inputs.end(), [](const InputOutcome& input) {
    return input.status != InputStatus::kUnusable;
  });
}

void ExtractResult::stop_by_limit(std::string reason) {
  limit_reason = std::move(reason);
  stopped_by_limit = true;
  output_closed = false;
  const auto closed = stats.packets_skipped.find(kOutputClosedReason);
  if (closed != stats.packets_skipped.end()) {
    stats.packets_skipped[kLimitReason] += closed->second;
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

// Closed flows of one epoch, with the shard that holds each.
struct ShardClosedFlow {
  ClosedFlow flow;
  std::size_t shard;
};

}  // namespace

class Extractor::Impl {
 public:
  Impl(const Recipe& recipe, const ExtractorOptions& options, const FeatureSet& features)
      : recipe_(recipe),
        options_(options),
        decoder_(make_record_decoder(recipe)),
        hash_key_(random_hash_key()) {
    // NFStream's order, an exact flow limit and a bound on the open flows are properties of the
    // whole input.
    const FlowPolicy& policy = recipe.policy;
    const bool stops = options.flow_limit != 0 || policy.on_limit == OnLimit::kStop;
    const bool is_global = stops || policy.expiry == ExpiryRule::kNfstream || policy.max_flows != 0;
    const std::size_t shards = is_global ? 1 : std::max<std::size_t>(options.shards, 1);
    for (std::size_t i = 0; i < shards; ++i) {
      tables_.push_back(std::make_unique<FlowTable>(recipe.policy, features));
    }
    positions_.resize(shards);
    // Nothing is read beyond the packet that ends the run.
    epoch_records_ = stops ? 1 : std::max<std::size_t>(options.epoch_records, 1);
    epoch_.records.reserve(epoch_records_);
    epoch_.clocks.reserve(epoch_records_);
  }

  ExtractResult run(const std::vector<std::string>& paths, FlowConsumer& consumer) {
    consumer_ = &consumer;
    for (std::size_t i = 0; i < paths.size() && !is_over(); ++i) {
      begin_input(i);
      result_.inputs.push_back(read_input(paths[i]));
      flush();
      if (!options_.is_continuous) {
        finish();
      }
    }
    finish();
    fill_stats();
    return std::move(result_);
  }

 private:
  bool is_over() const {
    return result_.signal != 0 || result_.reached_flow_limit || result_.stopped_by_limit ||
           result_.output_closed;
  }

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
      flush();
      consumer_->idle();
      result_.output_closed = result_.output_closed || consumer_->is_done();
    };
    reader.on_packet = [this](const RawPacket& packet) {
      add(packet);
      return !is_over();
    };
    InputOutcome outcome = reader.read(path);
    result_.stats.clock_out_of_range += reader.clock_out_of_range;
    result_.signal = reader.signal;
    return outcome;
  }

  void add(const RawPacket& packet) {
    if (!has_packet_) {
      has_packet_ = true;
      consumer_->begin_input(input_, packet.ts_ns);
    }
    ++result_.stats.packets_read;
    result_.stats.bytes_read += packet.bytes.size();
    const std::uint64_t index = next_index_++;
    PacketRecord& record = epoch_.records.emplace_back();
    const DecodeStatus status = decoder_->decode(packet, record);
    if (status != DecodeStatus::kOk) {
      epoch_.records.pop_back();
      count_skipped(status);
      return;
    }
    record.index = index;
    record.hash = flow_hash(hash_key_, record.key);
    const std::int64_t ts_ns = record.ts_ns;
    if (clock_.advance(ts_ns)) {
      cut_before_last();
    }
    epoch_.clocks.push_back(clock_.now());
    if (epoch_.records.size() >= epoch_records_) {
      flush();
    }
  }

  // The clock goes back at the newest record: it opens an epoch of its own.
  void cut_before_last() {
    const PacketRecord last = epoch_.records.back();
    epoch_.records.pop_back();
    flush();
    epoch_.records.push_back(last);
    epoch_.clock_was_set_back = true;
  }

  void count_skipped(DecodeStatus status) {
    ++skipped_[static_cast<std::size_t>(status)];
    if (status == DecodeStatus::kNotIp) {
      ++not_ip_[static_cast<std::size_t>(decoder_->not_ip_class())];
    }
  }

  // ---------------------------------------------------------------- epochs

  void flush() {
    if (epoch_.empty()) {
      return;
    }
    if (tables_.size() == 1) {
      closed_.clear();
      tables_.front()->apply(epoch_, closed_);
      for (const ClosedFlow& flow : closed_) {
        emit(flow, *tables_.front());
      }
    } else {
      flush_shards();
    }
    epoch_.clear();
    result_.stopped_by_limit = std::any_of(tables_.begin(), tables_.end(),
                                           [](const auto& table) { return table->is_stopped(); });
  }

  void flush_shards() {
    for (std::vector<std::uint32_t>& positions : positions_) {
      positions.clear();
    }
    for (std::size_t i = 0; i < epoch_.records.size(); ++i) {
      positions_[shard_of(epoch_.records[i])].push_back(static_cast<std::uint32_t>(i));
    }
    merge([this](std::size_t shard) { tables_[shard]->apply(epoch_, positions_[shard], closed_); });
  }

  std::size_t shard_of(const PacketRecord& record) const {
    return (record.hash >> 32) % tables_.size();
  }

  // Runs `close` on each shard and emits what closed in one order.
  template <typename Close>
  void merge(Close close) {
    merged_.clear();
    for (std::size_t shard = 0; shard < tables_.size(); ++shard) {
      closed_.clear();
      close(shard);
      for (const ClosedFlow& flow : closed_) {
        merged_.push_back({flow, shard});
      }
    }
    if (tables_.size() > 1) {
      std::sort(
          merged_.begin(), merged_.end(), [](const ShardClosedFlow& a, const ShardClosedFlow& b) {
            return a.flow.end_index != b.flow.end_index ? a.flow.end_index < b.flow.end_index
                                                        : a.flow.first_index < b.flow.first_index;
          });
    }
    for (const ShardClosedFlow& closed : merged_) {
      emit(closed.flow, *tables_[closed.shard]);
    }
  }

  void finish() {
    flush();
    if (tables_.size() > 1) {
      merge([this](std::size_t shard) { tables_[shard]->finish(closed_, SIZE_MAX); });
      return;
    }
    constexpr std::size_t kBatch = 4096;
    do {
      closed_.clear();
      tables_.front()->finish(closed_, kBatch);
      for (const ClosedFlow& flow : closed_) {
        emit(flow, *tables_.front());
      }
    } while (!closed_.empty());
  }

  void emit(const ClosedFlow& closed, FlowTable& table) {
    const Flow& flow = table.flow(closed.slot);
    RunStats& stats = result_.stats;
    if (options_.flow_limit != 0 && stats.flows_written >= options_.flow_limit) {
      limit_packets_ += flow.packets();
    } else if (result_.output_closed) {
      output_closed_packets_ += flow.packets();
    } else if (flow.packets() < recipe_.min_packets) {
      ++stats.flows_too_short;
      stats.packets_in_flows_too_short += flow.packets();
    } else {
      series_.clear();
      table.read_series(closed.slot, series_);
      consumer_->flow({flow, table.state(closed.slot), series_, stats.flows_written});
      ++stats.flows_written;
      stats.packets_in_flows += flow.packets();
      result_.output_closed = consumer_->is_done();
    }
    table.release(closed.slot);
    result_.reached_flow_limit =
        options_.flow_limit != 0 && stats.flows_written >= options_.flow_limit;
  }

  void fill_stats() {
    RunStats& stats = result_.stats;
    for (std::size_t i = 1; i < skipped_.size(); ++i) {
      if (skipped_[i] != 0) {
        stats.packets_skipped[std::string(to_text(static_cast<DecodeStatus>(i)))] = skipped_[i];
      }
    }
    for (std::size_t i = 0; i < not_ip_.size(); ++i) {
      if (not_ip_[i] != 0) {
        stats.not_ip_by_ethertype[std::string(to_text(static_cast<NotIpClass>(i)))] = not_ip_[i];
      }
    }
    for (const auto& table : tables_) {
      stats.flows_evicted += table->evicted();
      stats.clock_steps_back += table->clock_steps_back();
      limit_packets_ += table->packets_left_out();
    }
    if (limit_packets_ != 0) {
      stats.packets_skipped[kLimitReason] = limit_packets_;
    }
    if (output_closed_packets_ != 0) {
      stats.packets_skipped[kOutputClosedReason] = output_closed_packets_;
    }
    for (const InputOutcome& input : result_.inputs) {
      ++stats.inputs;
      stats.inputs_damaged += input.status == InputStatus::kDamaged ? 1U : 0U;
      stats.inputs_unusable += input.status == InputStatus::kUnusable ? 1U : 0U;
    }
  }

  const Recipe recipe_;
  const ExtractorOptions options_;
  std::unique_ptr<RecordDecoder> decoder_;
  const HashKey hash_key_;
  std::vector<std::unique_ptr<FlowTable>> tables_;
  std::size_t epoch_records_;

  FlowConsumer* consumer_ = nullptr;
  ExtractResult result_;
  std::size_t input_ = 0;
  bool has_packet_ = false;
  std::uint64_t next_index_ = 0;
  CaptureClock clock_;
  Epoch epoch_;
  std::vector<std::vector<std::uint32_t>> positions_;
  std::vector<ClosedFlow> closed_;
  std::vector<ShardClosedFlow> merged_;
  std::vector<SeriesPacket> series_;
  std::array<std::uint64_t, static_cast<std::size_t>(DecodeStatus::kCount)> skipped_{};
  std::array<std::uint64_t, static_cast<std::size_t>(NotIpClass::kCount)> not_ip_{};
  std::uint64_t limit_packets_ = 0;
  std::uint64_t output_closed_packets_ = 0;
};

Extractor::Extractor(const Recipe& recipe, const ExtractorOptions& options,
                     const FeatureSet& features)
    : impl_(std::make_unique<Impl>(recipe, options, features)) {}
Extractor::~Extractor() = default;

ExtractResult Extractor::run(const std::vector<std::string>& paths, FlowConsumer& consumer) {
  return impl_->run(paths, consumer);
}

}  // namespace netml
