// Seeds of fuzz_capture, fuzz_decode and fuzz_reader.

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

// In pieces of different sizes; the last ones so often that the reader's window moves.
void add_reading(Seeds& seeds, const std::string& name, const std::string& bytes) {
  static std::uint64_t salt = 0;
  const std::uint64_t mixed = derive_seed(++salt, 100);
  seeds.add("reader", name, number(mixed & 0xff, 1) + number(0, 1) + bytes);
  if (salt % 8 == 0) {
    seeds.add("reader", name + "-long", number(mixed & 0xff, 1) + number(255, 1) + bytes);
  }
}

// Under every preset; the other options differ from capture to capture.
void add_capture(Seeds& seeds, const std::string& name, const std::string& bytes) {
  static std::uint64_t salt = 0;
  ++salt;
  add_reading(seeds, name, bytes);
  for (std::uint8_t preset = 0; preset < 4; ++preset) {
    const std::uint64_t mixed = derive_seed(salt, preset);
    const bool is_plain = salt % 2 == 0;
    const auto bits = static_cast<std::uint8_t>(preset | (is_plain ? 0 : mixed & 0xfc));
    const auto more = static_cast<std::uint8_t>(is_plain ? 0 : mixed >> 8);
    const auto way = static_cast<std::uint16_t>((salt / 2 + preset) % 4 << 14U | salt % 4 << 12U);
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

// What few captures have: old versions and record headers, blocks out of use, interfaces and
// sections that differ, times of any resolution, damage in each header.
void add_own_readings(Seeds& seeds) {
  using namespace test;
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    const std::string suffix = order == ByteOrder::kLittle ? "-le" : "-be";
    const FileNumbers number_of(order);
    const auto with_field = [&](std::string file, std::size_t offset, const Bytes& value) {
      return file.replace(offset, value.size(), text_of(value));
    };
    const std::string plain = text_of(pcap_file(conversation_packets(), {.order = order}));
    for (const auto& [major, minor] :
         {std::pair{2, 0}, {2, 2}, {2, 3}, {2, 5}, {1, 4}, {3, 0}, {543, 0}, {543, 1}}) {
      add_reading(seeds,
                  "own-version-" + std::to_string(major) + "." + std::to_string(minor) + suffix,
                  with_field(plain, 4,
                             number_of.u16(static_cast<std::size_t>(major)) +
                                 number_of.u16(static_cast<std::size_t>(minor))));
    }
    for (const std::size_t snaplen : {0U, 1U, 40U, 0x80000000U}) {
      add_reading(seeds, "own-snaplen-" + std::to_string(snaplen) + suffix,
                  with_field(plain, 16, number_of.u32(snaplen)));
    }
    for (const int link_type : {100, 101, 102, 103, 106, 113, 189, 220, 231, 239, 249, 276, 279}) {
      add_reading(seeds, "own-link-" + std::to_string(link_type) + suffix,
                  text_of(pcap_file(conversation_packets(),
                                    {.order = order, .link_type = link_type, .snaplen = 900})));
    }
    Bytes kuznetzov = number_of.u32(0xa1b2cd34) + first(pcap_file({}, {.order = order}), 24);
    kuznetzov.erase(kuznetzov.begin() + 4, kuznetzov.begin() + 8);
    for (const FilePacket& packet : conversation_packets()) {
      const Bytes record = pcap_record(packet, {.order = order});
      kuznetzov =
          kuznetzov + first(record, 16) + zeros(8) + Bytes(record.begin() + 16, record.end());
    }
    add_reading(seeds, "own-kuznetzov" + suffix, text_of(kuznetzov));
    const Bytes frame = conversation().front();
    const Bytes comment = number_of.u16(1) + number_of.u16(3) + Bytes{'a', 'b', 'c', 0};
    PcapngFile kinds(order);
    kinds.block(0x0bad, zeros(8))
        .interface(dlt::kEthernet, comment + kinds.tsresol(9) + zeros(4))
        .interface(dlt::kEthernet, kinds.tsresol(0x80 | 20) + kinds.tsoffset(-7))
        .packet(1'700'000'000'123'456'789, frame)
        .packet(0x0123456789abcdef, frame, 1)
        .block(5, number_of.u32(0) + zeros(8) + comment + zeros(4))
        .simple_packet(frame)
        .old_packet(5'001, frame, 1)
        .packet(0, {}, 1);
    add_reading(seeds, "own-ng-kinds" + suffix, text_of(kinds.bytes()));
    add_reading(seeds, "own-ng-no-interface" + suffix,
                text_of(PcapngFile(order).packet(1, frame).bytes()));
    add_reading(seeds, "own-ng-unknown-interface" + suffix,
                text_of(PcapngFile(order).interface(1).packet(1, frame, 3).bytes()));
    for (const std::size_t type : {1U, 0x0a0d0d0aU}) {
      add_reading(seeds, "own-ng-short-" + std::to_string(type) + suffix,
                  text_of(PcapngFile(order).interface(1).block(type, zeros(4)).bytes()));
    }
    add_reading(seeds, "own-ng-nothing" + suffix, text_of(PcapngFile(order).bytes()));
    const PcapngFile options(order);
    int count = 0;
    for (const Bytes& list :
         {options.tsresol(20), options.tsresol(0x80 | 64), options.tsresol(1) + options.tsresol(1),
          options.tsoffset(1) + options.tsoffset(1), number_of.u16(9) + number_of.u16(2) + zeros(4),
          number_of.u16(14) + number_of.u16(7) + zeros(8), number_of.u16(0) + number_of.u16(4),
          number_of.u16(2) + number_of.u16(0xffff), zeros(4) + options.tsresol(9)}) {
      add_reading(
          seeds, "own-ng-options-" + std::to_string(count++) + suffix,
          text_of(PcapngFile(order).interface(1).interface(1, list).packet(1, frame).bytes()));
    }
    // Lengths and versions that lie; the interface begins at byte 28, its packet at byte 48.
    const std::string sound = text_of(PcapngFile(order).interface(1).packet(1, frame).bytes());
    for (const std::size_t offset : {4U, 12U, 14U, 32U, 44U, 52U, 56U, 68U}) {
      for (const std::size_t value : {0U, 13U, 24U, 0xfffffcU, 0xfffffffcU}) {
        add_reading(seeds,
                    "own-ng-" + std::to_string(offset) + "-" + std::to_string(value) + suffix,
                    with_field(sound, offset, number_of.u32(value)));
      }
    }
    const std::string other =
        text_of(PcapngFile(order == ByteOrder::kLittle ? ByteOrder::kBig : ByteOrder::kLittle)
                    .interface(1)
                    .packet(2, frame)
                    .bytes());
    add_reading(seeds, "own-ng-turned" + suffix, sound + other + sound);
    add_reading(seeds, "own-ng-turned-damaged" + suffix,
                sound + other.substr(0, 12) + std::string(2, '\xff') + other.substr(14));
    // Longer than the reader's window.
    const Bytes large(262'000, 'x');
    add_reading(
        seeds, "own-large" + suffix,
        text_of(pcap_file({{1, 2, large}, {3, 4, frame}, {5, 6, large}}, {.order = order})));
    add_reading(
        seeds, "own-ng-large" + suffix,
        text_of(PcapngFile(order).interface(1).packet(1, large).block(7, zeros(600'000)).bytes()));
  }
  PcapngFile links;
  links.interface(1).packet(1, zeros(60)).interface(101).packet(2, zeros(60), 1);
  add_reading(seeds, "own-ng-links", text_of(links.bytes()));
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
  add_own_readings(seeds);
  add_own_frames(seeds);
  add_packets_of(seeds, fs::path(NETML_SOURCE_DIR) / "data/demo.pcap", 60);
  for (const fs::path& path : reference_files("captures")) {
    add_capture(seeds, path.filename().string(), test::slurp(path.string()));
    add_packets_of(seeds, path, 12);
  }
}

}  // namespace netml::fuzz
