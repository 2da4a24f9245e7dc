#include "netml/capture/pcap_file.hpp"

#include <pcap/pcap.h>

namespace netml {

std::unique_ptr<PacketSource> open_capture(const std::string& path, const CaptureOptions& options) {
  return open_with_libpcap(path, options);
}

std::string link_type_name(int link_type) {
  const char* name = pcap_datalink_val_to_name(link_type);
  return name == nullptr ? "unknown" : name;
}

}  // namespace netml
