#include "capture_reader.hpp"

#include <memory>

#include "netml/capture/pcap_file.hpp"
#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/interrupt.hpp"

namespace netml {

InputOutcome CaptureReader::read(const std::string& path) {
  InputOutcome outcome{path, InputStatus::kOk, {}};
  const std::string name = input_name(path);
  bool has_enough = false;
  const std::function<bool()> watched_idle = [&] {
    has_enough = !on_idle();
    return !has_enough;
  };
  std::unique_ptr<PacketSource> source;
  try {
    source = open_capture(path, {supports, filter, on_idle ? watched_idle : nullptr});
  } catch (const InputError& error) {
    signal = interrupt::pending();
    // Else the stop cut its header short, which says nothing about the file.
    if (signal == 0 && !has_enough) {
      outcome.status = InputStatus::kUnusable;
      outcome.message = error.what();
    }
    return outcome;
  }
  RawPacket packet;
  ReadStatus status = source->next(packet);
  // The first packet says what the capture is; without one, its first interface.
  const int link_type = status == ReadStatus::kPacket ? packet.link_type : source->link_type();
  if (status != ReadStatus::kInterrupted && !supports(link_type)) {
    outcome.status = InputStatus::kUnusable;
    outcome.message = name + ": " + unsupported_link_type(link_type);
    return outcome;
  }
  while (status == ReadStatus::kPacket && on_packet(packet)) {
    status = source->next(packet);
  }
  clock_out_of_range = source->clock_out_of_range();
  if (status == ReadStatus::kInterrupted) {
    signal = interrupt::pending();
  } else if (status == ReadStatus::kDamaged) {
    outcome.status = source->packets_seen() == 0 ? InputStatus::kUnusable : InputStatus::kDamaged;
    outcome.message = name + ": " + source->damage();
  }
  return outcome;
}

}  // namespace netml
