#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netml {

/// The flow representations of Yang et al., "A Comparative Study of Network Traffic Representations
/// for Novelty Detection" (2020), section 3, as the Python netml computes them.
enum class RepresentationKind : std::uint8_t {
  kIat,       ///< gaps between packets: dim - 1 columns
  kSize,      ///< packet sizes: dim
  kIatSize,   ///< gap 1, size 1, gap 2, size 2, ...: 2 dim - 1; the gap after a packet precedes its
              ///< size
  kStats,     ///< twelve numbers, see `stats`
  kSampNum,   ///< packets per time slot: dim - 1
  kSampSize,  ///< bytes per time slot: dim - 1
};

/// How times are computed with.
enum class SeriesArithmetic : std::uint8_t {
  kExact,  ///< whole nanoseconds; a difference becomes a double only when it is written
  kNetml,  ///< seconds as doubles, every rounding error of the Python netml included
};

/// What one row looks like. Fixed for a run, and kept with a model.
struct RepresentationSettings {
  RepresentationKind kind = RepresentationKind::kIat;
  SeriesArithmetic arithmetic = SeriesArithmetic::kExact;
  std::size_t dim = 2;          ///< packets that a row has room for; at least 1
  bool fft = false;             ///< real part of the DFT of each block instead of the block
  bool header = false;          ///< 8 flag counts and the TTLs before the features
  double sampling_seconds = 1;  ///< slot length for kNetml; 0: one slot
  std::int64_t sampling_ns = 1'000'000'000;  ///< slot length for kExact, at least 1
};

/// The packets of one flow, oldest first. Views; all spans that are used have the same length, at
/// least 1. `sizes` is always used, `seconds` with kNetml, `ns` with kExact, flags and TTLs with
/// `header`.
struct FlowSeries {
  std::span<const double> seconds;
  std::span<const std::int64_t> ns;
  std::span<const std::uint32_t> sizes;
  std::span<const std::uint8_t> tcp_flags;  ///< bits as tcp_flag
  std::span<const std::uint8_t> ttls;
};

/// "iat", "size", "iat_size", "stats", "samp_num", "samp_size".
std::string_view name_of(RepresentationKind kind) noexcept;
/// The kind of that name.
std::optional<RepresentationKind> representation_kind(std::string_view name) noexcept;

/// Columns of a row; the header block, if asked for, has 8 more than the features and comes first.
std::size_t feature_width(const RepresentationSettings& settings) noexcept;
std::size_t row_width(const RepresentationSettings& settings) noexcept;
/// `header_0`…, then `iat_0`… and so on: row_width names.
std::vector<std::string> column_names(const RepresentationSettings& settings);

/// Appends the row of one flow: row_width finite doubles. Rows that are too long are cut, short
/// ones end in zeros, both before the FFT. Memory beyond the row: one copy of the sizes (kStats
/// only).
void append_representation(const RepresentationSettings& settings, const FlowSeries& series,
                           std::vector<double>& row);

// What a run fits on its flows when it is not given.

/// Most packets that a row has room for, given or fitted.
inline constexpr std::size_t kMostDim = 65535;

/// floor(quantile of the packets per flow), at least 2, at most kMostDim. Requires: not empty, q in
/// [0, 1].
std::size_t fitted_dim(std::span<const std::size_t> packets_per_flow, double q);

/// 0.3-quantile of the flow durations, in seconds. Where it is 0 (the original raises): the
/// smallest duration above 0, else 0, one slot. Requires: not empty.
double fitted_sampling_seconds(std::span<const double> durations);

/// 0.3-quantile of the durations above 0, in nanoseconds; 1 s when there is none.
std::int64_t fitted_sampling_ns(std::span<const std::int64_t> durations);

}  // namespace netml
