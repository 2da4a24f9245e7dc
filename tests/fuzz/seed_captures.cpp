// Seeds of fuzz_capture and fuzz_decode.

#include "netml/core/rng.hpp"

#include "seeds.hpp"
#include "support/capture_file.hpp"
#include "support/libpcap_reader.hpp"
#include "support/temp_folder.hpp"
#include "support/well_formed_frames.hpp"

namespace netml::fuzz {
namespace {

namespace fs = std::filesystem;
using test::Bytes;

std::string text_of(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

void add_packet(Seeds& seeds, const std::string& name, int link_type, const std::string& bytes) {
  seeds.add("decode", name, number(static_cast<std::uint64_t>(link_type), 2) + bytes);
}

std::string capture_options(std::uint8_t bits, std::uint8_t more, std::uint16_t fail_at = 0) {
  return number(bits, 1) + number(more, 1) + number(fail_at, 2);
}

// Under every preset; the other options differ from capture to capture.
void add_capture(Seeds& seeds, const std::string& name, const std::string& bytes) {
  static std::uint64_t salt = 0;
  ++salt;
  for (std::uint8_t preset = 0; preset < 4; ++preset) {
    const std::uint64_t mixed = derive_seed(salt, preset);
    const bool is_plain = salt % 2 == 0;
    const auto bits = static_cast<std::uint8_t>(preset | (is_plain ? 0 : mixed & 0xfc));
    const auto more = static_cast<std::uint8_t>(is_plain ? 0 : mixed >> 8);
    const auto way = static_cast<std::uint16_t>((salt / 2 + preset) % 4 << 14U);
    seeds.add("capture", name + "-" + std::to_string(preset),
              capture_options(bits, more, way) + bytes);
  }
}

/// Two hosts that talk: handshake, data both ways, end; a datagram in fragments; both IP versions.
std::vector<Bytes> conversation() {
  using namespace test;
  const auto v4 = [](const Bytes& segment, bool reply) {
    return ether(0x0800, ipv4(ip_protocol::kTcp, segment, {.reply = reply}));
  };
  const auto v6 = [](const Bytes& segment, bool reply) {
    return ether(0x86dd, ipv6(ip_protocol::kUdp, segment, Ipv6Options{.reply = reply}));
  };
  return {v4(tcp(40000, 80, tcp_flag::kSyn), false),
          v4(tcp(80, 40000, tcp_flag::kSyn | tcp_flag::kAck), true),
          v4(tcp(40000, 80, tcp_flag::kAck | tcp_flag::kPsh, Bytes(300, 'a')), false),
          v4(tcp(80, 40000, tcp_flag::kAck, Bytes(1200, 'b')), true),
          v6(udp(5000, 53, Bytes(40, 'q')), false),
          v6(udp(53, 5000, Bytes(90, 'r')), true),
          ether(0x0800, ipv4(ip_protocol::kUdp, udp(7, 9, zeros(80)), {.fragment = 0x2000})),
          ether(0x0800, ipv4(ip_protocol::kUdp, zeros(64), {.fragment = 11})),
          v4(tcp(40000, 80, tcp_flag::kFin | tcp_flag::kAck), false),
          v4(tcp(80, 40000, tcp_flag::kFin | tcp_flag::kAck), true),
          v4(tcp(40000, 80, tcp_flag::kSyn), false),
          ether(0x0806, zeros(28))};
}

std::vector<test::FilePacket> conversation_packets() {
  std::vector<test::FilePacket> packets;
  std::uint32_t second = 1'500'000'000;
  for (const Bytes& frame : conversation()) {
    packets.push_back({second, 250'000, frame});
    second += packets.size() == 6 ? 300 : 1;  // once idle
  }
  return packets;
}

void add_own_captures(Seeds& seeds) {
  for (std::uint8_t choice = 1; choice <= 5; ++choice) {
    seeds.add("capture", "own-special-" + std::to_string(choice), capture_options(0, choice));
  }
  seeds.add("capture", "own-special-throws", capture_options(1, 5));
  using namespace test;
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    for (const Precision precision : {Precision::kMicro, Precision::kNano}) {
      const std::string name = std::string("own-pcap-") +
                               (order == ByteOrder::kLittle ? "le" : "be") +
                               (precision == Precision::kMicro ? "-us" : "-ns");
      add_capture(
          seeds, name,
          text_of(pcap_file(conversation_packets(), {.order = order, .precision = precision})));
    }
    PcapngFile file(order);
    file.interface(dlt::kEthernet, file.tsresol(9) + file.tsoffset(-1));
    std::uint64_t ticks = 1'500'000'000'000'000'000;
    for (const Bytes& frame : conversation()) {
      file.packet(ticks += 1'000'000'000, frame);
    }
    file.simple_packet(conversation().front());
    add_capture(seeds, std::string("own-ng-") + (order == ByteOrder::kLittle ? "le" : "be"),
                text_of(file.bytes()));
  }
  // What is damaged, empty, compressed, late or out of range.
  const std::string sound = text_of(pcap_file(conversation_packets()));
  add_capture(seeds, "own-cut", sound.substr(0, sound.size() - 7));
  add_capture(seeds, "own-header", sound.substr(0, 24));
  add_capture(seeds, "own-short", sound.substr(0, 9));
  add_capture(seeds, "own-empty", "");
  for (const char* magic : {"\x1f\x8b\x08",
                            "\xfd"
                            "7zXZ",
                            "\x28\xb5\x2f\xfd", "BZh9"}) {
    add_capture(seeds, "own-compressed-" + std::to_string(magic[0] & 0xff), magic);
  }
  std::vector<FilePacket> odd = conversation_packets();
  odd[3].seconds -= 100'000;
  odd[5].seconds = 0xffffffff;
  odd[6].subsecond = 0xffffffff;
  odd[7].wire_length = 0xffffffff;
  add_capture(seeds, "own-odd-times", text_of(pcap_file(odd)));
  add_capture(seeds, "own-unknown-link", text_of(pcap_file(odd, {.link_type = 195})));
  std::string big = sound;
  big.replace(24 + 8, 4, "\xff\xff\xff\xff");
  add_capture(seeds, "own-record-length", big);
  PcapngFile far;
  far.interface(dlt::kEthernet, far.tsoffset(INT64_MAX) + far.tsresol(0));
  far.packet(UINT64_MAX, conversation().front());
  add_capture(seeds, "own-ng-far", text_of(far.bytes()));
  for (std::uint16_t fail_at = 1; fail_at < 3000;
       fail_at = static_cast<std::uint16_t>(fail_at * 5 / 4 + 1)) {
    seeds.add("capture", "own-fail-" + std::to_string(fail_at),
              capture_options(fail_at % 4, 0, fail_at) + sound);
  }
}

void add_own_frames(Seeds& seeds) {
  std::vector<test::FilePacket> of_ethernet;
  for (const test::NamedFrame& frame : test::well_formed_frames()) {
    add_packet(seeds, "own-" + frame.name, frame.link_type, text_of(frame.bytes));
    const std::string cut = text_of(frame.bytes).substr(0, frame.bytes.size() * 2 / 3);
    add_packet(seeds, "own-" + frame.name + "-cut", frame.link_type, cut);
    // On the wire it was whole.
    const std::size_t missing = (frame.bytes.size() - cut.size() + 12) / 13;
    add_packet(seeds, "own-" + frame.name + "-snapped",
               frame.link_type | static_cast<int>(missing << 9), cut);
    if (frame.link_type == test::dlt::kEthernet) {
      of_ethernet.push_back({1'500'000'000, 0, frame.bytes});
    } else {
      const std::vector<test::FilePacket> packets = {{1'500'000'000, 0, frame.bytes},
                                                     {1'500'000'001, 0, frame.bytes}};
      add_capture(seeds, "own-link-" + frame.name,
                  text_of(test::pcap_file(packets, {.link_type = frame.link_type})));
    }
  }
  add_capture(seeds, "own-frames", text_of(test::pcap_file(of_ethernet)));
}

void add_packets_of(Seeds& seeds, const fs::path& path, std::size_t most) {
  std::size_t count = 0;
  test::for_each_packet(path.string(), PCAP_TSTAMP_PRECISION_NANO, [&](const RawPacket& packet) {
    constexpr std::size_t kMostBytes = 2000;
    if (++count <= most && packet.bytes.size() <= kMostBytes) {
      add_packet(seeds, path.filename().string() + "-" + std::to_string(count), packet.link_type,
                 {packet.bytes.begin(), packet.bytes.end()});
    }
  });
}

}  // namespace

void add_capture_seeds(Seeds& seeds) {
  add_own_captures(seeds);
  add_own_frames(seeds);
  add_packets_of(seeds, fs::path(NETML_SOURCE_DIR) / "data/demo.pcap", 60);
  for (const fs::path& path : reference_files("captures")) {
    add_capture(seeds, path.filename().string(), test::slurp(path.string()));
    add_packets_of(seeds, path, 12);
  }
}

}  // namespace netml::fuzz
