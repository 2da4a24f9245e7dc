// The yardstick: libpcap reading a capture and nothing else. Prints packets and bytes on the wire.

#include <cstdint>
#include <cstdio>

#include <pcap.h>

namespace {

struct Totals {
  std::uint64_t packets = 0;
  std::uint64_t wire_bytes = 0;
};

void count(std::uint8_t* user, const pcap_pkthdr* header, const std::uint8_t* /*bytes*/) {
  auto* totals = reinterpret_cast<Totals*>(user);
  ++totals->packets;
  totals->wire_bytes += header->len;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: bare_loop CAPTURE\n", stderr);
    return 2;
  }
  char error[PCAP_ERRBUF_SIZE] = "";
  pcap_t* capture = pcap_open_offline(argv[1], error);
  if (capture == nullptr) {
    std::fprintf(stderr, "bare_loop: %s\n", error);
    return 3;
  }
  Totals totals;
  const int status = pcap_loop(capture, -1, count, reinterpret_cast<std::uint8_t*>(&totals));
  if (status < 0) {
    std::fprintf(stderr, "bare_loop: %s\n", pcap_geterr(capture));
  }
  pcap_close(capture);
  std::printf("%llu %llu\n", static_cast<unsigned long long>(totals.packets),
              static_cast<unsigned long long>(totals.wire_bytes));
  return status < 0 ? 4 : 0;
}
