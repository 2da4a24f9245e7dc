// The sets iat, size, iat_size, stats, samp_num and samp_size, read from a flow's series.

#include <cmath>

#include "netml/core/page_list.hpp"
#include "netml/features/representation.hpp"

#include "column_block.hpp"

namespace netml {
namespace {

bool uses_first_packets_only(const RepresentationSettings& settings) {
  const bool is_sequence = settings.kind == RepresentationKind::kIat ||
                           settings.kind == RepresentationKind::kSize ||
                           settings.kind == RepresentationKind::kIatSize;
  return is_sequence && !settings.header;  // the header counts the flags of all packets
}

class RepresentationBlock final : public ColumnBlock {
 public:
  RepresentationBlock(const RepresentationSettings& settings, bool is_fitted)
      : settings_(settings) {
    series_packets = is_fitted && uses_first_packets_only(settings) ? settings.dim : UINT64_MAX;
    const std::size_t header_width =
        settings.header ? row_width(settings) - feature_width(settings) : 0;
    for (const std::string& name : column_names(settings)) {
      const bool is_header = columns.size() < header_width;
      columns.push_back(
          {name, ColumnType::kF64, "",
           is_header ? "header block: counts of FIN SYN RST PSH ACK URG ECE CWR, then the TTLs"
                     : definition(settings),
           "netml", false});
    }
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    times_.reserve(context.view.series.size());
    sizes_.reserve(context.view.series.size());
    flags_.reserve(context.view.series.size());
    ttls_.reserve(context.view.series.size());
    for (const SeriesPacket& packet : context.view.series) {
      times_.push_back(
          context.ns(time_difference(packet.ts_ns, context.view.series.front().ts_ns)));
      sizes_.push_back(packet.size);
      flags_.push_back(packet.tcp_flags);
      ttls_.push_back(packet.ttl);
    }
    row_.clear();
    append_representation(settings_, {{}, times_, sizes_, flags_, ttls_}, row_);
    times_.clear();
    sizes_.clear();
    flags_.clear();
    ttls_.clear();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      cells[i] = Cell::of(row_[i]);
    }
  }

 private:
  static std::string definition(const RepresentationSettings& settings) {
    const std::string spectrum =
        settings.fft ? "real part of the discrete Fourier transform of: " : "";
    switch (settings.kind) {
      case RepresentationKind::kIat:
        return spectrum + "seconds between consecutive packets, in order";
      case RepresentationKind::kSize:
        return spectrum + "packet sizes in bytes, in order";
      case RepresentationKind::kIatSize:
        return spectrum + "gap after a packet in seconds and its size in bytes, in turn";
      case RepresentationKind::kStats:
        return spectrum +
               "duration, packets/s, bytes/s, size mean, deviation, quartiles 1 to 3, min, max, "
               "packets, bytes";
      case RepresentationKind::kSampNum:
        return spectrum + "packets per time slot of --sampling-rate seconds";
      case RepresentationKind::kSampSize:
        return spectrum + "bytes per time slot of --sampling-rate seconds";
    }
    return {};
  }

  RepresentationSettings settings_;
  // Of the flow that is being read, however many packets it has.
  PageList<std::int64_t> times_;
  PageList<std::uint32_t> sizes_;
  PageList<std::uint8_t> flags_, ttls_;
  std::vector<double> row_;
};

bool needs_dim(const RepresentationSettings& settings) {
  return settings.kind != RepresentationKind::kStats;
}

bool needs_sampling(const RepresentationSettings& settings) {
  return settings.kind == RepresentationKind::kSampNum ||
         settings.kind == RepresentationKind::kSampSize;
}

}  // namespace

RepresentationSettings representation_settings(const std::string& set, const Recipe& recipe) {
  RepresentationSettings settings;
  settings.kind = representation_kind(set).value_or(RepresentationKind::kIat);
  settings.arithmetic =
      recipe.preset == Preset::kNetml ? SeriesArithmetic::kNetml : SeriesArithmetic::kExact;
  settings.dim = recipe.representation.dim.value_or(2);
  settings.fft = recipe.representation.fft;
  settings.header = recipe.representation.header;
  settings.sampling_seconds = recipe.representation.sampling_s.value_or(1);
  settings.sampling_ns = std::max<std::int64_t>(1, std::llround(settings.sampling_seconds * 1e9));
  return settings;
}

MissingSettings missing_settings(const Recipe& recipe) {
  MissingSettings missing;
  for (const std::string& set : recipe.sets) {
    if (representation_kind(set)) {
      const RepresentationSettings settings = representation_settings(set, recipe);
      missing.dim = missing.dim || (needs_dim(settings) && !recipe.representation.dim);
      missing.sampling =
          missing.sampling || (needs_sampling(settings) && !recipe.representation.sampling_s);
    }
  }
  return missing;
}

std::unique_ptr<ColumnBlock> make_representation_block(const SetRequest& request,
                                                       const Recipe& recipe) {
  return std::make_unique<RepresentationBlock>(representation_settings(request.name, recipe),
                                               !missing_settings(recipe).any());
}

}  // namespace netml
