// Seeds of fuzz_dns.

#include "netml/decode/dns.hpp"

#include "seeds.hpp"
#include "support/frames.hpp"

namespace netml::fuzz {
namespace {

using namespace test;

Bytes header(std::size_t questions, std::size_t answers, std::size_t authority,
             std::size_t additional) {
  return u16(1) + u16(0x8180) + u16(questions) + u16(answers) + u16(authority) + u16(additional);
}

Bytes record(std::size_t type, const Bytes& data) {
  return u16(0xc00c) + u16(type) + u16(1) + u32(60) + u16(data.size()) + data;
}

}  // namespace

void add_dns_seeds(Seeds& seeds) {
  const auto add = [&](const std::string& name, const Bytes& message) {
    seeds.add("dns", "own-" + name, {message.begin(), message.end()});
    const Bytes segment = u16(message.size()) + message;
    seeds.add("dns", "own-tcp-" + name, {segment.begin(), segment.end()});
  };
  const Bytes question = Bytes{1, 'a', 3, 'b', '.', '\\', 0} + u16(1) + u16(1);
  const Bytes name = Bytes{2, 'n', 's'} + u16(0xc00e);
  add("query", header(1, 0, 0, 0) + question);
  add("root", header(1, 0, 0, 0) + Bytes{0} + u16(2) + u16(1));
  add("answers", header(1, 2, 0, 0) + question + record(dns_type::kA, {10, 0, 0, 1}) +
                     record(dns_type::kAaaa, zeros(16)));
  add("names", header(1, 1, 1, 1) + question + record(dns_type::kCname, name) +
                   record(dns_type::kNs, name) + record(dns_type::kPtr, name));
  add("mx-srv", header(1, 2, 0, 0) + question + record(dns_type::kMx, u16(5) + name) +
                    record(dns_type::kSrv, u16(1) + u16(2) + u16(3) + name));
  add("soa", header(1, 0, 1, 0) + question + record(dns_type::kSoa, name + name + zeros(20)));
  add("txt", header(1, 2, 0, 0) + question + record(dns_type::kTxt, {2, 'h', 'i', 1, '\''}) +
                 record(dns_type::kSpf, {9, 'x'}));
  add("unknown", header(1, 2, 0, 1) + question + record(65, {0, 1, 0}) + record(13, {1, '"'}) +
                     record(41, {}));
  add("loop", header(1, 1, 0, 0) + u16(0xc00c) + u16(1) + u16(1));
  add("many", header(65535, 65535, 65535, 65535) + question + question);
}

}  // namespace netml::fuzz
