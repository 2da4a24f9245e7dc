// Writes a synthetic capture for the benchmark: classic pcap, microseconds, Ethernet, IPv4 (and
// IPv6, if asked for), TCP and UDP. The same options and seed give the same bytes. Needs nothing
// but the standard library.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::int64_t kFirstTimeUs = 1'600'000'000'000'000;  // 2020-09-13 12:26:40 UTC
constexpr std::uint32_t kMaxPayload = 1448;
constexpr std::uint8_t kFill =
    'n';  // a constant payload keeps TCP and UDP checksums cheap to compute
constexpr std::uint32_t kClients = 4096;
constexpr std::uint32_t kFirstClientPort = 32768;
constexpr std::uint64_t kMaxFlows = std::uint64_t{kClients} * (65536 - kFirstClientPort);

constexpr std::uint8_t kFin = 0x01;
constexpr std::uint8_t kSyn = 0x02;
constexpr std::uint8_t kPsh = 0x08;
constexpr std::uint8_t kAck = 0x10;

struct Options {
  std::string output;
  std::uint64_t packets = 2'000'000;
  std::uint64_t flows = 100'000;
  std::uint32_t snaplen = 128;
  double span_s = 300;
  std::uint64_t seed = 42;
  std::uint32_t ipv6_percent = 0;
  bool is_open = false;
};

// splitmix64, by Vigna: small, and the same on every platform.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // In (0, 1]: its logarithm is finite.
  double unit() { return static_cast<double>((next() >> 11) + 1) * 0x1p-53; }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(next() % n); }

 private:
  std::uint64_t state_;
};

struct Flow {
  std::uint64_t next_us = 0;  // since the start of the capture
  std::uint32_t index = 0;
  std::uint32_t packets = 0;
  std::uint32_t sent = 0;
  std::uint32_t mean_gap_us = 0;
  std::array<std::uint32_t, 2> sequence{};  // by direction: 0 client, 1 server
  bool is_ipv6 = false;
  Random random{0};
};

struct Later {
  bool operator()(const Flow& a, const Flow& b) const {
    return a.next_us != b.next_us ? a.next_us > b.next_us : a.index > b.index;
  }
};

struct Packet {
  std::uint32_t side = 0;  // 0 from the client, 1 from the server
  std::uint8_t tcp_flags = 0;
  std::uint32_t payload_length = 0;
};

void put16(std::uint8_t* at, std::uint32_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}

void put32(std::uint8_t* at, std::uint32_t value) {
  put16(at, value >> 16);
  put16(at + 2, value & 0xffff);
}

void put32_little(std::uint8_t* at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) {
    at[i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

// The Internet checksum (RFC 1071), sum first and folded at the end. `size` is even.
std::uint32_t sum16(const std::uint8_t* bytes, std::size_t size) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < size; i += 2) {
    sum += static_cast<std::uint32_t>(bytes[i]) << 8 | bytes[i + 1];
  }
  return sum;
}

std::uint32_t sum_of_fill(std::uint32_t size) {
  constexpr std::uint32_t kHigh = std::uint32_t{kFill} << 8;
  return size / 2 * (kHigh | kFill) + size % 2 * kHigh;
}

std::uint32_t folded(std::uint32_t sum) {
  while (sum > 0xffff) {
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return ~sum & 0xffff;
}

class Capture {
 public:
  Capture(const std::string& path, std::uint32_t snaplen) : path_(path), snaplen_(snaplen) {
    file_ = std::fopen(path.c_str(), "wb");
    if (file_ == nullptr) {
      fail();
    }
    std::setvbuf(file_, nullptr, _IOFBF, 1 << 20);
    std::array<std::uint8_t, 24> header{};
    put32_little(&header[0], 0xa1b2c3d4);  // microseconds
    put32_little(&header[4], 4U << 16 | 2U);
    put32_little(&header[16], snaplen);
    put32_little(&header[20], 1);  // Ethernet
    write(header.data(), header.size());
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture() {
    if (file_ != nullptr) {
      std::fclose(file_);
    }
  }

  void add(std::int64_t time_us, const std::uint8_t* frame, std::uint32_t length) {
    const std::uint32_t captured = std::min(length, snaplen_);
    std::array<std::uint8_t, 16> header{};
    put32_little(&header[0], static_cast<std::uint32_t>(time_us / 1'000'000));
    put32_little(&header[4], static_cast<std::uint32_t>(time_us % 1'000'000));
    put32_little(&header[8], captured);
    put32_little(&header[12], length);
    write(header.data(), header.size());
    write(frame, captured);
  }

  void close() {
    std::FILE* file = file_;
    file_ = nullptr;
    if (std::fclose(file) != 0) {
      fail();
    }
  }

 private:
  void write(const std::uint8_t* bytes, std::size_t size) {
    if (std::fwrite(bytes, 1, size, file_) != size) {
      fail();
    }
  }
  [[noreturn]] void fail() const {
    std::perror(path_.c_str());
    std::exit(1);
  }

  std::string path_;
  std::uint32_t snaplen_;
  std::FILE* file_ = nullptr;
};

bool is_tcp(std::uint32_t flow) {
  return flow % 10 < 7;
}

// Independent of is_tcp, and spread evenly: 37 and 100 have no common divisor.
bool is_ipv6(std::uint32_t flow, std::uint32_t percent) {
  return flow / 10 % 100 * 37 % 100 < percent;
}

std::uint32_t server_port(std::uint32_t flow) {
  constexpr std::array<std::uint32_t, 10> kPorts{443, 443, 443, 443, 80, 80, 22, 53, 53, 443};
  return kPorts[flow % 10];
}

// What packet number flow.sent of the flow is: handshake, then data in both directions, then the
// end.
Packet next_packet(Flow& flow) {
  Packet packet;
  const std::uint32_t number = flow.sent;
  if (is_tcp(flow.index)) {
    if (number < 3) {
      packet.side = number == 1 ? 1 : 0;
      packet.tcp_flags = number == 0 ? kSyn : number == 1 ? (kSyn | kAck) : kAck;
      return packet;
    }
    if (flow.packets >= 8 && number + 2 >= flow.packets) {
      packet.side = number + 2 == flow.packets ? 0 : 1;
      packet.tcp_flags = kFin | kAck;
      return packet;
    }
  } else if (number < 2) {
    packet.side = number;
    packet.payload_length = 30 + flow.random.below(number == 0 ? 40 : 400);
    return packet;
  }
  packet.side = flow.random.below(100) < 62 ? 1 : 0;
  packet.tcp_flags = kAck;
  const std::uint32_t kind = flow.random.below(100);
  if (kind < (packet.side == 1 ? 55U : 12U)) {
    packet.payload_length = kMaxPayload;
  } else if (kind < 65) {
    packet.tcp_flags = kAck | kPsh;
    packet.payload_length = 1 + flow.random.below(packet.side == 1 ? 1400 : 600);
  } else if (!is_tcp(flow.index)) {
    packet.payload_length = 20 + flow.random.below(100);
  }  // else a bare acknowledgement
  return packet;
}

// Both headers return the sum of the pseudo-header's addresses and protocol for the transport
// checksum.
std::uint32_t put_ipv4_header(const Flow& flow, std::uint32_t from, std::uint8_t protocol,
                              std::uint32_t transport_length, std::uint8_t* ip) {
  // Every (client, port) pair occurs once, so five-tuples are unique; servers repeat.
  const std::uint32_t client = 0x0a000000U | (flow.index * 2654435761U & (kClients - 1)) << 4 | 1U;
  const std::uint32_t server = 0xc6120000U | (flow.index * 40503U >> 3 & 0xffffU);  // 198.18.0.0/16
  const std::array<std::uint32_t, 2> address{client, server};
  ip[0] = 0x45;
  ip[1] = 0;
  put16(ip + 2, 20 + transport_length);
  put16(ip + 4, flow.sent & 0xffff);
  put16(ip + 6, 0x4000);  // do not fragment
  ip[8] = from == 0 ? 64 : 57;
  ip[9] = protocol;
  put16(ip + 10, 0);
  put32(ip + 12, address[from]);
  put32(ip + 16, address[1 - from]);
  put16(ip + 10, folded(sum16(ip, 20)));
  return sum16(ip + 12, 8) + protocol;
}

std::uint32_t put_ipv6_header(const Flow& flow, std::uint32_t from, std::uint8_t protocol,
                              std::uint32_t transport_length, std::uint8_t* ip) {
  // 2001:db8::/32 (RFC 3849), with the parts of the IPv4 addresses as interface identifiers.
  const std::array<std::uint32_t, 2> host{flow.index * 2654435761U & (kClients - 1),
                                          flow.index * 40503U >> 3 & 0xffffU};
  put32(ip, 6U << 28);
  put16(ip + 4, transport_length);
  ip[6] = protocol;
  ip[7] = from == 0 ? 64 : 57;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::uint32_t side = i == 0 ? from : 1 - from;
    std::uint8_t* address = ip + 8 + 16 * i;
    put32(address, 0x20010db8U);
    put32(address + 4, side);
    put32(address + 8, 0);
    put32(address + 12, host[side] + 1);
  }
  return sum16(ip + 8, 32) + protocol;
}

// Builds the frame in `frame`, whose payload part is filled already. Returns its length on the
// wire.
std::uint32_t build_frame(Flow& flow, const Packet& packet, std::uint8_t* frame) {
  const bool tcp = is_tcp(flow.index);
  const std::uint32_t transport_header = tcp ? 32 : 8;  // TCP carries a timestamp option
  const std::uint32_t transport_length = transport_header + packet.payload_length;
  const std::uint32_t ip_header = flow.is_ipv6 ? 40 : 20;
  const std::array<std::uint32_t, 2> port{kFirstClientPort + flow.index / kClients,
                                          server_port(flow.index)};
  const std::uint32_t from = packet.side;
  const std::uint32_t to = 1 - from;

  constexpr std::array<std::array<std::uint8_t, 6>, 2> kMac{
      {{0x02, 0, 0, 0, 0, 0x0a}, {0x02, 0, 0, 0, 0, 0x0b}}};
  std::copy(kMac[to].begin(), kMac[to].end(), frame);
  std::copy(kMac[from].begin(), kMac[from].end(), frame + 6);
  put16(frame + 12, flow.is_ipv6 ? 0x86dd : 0x0800);
  std::uint32_t sum = (flow.is_ipv6 ? put_ipv6_header : put_ipv4_header)(
      flow, from, tcp ? 6 : 17, transport_length, frame + 14);
  sum += transport_length;

  std::uint8_t* transport = frame + 14 + ip_header;
  put16(transport, port[from]);
  put16(transport + 2, port[to]);
  std::size_t checksum_at = 6;
  if (tcp) {
    put32(transport + 4, flow.sequence[from]);
    put32(transport + 8, (packet.tcp_flags & kAck) != 0 ? flow.sequence[to] : 0);
    transport[12] = 8 << 4;
    transport[13] = packet.tcp_flags;
    put16(transport + 14, 501);
    put16(transport + 18, 0);
    transport[20] = 1;
    transport[21] = 1;
    transport[22] = 8;
    transport[23] = 10;
    put32(transport + 24, static_cast<std::uint32_t>(flow.next_us / 1000));
    put32(transport + 28, 0);
    flow.sequence[from] +=
        packet.payload_length + ((packet.tcp_flags & (kSyn | kFin)) != 0 ? 1 : 0);
    checksum_at = 16;
  } else {
    put16(transport + 4, transport_length);
  }
  put16(transport + checksum_at, 0);
  sum += sum16(transport, transport_header) + sum_of_fill(packet.payload_length);
  const std::uint32_t checksum = folded(sum);
  // A UDP checksum of 0 means "none", which IPv6 forbids (RFC 8200, section 8.1).
  put16(transport + checksum_at, checksum == 0 && flow.is_ipv6 && !tcp ? 0xffff : checksum);
  return 14 + ip_header + transport_length;
}

// How the packets spread over the flows. Ordinary traffic is heavy-tailed (Pareto, exponent 1.2);
// flows that are to stay open get equal shares, so that memory per flow has a meaning.
std::vector<std::uint32_t> packets_per_flow(const Options& options) {
  std::vector<std::uint32_t> counts(options.flows, 1);
  const std::uint64_t spare = options.packets - options.flows;
  std::uint64_t given = 0;
  if (!options.is_open) {
    Random random(options.seed ^ 0x5eed);
    std::vector<double> weights(options.flows);
    double total = 0;
    for (double& weight : weights) {
      weight = std::min(std::pow(random.unit(), -1 / 1.2), 1000.0);
      total += weight;
    }
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const auto extra =
          static_cast<std::uint32_t>(static_cast<double>(spare) * (weights[i] / total));
      counts[i] += extra;
      given += extra;
    }
  }
  for (std::size_t i = 0; given < spare; ++given, i = (i + 1) % counts.size()) {
    ++counts[i];
  }
  return counts;
}

Flow new_flow(const Options& options, std::uint32_t index, std::uint32_t packets) {
  Flow flow;
  flow.index = index;
  flow.is_ipv6 = is_ipv6(index, options.ipv6_percent);
  flow.packets = packets;
  flow.random = Random(options.seed * 0x9e3779b97f4a7c15ULL + index);
  flow.sequence = {static_cast<std::uint32_t>(flow.random.next()),
                   static_cast<std::uint32_t>(flow.random.next())};
  // Flows begin evenly over the span; those that stay open in its first half, to end in the second.
  const double share = static_cast<double>(index) / static_cast<double>(options.flows);
  flow.next_us =
      static_cast<std::uint64_t>(share * options.span_s * 1e6 * (options.is_open ? 0.5 : 1));
  // Mean gaps from 1 ms to 0.3 s, so that a flow is in the air with hundreds of others; long flows
  // are denser, so that the capture does not trail off into a few of them.
  flow.mean_gap_us = static_cast<std::uint32_t>(
      std::min(1000 * std::pow(300, flow.random.unit()), options.span_s * 1e6 / flow.packets));
  return flow;
}

std::uint64_t next_gap_us(const Options& options, Flow& flow) {
  if (options.is_open) {
    return static_cast<std::uint64_t>(options.span_s * 1e6 / 2 / flow.packets);
  }
  // Far below any idle timeout, so that the number of flows is the one asked for.
  constexpr double kMaxGapUs = 20e6;
  return static_cast<std::uint64_t>(
      std::min(-std::log(flow.random.unit()) * flow.mean_gap_us, kMaxGapUs));
}

void make_capture(const Options& options) {
  Capture capture(options.output, options.snaplen);
  // One buffer per length of headers: headers never write where another packet has its payload.
  std::array<std::array<std::uint8_t, 14 + 40 + 32 + kMaxPayload>, 4> frames{};
  for (auto& frame : frames) {
    frame.fill(kFill);
  }

  const std::vector<std::uint32_t> counts = packets_per_flow(options);
  std::priority_queue<Flow, std::vector<Flow>, Later> open_flows;
  std::uint32_t started = 0;
  open_flows.push(new_flow(options, 0, counts[0]));
  while (!open_flows.empty()) {
    Flow flow = open_flows.top();
    open_flows.pop();
    if (flow.index == started && ++started < counts.size()) {
      open_flows.push(new_flow(options, started, counts[started]));
    }
    const Packet packet = next_packet(flow);
    std::uint8_t* frame = frames[(is_tcp(flow.index) ? 0U : 1U) + (flow.is_ipv6 ? 2U : 0U)].data();
    const std::uint32_t length = build_frame(flow, packet, frame);
    capture.add(kFirstTimeUs + static_cast<std::int64_t>(flow.next_us), frame, length);
    if (++flow.sent < flow.packets) {
      flow.next_us += next_gap_us(options, flow);
      open_flows.push(flow);
    }
  }
  capture.close();
}

constexpr std::string_view kUsage =
    "usage: make_capture [options] OUTPUT.pcap\n"
    "  --packets N     packets in all (2000000)\n"
    "  --flows N       flows, each with a five-tuple of its own (100000)\n"
    "  --snaplen N     bytes kept of each packet (128)\n"
    "  --span S        seconds over which flows begin (300; with --open 60, and none ends "
    "sooner)\n"
    "  --mean-gap US   mean gap between packets in microseconds, another way to give the span\n"
    "  --seed N        (42)\n"
    "  --ipv6 PERCENT  share of the flows that are IPv6 (0)\n"
    "  --open          every flow stays open to the end: the span must be below the idle timeout\n"
    "  --one-packet    the smallest capture: one packet\n";

[[noreturn]] void usage_error(const std::string& message) {
  std::fprintf(stderr, "make_capture: %s\n%.*s", message.c_str(), static_cast<int>(kUsage.size()),
               kUsage.data());
  std::exit(2);
}

double number(std::string_view name, std::string_view text, double low, double high) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Written so that not-a-number fails as well.
  if (error != std::errc() || end != text.data() + text.size() ||
      !(value >= low && value <= high)) {
    usage_error("bad value '" + std::string(text) + "' for " + std::string(name));
  }
  return value;
}

Options parse(int argc, char** argv) {
  Options options;
  double span_s = 0;
  double mean_gap_us = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--open") {
      options.is_open = true;
    } else if (name == "--one-packet") {
      options.packets = options.flows = 1;
    } else if (name == "--help") {
      std::fputs(kUsage.data(), stdout);
      std::exit(0);
    } else if (!name.starts_with("--")) {
      options.output = name;
    } else if (i + 1 == argc) {
      usage_error("no value for " + std::string(name));
    } else if (name == "--packets") {
      options.packets = static_cast<std::uint64_t>(number(name, argv[++i], 1, 4e9));
    } else if (name == "--flows") {
      options.flows = static_cast<std::uint64_t>(number(name, argv[++i], 1, kMaxFlows));
    } else if (name == "--snaplen") {
      options.snaplen = static_cast<std::uint32_t>(number(name, argv[++i], 66, 262144));
    } else if (name == "--span") {
      span_s = number(name, argv[++i], 0.001, 1e8);
    } else if (name == "--mean-gap") {
      mean_gap_us = number(name, argv[++i], 0.01, 1e9);
    } else if (name == "--ipv6") {
      options.ipv6_percent = static_cast<std::uint32_t>(number(name, argv[++i], 0, 100));
    } else if (name == "--seed") {
      options.seed = static_cast<std::uint64_t>(number(name, argv[++i], 0, 1e15));
    } else {
      usage_error("unknown option " + std::string(name));
    }
  }
  if (options.output.empty()) {
    usage_error("no output named");
  }
  if (options.packets < options.flows) {
    usage_error("every flow needs a packet: --packets must not be below --flows");
  }
  if (mean_gap_us > 0) {
    span_s = mean_gap_us * static_cast<double>(options.packets) / 1e6;
  }
  if (span_s > 0) {
    options.span_s = span_s;
  } else if (options.is_open) {
    options.span_s = 60;
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  make_capture(parse(argc, argv));
}
