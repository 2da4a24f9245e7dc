#include "netml/capture/pcap_file.hpp"

#include <string_view>
#include <utility>

#include "block_input.hpp"
#include "first_bytes.hpp"
#include "pcap_records.hpp"
#include "pcapng_blocks.hpp"

namespace netml {
namespace {

constexpr std::size_t kPcapMagic = 4;
constexpr std::size_t kPcapngMagic = 12;

std::unique_ptr<PacketSource> open_blocks(const std::string& path, const CaptureOptions& options) {
  auto input = std::make_unique<BlockInput>(path, options.on_idle);
  input->require(kFirstBytes);
  const ByteSource& source = input->source();
  check_first_bytes(source, {reinterpret_cast<const char*>(input->data()), input->size()});
  if (input->size() < kPcapMagic) {
    source.refuse("truncated dump file; tried to read " + std::to_string(kPcapMagic) +
                  " file header bytes, only got " + std::to_string(input->size()));
  }
  if (PcapRecords::knows(input->data())) {
    return std::make_unique<PcapRecords>(std::move(input));
  }
  if (input->require(kPcapngMagic) && PcapngBlocks::knows(input->data())) {
    return std::make_unique<PcapngBlocks>(std::move(input));
  }
  source.refuse("unknown file format");
}

}  // namespace

std::unique_ptr<PacketSource> open_capture(const std::string& path, const CaptureOptions& options) {
  return options.filter.empty() ? open_blocks(path, options) : open_with_libpcap(path, options);
}

}  // namespace netml
