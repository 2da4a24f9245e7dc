#include "netml/pipeline/packet_reading.hpp"

#include "netml/core/progress.hpp"
#include "netml/decode/packet_decoder.hpp"

#include "capture_reader.hpp"

namespace netml {
namespace {

constexpr std::uint64_t kPacketsPerReport = 1024;

}  // namespace

ExtractResult read_packets(const std::vector<std::string>& paths, const PacketReadOptions& options,
                           PacketConsumer& consumer) {
  ExtractResult result;
  RunStats& stats = result.stats;
  bool is_over = false;
  for (std::size_t i = 0; i < paths.size() && !is_over && result.signal == 0; ++i) {
    if (i == 0 || !options.is_continuous) {
      consumer.begin_input();
    }
    CaptureReader reader;
    reader.filter = options.filter;
    reader.supports = is_supported_link_type;
    reader.on_idle = [&] {
      is_over = !consumer.idle();
      return !is_over;
    };
    reader.on_packet = [&](const RawPacket& packet) {
      if (++stats.packets_read % kPacketsPerReport == 0) {
        progress::board.packets += kPacketsPerReport;
      }
      stats.bytes_read += packet.bytes.size();
      is_over = !consumer.packet(packet);
      return !is_over;
    };
    result.inputs.push_back(reader.read(paths[i]));
    result.signal = reader.signal;
    stats.clock_out_of_range += reader.clock_out_of_range;
    ++stats.inputs;
    const InputStatus status = result.inputs.back().status;
    stats.inputs_damaged += status == InputStatus::kDamaged ? 1U : 0U;
    stats.inputs_unusable += status == InputStatus::kUnusable ? 1U : 0U;
  }
  return result;
}

}  // namespace netml
