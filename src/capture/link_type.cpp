#include "link_type.hpp"

#include <climits>

#include <pcap/pcap.h>

#include "netml/capture/pcap_file.hpp"

namespace netml {

int dlt_of_file(std::uint32_t number) noexcept {
  switch (number) {
    case 100:
      return 11;  // ATM_RFC1483
    case 101:
      return 12;  // RAW
    case 102:
      return 15;  // SLIP_BSDOS
    case 103:
      return 16;  // PPP_BSDOS
    case 106:
      return 19;  // ATM_CLIP
    default:
      return static_cast<int>(number);
  }
}

std::uint32_t largest_snaplen(int dlt) noexcept {
  constexpr std::uint32_t kMiB = 1U << 20;
  switch (dlt) {
    case 231:  // DBUS
      return 128 * kMiB;
    case 279:  // EBHSCR
      return 8 * kMiB;
    case 249:  // USBPCAP
      return kMiB;
    default:
      return kMiB / 4;
  }
}

std::uint32_t effective_snaplen(int dlt, std::uint32_t field) noexcept {
  return field == 0 || field > INT_MAX ? largest_snaplen(dlt) : field;
}

std::string link_type_name(int link_type) {
  if (link_type == 195) {
    return "IEEE802_15_4_WITHFCS";  // renamed since libpcap 1.10
  }
  const char* name = pcap_datalink_val_to_name(link_type);
  return name == nullptr ? "unknown" : name;
}

std::string unsupported_link_type(int link_type) {
  return "link type " + std::to_string(link_type) + " (" + link_type_name(link_type) +
         ") is not supported";
}

}  // namespace netml
