// Early sequence of packet directions, sizes and times: NFStream's splt_analysis (its SPEC, section
// 8) and its SPLT plugin (section 13).

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

#include "column_block.hpp"

namespace netml {
namespace {

constexpr std::uint64_t kDefaultLength = 10, kLongest = 65535;

std::uint64_t parse_length(const SetRequest& request) {
  if (request.arguments.empty()) {
    return kDefaultLength;
  }
  const auto length = parse_u64(request.arguments[0]);
  if (!length || *length < 1 || *length > kLongest) {
    throw UsageError("feature set '" + printable(request.name) + ":" +
                     printable(request.arguments[0]) +
                     "': the number of packets is from 1 to 65535");
  }
  return *length;
}

class SpltBlock final : public ColumnBlock {
 public:
  // With `accounting` the sizes are by that instead of by the run's.
  SpltBlock(const std::string& prefix, std::uint64_t length, std::optional<Accounting> accounting,
            bool is_whole)
      : length_(length), is_whole_(is_whole) {
    series_packets = length;
    other_accounting = accounting;
    const std::string tail =
        " of the first " + std::to_string(length) + " packets; -1 beyond the flow's end";
    columns = {{prefix + "splt_direction", ColumnType::kList, "",
                "direction (0 forward, 1 backward)" + tail, "NFStream", false},
               {prefix + "splt_ps", ColumnType::kList, "bytes", "size" + tail, "NFStream", false},
               {prefix + "splt_piat_ms", is_whole ? ColumnType::kList : ColumnType::kRealList, "ms",
                "time since the packet before (0 for the first)" + tail, "NFStream", false}};
    directions_.resize(length);
    sizes_.resize(length);
    whole_gaps_.resize(is_whole ? length : 0);
    gaps_.resize(is_whole ? 0 : length);
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    const std::span<const SeriesPacket> series = context.view.series;
    for (std::size_t i = 0; i < length_; ++i) {
      const bool is_there = i < series.size();
      const std::int64_t gap =
          is_there && i > 0 ? time_difference(series[i].ts_ns, series[i - 1].ts_ns) : 0;
      directions_[i] = is_there ? series[i].direction : -1;
      sizes_[i] =
          is_there ? std::int64_t{other_accounting ? series[i].other_size : series[i].size} : -1;
      if (is_whole_) {
        whole_gaps_[i] = is_there ? gap : -1;
      } else {
        gaps_[i] = is_there ? static_cast<double>(gap) / 1e6 : -1;
      }
    }
    cells[0] = Cell::of(std::span<const std::int64_t>(directions_));
    cells[1] = Cell::of(std::span<const std::int64_t>(sizes_));
    cells[2] = is_whole_ ? Cell::of(std::span<const std::int64_t>(whole_gaps_))
                         : Cell::of(std::span<const double>(gaps_));
  }

 private:
  std::size_t length_;
  bool is_whole_;
  std::vector<std::int64_t> directions_, sizes_, whole_gaps_;
  std::vector<double> gaps_;
};

}  // namespace

std::unique_ptr<ColumnBlock> make_splt_block(const SetRequest& request, const Recipe& recipe) {
  return std::make_unique<SpltBlock>("", parse_length(request), std::nullopt,
                                     recipe.preset == Preset::kNfstream);
}

std::unique_ptr<ColumnBlock> make_splt_plugin_block(const SetRequest& request,
                                                    const Recipe& recipe) {
  const Accounting accounting = request.arguments.size() < 2
                                    ? recipe.policy.accounting
                                    : parse_accounting(request.arguments[1]);
  return std::make_unique<SpltBlock>("udps.", parse_length(request), accounting,
                                     recipe.preset == Preset::kNfstream);
}

}  // namespace netml
