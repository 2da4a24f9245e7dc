// Seeds of fuzz_payload.

#include "seeds.hpp"
#include "support/dhcp_frames.hpp"
#include "support/dns_frames.hpp"
#include "support/quic_packets.hpp"
#include "support/tls_messages.hpp"

namespace netml::fuzz {
namespace {

using namespace test;

enum Reader : std::uint8_t { kHello, kStream, kQuic, kFrames, kNfstream, kDhcp, kDns };

class PayloadSeeds {
 public:
  explicit PayloadSeeds(Seeds& seeds) : seeds_(seeds) {}

  void add(Reader reader, const std::string& name, const Bytes& bytes) {
    seeds_.add("payload", name,
               static_cast<char>(reader) + std::string(bytes.begin(), bytes.end()));
  }

 private:
  Seeds& seeds_;
};

void add_tls(PayloadSeeds& seeds) {
  const Bytes client = client_hello(ja4_example()), server = server_hello(ja4s_example());
  const Bytes plain = client_hello({.version = 0x0300, .has_extensions = false});
  seeds.add(kHello, "own-client", client);
  seeds.add(kHello, "own-server", server);
  seeds.add(kHello, "own-plain", plain);
  seeds.add(kHello, "rfc-client", from_hex(kQuicClientHello));
  for (const std::size_t most : {1U, 50U, 16'384U}) {
    seeds.add(kStream, "own-records-" + std::to_string(most), tls_records(client, most));
  }
  seeds.add(kStream, "own-server-record", tls_records(server) + Bytes{22, 3, 3, 0, 1, 11});
  seeds.add(kNfstream, "own-nfstream-client", tls_records(client));
  seeds.add(kNfstream, "own-nfstream-server", tls_records(server));
}

void add_quic(PayloadSeeds& seeds) {
  seeds.add(kQuic, "rfc-1-client", from_hex(kQuic1Client));
  seeds.add(kQuic, "rfc-2-client", from_hex(kQuic2Client));
  seeds.add(kQuic, "rfc-servers", from_hex(kQuic1Server) + from_hex(kQuic2Server));
  const Bytes hello = from_hex(kQuicClientHello);
  seeds.add(kFrames, "own-frames",
            Bytes{6, 0x40, 100, 0x40, 141} + Bytes(hello.begin() + 100, hello.end()) +
                Bytes{1, 0, 0, 2, 5, 0, 1, 1, 1, 2} + Bytes{6, 0, 0x40, 100} + first(hello, 100));
}

void add_messages(PayloadSeeds& seeds) {
  seeds.add(kDhcp, "own-request",
            dhcp(dhcp_option(53, Bytes{3}) + dhcp_option(12, "host") + Bytes{0, 0} +
                 dhcp_option(55, Bytes{1, 3, 6}) + Bytes{255}));
  seeds.add(kDhcp, "own-cut", dhcp(Bytes{12, 200, 'a'}));
  const Bytes owner = dns_name("_x._tcp.local");
  seeds.add(kDns, "own-answers",
            dns({1, 2, 0, 1}, owner + u16(12) + u16(1) +
                                  dns_record(dns_pointer(kDnsHeader), 12, dns_name("a.local")) +
                                  dns_record(owner, 33, zeros(6) + dns_pointer(kDnsHeader)) +
                                  dns_record(Bytes{0}, 41, {})));
  seeds.add(kDns, "own-loop", dns({1, 1}, dns_pointer(kDnsHeader) + u16(12) + u16(1)));
}

}  // namespace

void add_payload_seeds(Seeds& seeds) {
  PayloadSeeds payloads(seeds);
  add_tls(payloads);
  add_quic(payloads);
  add_messages(payloads);
}

}  // namespace netml::fuzz
