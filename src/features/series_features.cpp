#include "netml/features/series_features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "netml/core/page_list.hpp"
#include "netml/core/python_float.hpp"
#include "netml/core/quantile.hpp"

#include "real_spectrum.hpp"

namespace netml {
namespace {

constexpr std::size_t kFlagCounts = 8;
constexpr std::size_t kStatsWidth = 12;
constexpr double kSamplingQuantile = 0.3;
constexpr std::array<std::string_view, 6> kNames = {"iat",   "size",     "iat_size",
                                                    "stats", "samp_num", "samp_size"};

/// The block of one row that is being filled: zeros at first.
using Cells = std::span<double>;

double seconds_between(std::int64_t from, std::int64_t to) noexcept {
  // Through unsigned numbers: the difference of two int64 may need 65 bits.
  const auto magnitude = [](std::int64_t late, std::int64_t early) {
    return static_cast<double>(static_cast<std::uint64_t>(late) -
                               static_cast<std::uint64_t>(early)) /
           1e9;
  };
  return to >= from ? magnitude(to, from) : -magnitude(from, to);
}

/// Times of one flow in either arithmetic.
class Clock {
 public:
  Clock(SeriesArithmetic arithmetic, const FlowSeries& series)
      : is_exact_(arithmetic == SeriesArithmetic::kExact), series_(series) {}

  double gap(std::size_t i) const {
    return is_exact_ ? seconds_between(series_.ns[i], series_.ns[i + 1])
                     : series_.seconds[i + 1] - series_.seconds[i];
  }

  double duration() const {
    if (is_exact_) {
      const auto [first, last] = std::minmax_element(series_.ns.begin(), series_.ns.end());
      return seconds_between(*first, *last);
    }
    const auto [first, last] = std::minmax_element(series_.seconds.begin(), series_.seconds.end());
    return *last - *first;
  }

 private:
  bool is_exact_;
  const FlowSeries& series_;
};

void fill_iat(const Clock& clock, std::size_t packets, Cells cells) {
  for (std::size_t i = 0; i < cells.size() && i + 1 < packets; ++i) {
    cells[i] = clock.gap(i);
  }
}

void fill_size(std::span<const std::uint32_t> sizes, Cells cells) {
  std::copy_n(sizes.begin(), std::min(sizes.size(), cells.size()), cells.begin());
}

void fill_iat_size(const Clock& clock, std::span<const std::uint32_t> sizes, Cells cells) {
  const std::size_t gaps = sizes.size() - 1;
  for (std::size_t i = 0; i < cells.size() && i < 2 * gaps + 1; ++i) {
    cells[i] = i % 2 == 0 && i / 2 < gaps ? clock.gap(i / 2) : sizes[i / 2];
  }
}

/// numpy's pairwise sum of (x - mean)^2: eight accumulators per block of at most 128, halves above.
double sum_of_squared_deviations(std::span<const std::uint32_t> sizes, double mean) {
  const auto term = [&](std::size_t i) {
    const double deviation = sizes[i] - mean;
    return deviation * deviation;
  };
  const std::size_t n = sizes.size();
  if (n > 128) {
    const std::size_t half = n / 2 - n / 2 % 8;
    return sum_of_squared_deviations(sizes.first(half), mean) +
           sum_of_squared_deviations(sizes.subspan(half), mean);
  }
  double sum = 0;
  std::size_t i = 0;
  if (n >= 8) {
    std::array<double, 8> r{};
    for (; i + 8 <= n; i += 8) {
      for (std::size_t k = 0; k < 8; ++k) {
        r[k] += term(i + k);
      }
    }
    sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  }
  for (; i < n; ++i) {
    sum += term(i);
  }
  return sum;
}

/// Duration, packets and bytes per second (0 without a duration), mean, population standard
/// deviation, the three quartiles, least and greatest size, packets, bytes.
void fill_stats(const Clock& clock, std::span<const std::uint32_t> sizes, Cells cells) {
  const auto n = static_cast<double>(sizes.size());
  const auto bytes =
      static_cast<double>(std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0}));
  const double duration = clock.duration();
  const double mean = bytes / n;
  thread_local PageList<double> sorted;  // nothing is allocated for each flow
  sorted.reserve(sizes.size());
  for (const std::uint32_t size : sizes) {
    sorted.push_back(size);
  }
  std::sort(sorted.begin(), sorted.end());
  const std::array<double, kStatsWidth> stats = {
      duration,
      duration == 0 ? 0 : n / duration,
      duration == 0 ? 0 : bytes / duration,
      mean,
      std::sqrt(sum_of_squared_deviations(sizes, mean) / n),
      quantile_sorted(sorted, 0.25),
      quantile_sorted(sorted, 0.5),
      quantile_sorted(sorted, 0.75),
      sorted.front(),
      sorted.back(),
      n,
      bytes};
  sorted.clear();
  std::copy(stats.begin(), stats.end(), cells.begin());
}

/// Slot sums of one flow in the original's arithmetic: the start of the current slot is a running
/// sum, so its rounding errors add up. Only the first `cells.size()` values are kept.
class NetmlSampler {
 public:
  NetmlSampler(double rate, double start, Cells cells)
      : rate_(rate), slot_start_(start), cells_(cells) {}

  void begin(double weight) { sum_ = weight; }

  /// False when the row is full: the original stops at 500 values.
  bool add(double time, double weight) {
    if (rate_ == 0 || time - slot_start_ <= rate_) {
      sum_ += weight;
      return true;
    }
    slot_start_ += rate_;
    emit(sum_);
    const double empty_slots = std::min(python_floor_div(time - slot_start_, rate_), kMost);
    if (empty_slots > 0) {
      emitted_ += static_cast<std::size_t>(empty_slots);
      slot_start_ += empty_slots * rate_;
    }
    if (static_cast<double>(emitted_) > kMost) {
      return false;
    }
    sum_ = weight;
    return true;
  }

  void finish() {
    if (sum_ > 0) {
      emit(sum_);
    }
  }

  /// After add() gave false: what came after the 500th value does not count.
  void cut() {
    const auto most = static_cast<std::size_t>(kMost);
    if (cells_.size() > most) {
      std::fill(cells_.begin() + static_cast<std::ptrdiff_t>(most), cells_.end(), 0.0);
    }
  }

 private:
  static constexpr double kMost = 500;

  void emit(double value) {
    if (emitted_ < cells_.size()) {
      cells_[emitted_] = value;
    }
    ++emitted_;
  }

  double rate_;
  double slot_start_;
  double sum_ = 0;
  std::size_t emitted_ = 0;
  Cells cells_;
};

double weight_of(RepresentationKind kind, const FlowSeries& series, std::size_t i) {
  return kind == RepresentationKind::kSampNum ? 1.0 : series.sizes[i];
}

void fill_samples_netml(const RepresentationSettings& settings, const FlowSeries& series,
                        Cells cells) {
  NetmlSampler sampler(settings.sampling_seconds, series.seconds.front(), cells);
  sampler.begin(weight_of(settings.kind, series, 0));
  for (std::size_t i = 1; i < series.seconds.size(); ++i) {
    if (!sampler.add(series.seconds[i], weight_of(settings.kind, series, i))) {
      sampler.cut();
      return;
    }
  }
  sampler.finish();
}

/// Slot of a packet: floor((t - t0) / S). Packets from before the first one count in slot 0, those
/// beyond the row not at all.
void fill_samples_exact(const RepresentationSettings& settings, const FlowSeries& series,
                        Cells cells) {
  const std::int64_t start = series.ns.front();
  const auto slot_length = static_cast<std::uint64_t>(settings.sampling_ns);
  for (std::size_t i = 0; i < series.ns.size(); ++i) {
    const std::int64_t time = std::max(series.ns[i], start);
    const std::uint64_t slot =
        (static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(start)) / slot_length;
    if (slot < cells.size()) {
      cells[slot] += weight_of(settings.kind, series, i);
    }
  }
}

void fill_features(const RepresentationSettings& settings, const FlowSeries& series, Cells cells) {
  const Clock clock(settings.arithmetic, series);
  switch (settings.kind) {
    case RepresentationKind::kIat:
      return fill_iat(clock, series.sizes.size(), cells);
    case RepresentationKind::kSize:
      return fill_size(series.sizes, cells);
    case RepresentationKind::kIatSize:
      return fill_iat_size(clock, series.sizes, cells);
    case RepresentationKind::kStats:
      return fill_stats(clock, series.sizes, cells);
    case RepresentationKind::kSampNum:
    case RepresentationKind::kSampSize:
      return settings.arithmetic == SeriesArithmetic::kExact
                 ? fill_samples_exact(settings, series, cells)
                 : fill_samples_netml(settings, series, cells);
  }
}

/// FIN SYN RST PSH ACK URG ECE CWR counted over all packets, then one TTL per packet.
void fill_header(const FlowSeries& series, Cells cells) {
  for (const std::uint8_t flags : series.tcp_flags) {
    for (std::size_t bit = 0; bit < kFlagCounts; ++bit) {
      cells[bit] += flags >> bit & 1;
    }
  }
  const Cells ttls = cells.subspan(kFlagCounts);
  std::copy_n(series.ttls.begin(), std::min(series.ttls.size(), ttls.size()), ttls.begin());
}

}  // namespace

std::string_view name_of(RepresentationKind kind) noexcept {
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<RepresentationKind> representation_kind(std::string_view name) noexcept {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) {
    return std::nullopt;
  }
  return static_cast<RepresentationKind>(found - kNames.begin());
}

std::size_t feature_width(const RepresentationSettings& settings) noexcept {
  switch (settings.kind) {
    case RepresentationKind::kSize:
      return settings.dim;
    case RepresentationKind::kIatSize:
      return 2 * settings.dim - 1;
    case RepresentationKind::kStats:
      return kStatsWidth;
    default:
      return settings.dim - 1;
  }
}

std::size_t row_width(const RepresentationSettings& settings) noexcept {
  const std::size_t width = feature_width(settings);
  return settings.header ? kFlagCounts + 2 * width : width;
}

std::vector<std::string> column_names(const RepresentationSettings& settings) {
  const std::size_t features = feature_width(settings);
  const std::size_t header = row_width(settings) - features;
  std::vector<std::string> names;
  names.reserve(header + features);
  for (std::size_t i = 0; i < header; ++i) {
    names.push_back("header_" + std::to_string(i));
  }
  const std::string prefix = std::string(name_of(settings.kind)) + '_';
  for (std::size_t i = 0; i < features; ++i) {
    names.push_back(prefix + std::to_string(i));
  }
  return names;
}

void append_representation(const RepresentationSettings& settings, const FlowSeries& series,
                           std::vector<double>& row) {
  const std::size_t features = feature_width(settings);
  const std::size_t header = row_width(settings) - features;
  const std::size_t before = row.size();
  row.resize(before + header + features, 0.0);
  const Cells header_cells = Cells(row).subspan(before, header);
  const Cells feature_cells = Cells(row).subspan(before + header, features);
  if (settings.header) {
    fill_header(series, header_cells);
  }
  fill_features(settings, series, feature_cells);
  if (settings.fft) {
    replace_by_real_spectrum(header_cells);
    replace_by_real_spectrum(feature_cells);
  }
}

std::size_t fitted_dim(std::span<const std::size_t> packets_per_flow, double q) {
  std::vector<double> counts(packets_per_flow.size());
  std::transform(packets_per_flow.begin(), packets_per_flow.end(), counts.begin(),
                 [](std::size_t count) { return static_cast<double>(count); });
  return static_cast<std::size_t>(
      std::clamp(std::floor(quantile(counts, q)), 2.0, static_cast<double>(kMostDim)));
}

double fitted_sampling_seconds(std::span<const double> durations) {
  std::vector<double> sorted(durations.begin(), durations.end());
  std::sort(sorted.begin(), sorted.end());
  const double rate = quantile_sorted(sorted, kSamplingQuantile);
  if (rate > 0) {
    return rate;
  }
  const auto positive = std::upper_bound(sorted.begin(), sorted.end(), 0.0);
  return positive == sorted.end() ? 0 : *positive;
}

std::int64_t fitted_sampling_ns(std::span<const std::int64_t> durations) {
  std::vector<double> positive;
  for (const std::int64_t duration : durations) {
    if (duration > 0) {
      positive.push_back(static_cast<double>(duration));
    }
  }
  if (positive.empty()) {
    return 1'000'000'000;
  }
  return std::max<std::int64_t>(1, std::llround(quantile(positive, kSamplingQuantile)));
}

}  // namespace netml
