// The set `context`: what SourceContext has counted around a flow's end, handed on with the flow.

#include <algorithm>
#include <cmath>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

#include "column_block.hpp"

namespace netml {
namespace {

constexpr double kMostSeconds = 31'536'000;  // a year

std::int64_t parse_seconds(const SetRequest& request, std::size_t place) {
  const auto seconds = parse_double(request.arguments[place]);
  if (!seconds || *seconds < 0 || *seconds > kMostSeconds) {
    throw UsageError("feature set 'context': '" + printable(request.arguments[place]) +
                     "' is not a number of seconds from 0 to 31536000");
  }
  return std::llround(*seconds * 1e9);
}

class ContextBlock final : public ColumnBlock {
 public:
  explicit ContextBlock(const ContextWindow& window) {
    context_window = window;
    const std::string before = number_text(static_cast<double>(window.before_ns) / 1e9);
    const std::string after = number_text(static_cast<double>(window.after_ns) / 1e9);
    const std::string flows = "flows of the same source that ended from " + before +
                              " s before to " + after + " s after this one, itself included";
    add("src_log_flows", "ln(1 + " + flows + ")");
    add("src_log_peers", "ln(1 + their distinct destinations)");
    add("src_log_ports", "ln(1 + their distinct protocols and destination ports (ICMP: types))");
    add("src_log_services", "ln(1 + their distinct destinations, protocols and ports)");
    add("src_unanswered_share", "share of them without a backward packet");
    add("src_reset_share", "share of them with a TCP RST in either direction");
    add("src_log_gap_mean",
        "mean of ln(1 + ms) between the ends of neighbours; alone: of the whole window");
    add("src_log_gap_std", "population deviation of the same; 0 for fewer than three flows");
    add("service_log_flows", "ln(1 + those of them to this flow's destination, protocol and port)");
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    if (context.view.context == nullptr) {
      std::fill(cells.begin(), cells.end(), Cell::missing());
      return;
    }
    std::transform(context.view.context->begin(), context.view.context->end(), cells.begin(),
                   [](double value) { return Cell::of(value); });
  }

 private:
  void add(const char* name, const std::string& definition) {
    columns.push_back({name, ColumnType::kF64, "", definition, "netml", false});
  }
};

}  // namespace

std::unique_ptr<ColumnBlock> make_context_block(const SetRequest& request, const Recipe&) {
  ContextWindow window;
  if (!request.arguments.empty()) {
    window.before_ns = parse_seconds(request, 0);
  }
  if (request.arguments.size() > 1) {
    window.after_ns = parse_seconds(request, 1);
  }
  return std::make_unique<ContextBlock>(window);
}

}  // namespace netml
