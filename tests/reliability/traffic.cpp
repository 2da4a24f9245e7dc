// Writes hostile captures to standard output, as fast as a pipe takes them: nothing of them is
// kept. The same arguments give the same bytes. Ordinary traffic is made by bench/make_capture.

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "colliding_keys.hpp"

namespace netml::test {
namespace {

constexpr std::uint64_t kFirstUs = 1'600'000'000'000'000;
constexpr std::uint8_t kSyn = 0x02;
constexpr std::uint8_t kAck = 0x10;

// Collects bytes and hands them to the system a mebibyte at a time. A reader that goes away ends
// the program, as it would end any other writer of the pipe.
class Output {
 public:
  Output() { bytes_.reserve(kBlock + 4096); }

  void add(const void* bytes, std::size_t size) {
    bytes_.append(static_cast<const char*>(bytes), size);
    if (bytes_.size() >= kBlock) {
      flush();
    }
  }
  void add32(std::uint32_t little_endian) { add(&little_endian, 4); }
  void add16(std::uint16_t little_endian) { add(&little_endian, 2); }

  void flush() {
    std::string_view rest = bytes_;
    while (!rest.empty()) {
      const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
      if (written < 0) {
        std::perror("traffic: standard output");
        _exit(1);
      }
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    bytes_.clear();
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 20;
  std::string bytes_;
};

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "captures are written as numbers lie");

void add_file_header(Output& out) {
  out.add32(0xa1b2c3d4);  // microseconds
  out.add16(2);
  out.add16(4);
  out.add32(0);
  out.add32(0);
  out.add32(65535);
  out.add32(1);  // Ethernet
}

void put16(std::uint8_t* at, std::uint32_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}

void put32(std::uint8_t* at, std::uint32_t value) {
  put16(at, value >> 16);
  put16(at + 2, value & 0xffff);
}

// An Ethernet frame with IPv4 and TCP or UDP, and room in front for the header of its record.
class Record {
 public:
  explicit Record(std::uint8_t protocol) {
    const std::uint8_t ethernet[14] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0};
    std::memcpy(frame_, ethernet, sizeof ethernet);
    ip_[0] = 0x45;
    put16(ip_ + 2, kFrameBytes - 14);
    ip_[8] = 64;
    ip_[9] = protocol;
    transport_[protocol == 6 ? 12 : 5] = protocol == 6 ? 0x50 : 20;
    set32(8, kFrameBytes);
    set32(12, kFrameBytes);
  }
  void ports(std::uint16_t source, std::uint16_t destination) {
    put16(transport_, source);
    put16(transport_ + 2, destination);
  }
  void addresses(std::uint32_t source, std::uint32_t destination) {
    put32(ip_ + 12, source);
    put32(ip_ + 16, destination);
  }
  void tcp_flags(std::uint8_t flags) { transport_[13] = flags; }
  void fragment(std::uint32_t identification, std::uint32_t flags_and_offset) {
    put16(ip_ + 4, identification);
    put16(ip_ + 6, flags_and_offset);
  }
  void add_to(Output& out, std::uint64_t offset_us) {
    const std::uint64_t time_us = kFirstUs + offset_us;
    set32(0, static_cast<std::uint32_t>(time_us / 1'000'000));
    set32(4, static_cast<std::uint32_t>(time_us % 1'000'000));
    out.add(bytes_, sizeof bytes_);
  }

 private:
  static constexpr std::uint32_t kFrameBytes = 54;
  void set32(std::size_t at, std::uint32_t value) { std::memcpy(bytes_ + at, &value, 4); }

  std::uint8_t bytes_[16 + kFrameBytes] = {};
  std::uint8_t* frame_ = bytes_ + 16;
  std::uint8_t* ip_ = frame_ + 14;
  std::uint8_t* transport_ = ip_ + 20;
};

// Every packet opens a flow of its own. A microsecond apart: no flow becomes idle.
void write_syns(Output& out, std::uint64_t count) {
  add_file_header(out);
  Record record(6);
  record.tcp_flags(kSyn);
  for (std::uint64_t i = 0; i < count; ++i) {
    // An odd factor permutes the 2^24 addresses.
    const auto host = static_cast<std::uint32_t>(i * 0x9e3779b1 & 0xffffff);
    record.addresses(0x0a000000 | host, 0xc6120001);
    record.ports(static_cast<std::uint16_t>(1024 + (i >> 24)), 80);
    record.add_to(out, i);
  }
}

// One TCP flow in both directions. Ten microseconds apart: 100 million packets are younger than the
// active timeout.
void write_one_flow(Output& out, std::uint64_t count) {
  add_file_header(out);
  Record there(6), back(6);
  there.addresses(0x0a000001, 0xc6120001);
  there.ports(40000, 443);
  there.tcp_flags(kAck);
  back.addresses(0xc6120001, 0x0a000001);
  back.ports(443, 40000);
  back.tcp_flags(kAck);
  for (std::uint64_t i = 0; i < count; ++i) {
    (i % 3 == 1 ? back : there).add_to(out, i * 10);
  }
}

// Datagrams of which only one fragment ever comes: first ones, and later ones without a first.
void write_fragments(Output& out, std::uint64_t count) {
  constexpr std::uint32_t kMoreFragments = 0x2000;
  add_file_header(out);
  Record record(17);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto number = static_cast<std::uint32_t>(i);
    record.addresses(0x0a000000 | (number >> 16 & 0xffff), 0xc6120001);
    record.ports(1024, 53);
    record.fragment(number & 0xffff, i % 2 == 0 ? kMoreFragments : kMoreFragments | 100);
    record.add_to(out, i);
  }
}

// UDP flows to one server, each from a host of its own.
class Clients {
 public:
  explicit Clients(Output& out) : out_(out), record_(17) { record_.ports(1024, 53); }

  void flow(std::uint32_t host, std::uint64_t packets) {
    record_.addresses(0x0a000000 | host, 0xc6120001);
    for (std::uint64_t i = 0; i < packets; ++i) {
      record_.add_to(out_, offset_us_);
    }
  }
  void pass(std::uint64_t seconds) { offset_us_ += seconds * 1'000'000; }
  void go_back(std::uint64_t seconds) { offset_us_ -= seconds * 1'000'000; }

 private:
  Output& out_;
  Record record_;
  std::uint64_t offset_us_ = 0;
};

// So many flows of one packet at once, four times over: one packet of a later time ends them all,
// and more of its flow follow.
void write_endings(Output& out, std::uint64_t flows) {
  add_file_header(out);
  Clients clients(out);
  for (int round = 0; round < 4; ++round) {
    for (std::uint64_t i = 1; i <= flows; ++i) {
      clients.flow(static_cast<std::uint32_t>(i & 0xffffff), 1);
    }
    clients.pass(1000);
    clients.flow(0, 20'000);
    clients.pass(1000);
  }
}

// Ten flows of so many packets, each over when the next begins, and a few small ones in between.
void write_long_flows(Output& out, std::uint64_t packets) {
  add_file_header(out);
  Clients clients(out);
  for (std::uint32_t flow = 0; flow < 10; ++flow) {
    clients.flow(1 + flow, packets);
    clients.pass(200);
    for (std::uint32_t host = 100; host < 1000; ++host) {
      clients.flow(host, 1);
    }
    clients.pass(200);
  }
}

// Flows of 2000 packets, one after the other, all at one time.
void write_full_flows(Output& out, std::uint64_t flows) {
  add_file_header(out);
  Clients clients(out);
  for (std::uint64_t i = 0; i < flows; ++i) {
    clients.flow(static_cast<std::uint32_t>(i & 0xffffff), 2000);
  }
}

// So many flows of one packet, then a hundred times a thousand packets that are so many hours
// earlier: with more than one the clock is set back each time.
void write_steps_back(Output& out, std::uint64_t flows, std::uint64_t hours) {
  constexpr std::uint64_t kSteps = 100;
  add_file_header(out);
  Clients clients(out);
  clients.pass(kSteps * hours * 3600);
  for (std::uint64_t i = 1; i <= flows; ++i) {
    clients.flow(static_cast<std::uint32_t>(i & 0xffffff), 1);
  }
  for (std::uint64_t i = 0; i < kSteps; ++i) {
    clients.go_back(hours * 3600);
    clients.flow(0, 1000);
  }
}

// `rounds` packets of each flow, one flow after the other in each round.
void write_keys(Output& out, const std::vector<TcpKey>& keys, std::uint64_t rounds) {
  add_file_header(out);
  Record record(6);
  std::uint64_t offset_us = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    record.tcp_flags(round == 0 ? kSyn : kAck);
    for (const TcpKey& key : keys) {
      record.addresses(key.source, key.destination);
      record.ports(key.source_port, key.destination_port);
      record.add_to(out, offset_us++);
    }
  }
}

// A pcapng file with `count` interfaces and a packet on every thousandth and on the last.
void write_interfaces(Output& out, std::uint64_t count) {
  const auto begin_block = [&](std::uint32_t type, std::uint32_t size) {
    out.add32(type);
    out.add32(size);
  };
  begin_block(0x0a0d0d0a, 28);  // section header
  out.add32(0x1a2b3c4d);
  out.add16(1);
  out.add16(0);
  out.add32(0xffffffff);
  out.add32(0xffffffff);
  out.add32(28);
  constexpr char kName[] = "interface-000000";  // 16 bytes, and as many for the description
  for (std::uint64_t i = 0; i < count; ++i) {
    begin_block(1, 64);
    out.add16(1);  // Ethernet
    out.add16(0);
    out.add32(65535);
    for (const std::uint16_t option : {std::uint16_t{2}, std::uint16_t{3}}) {
      out.add16(option);
      out.add16(16);
      out.add(kName, 16);
    }
    out.add32(0);  // end of options
    out.add32(64);
  }
  const std::uint8_t frame[60] = {2,    0, 0,  0,  0, 2, 2, 0, 0,  0,  0, 1, 8,  0,
                                  0x45, 0, 0,  46, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0,
                                  0,    1, 10, 0,  0, 2, 4, 0, 0,  53, 0, 26};
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i % 1000 != 0 && i + 1 != count) {
      continue;
    }
    const std::uint64_t time_us = kFirstUs + i;
    begin_block(6, 92);  // enhanced packet
    out.add32(static_cast<std::uint32_t>(i));
    out.add32(static_cast<std::uint32_t>(time_us >> 32));
    out.add32(static_cast<std::uint32_t>(time_us));
    out.add32(sizeof frame);
    out.add32(sizeof frame);
    out.add(frame, sizeof frame);
    out.add32(92);
  }
}

void append16(std::string& text, std::size_t value) {
  text += static_cast<char>(value >> 8);
  text += static_cast<char>(value);
}

// A multicast DNS response with `names`, of 245 control characters each, which compression makes
// short but for the first.
std::string name_answers(std::size_t names) {
  std::string message(2, '\0');
  append16(message, 0x8400);
  append16(message, 0);
  append16(message, names);
  append16(message, 0);
  append16(message, 0);
  std::size_t first_name = 0;
  for (std::size_t i = 0; i < names; ++i) {
    std::string name;
    if (i == 0) {
      for (const std::size_t label : {63U, 63U, 63U, 51U}) {
        name += static_cast<char>(label);
        name.append(label, '\1');
      }
      name += '\0';
    } else {
      name += '\2';
      append16(name, 0x0100 + i);
      append16(name, 0xc000 | first_name);
    }
    message += '\0';
    for (const std::size_t field : {std::size_t{12}, std::size_t{1}, std::size_t{0},
                                    std::size_t{120}, name.size()}) {  // PTR IN, TTL, length
      append16(message, field);
    }
    first_name = i == 0 ? message.size() : first_name;
    message += name;
  }
  return message;
}

void write_mdns(Output& out, std::uint32_t host, std::uint64_t offset_us,
                const std::string& message) {
  std::string frame{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0};
  append16(frame, 28 + message.size());
  frame.append({0, 0, 0, 0, 64, 17, 0, 0, 10});
  frame += static_cast<char>(host >> 16);
  append16(frame, host & 0xffff);
  frame.append({10, 0, 0, 1});
  append16(frame, 5353);
  append16(frame, 5353);
  append16(frame, 8 + message.size());
  append16(frame, 0);
  frame += message;
  const std::uint64_t time_us = kFirstUs + offset_us;
  out.add32(static_cast<std::uint32_t>(time_us / 1'000'000));
  out.add32(static_cast<std::uint32_t>(time_us % 1'000'000));
  out.add32(static_cast<std::uint32_t>(frame.size()));
  out.add32(static_cast<std::uint32_t>(frame.size()));
  out.add(frame.data(), frame.size());
}

// Flows with 16 KiB of names each.
void write_names(Output& out, std::uint64_t count) {
  add_file_header(out);
  const std::string message = name_answers(66);
  for (std::uint64_t i = 0; i < count; ++i) {
    write_mdns(out, static_cast<std::uint32_t>(i), i, message);
  }
}

// Flows with names of one size after the other, so many MiB of each. Most of them become idle
// before the next ones come, but some of each size speak on.
void write_name_sizes(Output& out, std::uint64_t mib) {
  constexpr std::uint32_t kOneStays = 128;
  add_file_header(out);
  std::uint32_t hosts = 0;
  std::uint64_t offset_us = 0;
  for (const std::size_t names : {66U, 33U, 16U, 8U, 4U, 2U}) {
    const std::string message = name_answers(names);
    const std::uint64_t count = (mib << 20) / (names * 246 + 512);
    for (std::uint64_t i = 0; i < count; ++i) {
      write_mdns(out, hosts++, offset_us, message);
    }
    for (int minute = 0; minute < 4; ++minute) {
      offset_us += 60'000'000;
      for (std::uint32_t host = 0; host < hosts; host += kOneStays) {
        write_mdns(out, host, offset_us, {});
      }
    }
  }
}

constexpr char kUsage[] =
    "usage: traffic syns|one-flow|fragments|interfaces|names COUNT\n"
    "       traffic endings|full-flows|set-backs|no-set-backs FLOWS\n"
    "       traffic long-flows PACKETS\n"
    "       traffic name-sizes MIB\n"
    "       traffic collide random|fnv1a32|fnv1a64|crc32|xor|low-bits KEYS ROUNDS\n"
    "Writes a capture to standard output.\n";

// 0 when the text is no count.
std::uint64_t count_of(const std::string& text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size() ? count : 0;
}

bool write_traffic(const std::vector<std::string>& words, Output& out) {
  if (words.size() == 4 && words[0] == "collide") {
    const std::vector<TcpKey> keys = colliding_keys(words[1], count_of(words[2]));
    if (keys.empty() || keys.size() != count_of(words[2]) || count_of(words[3]) == 0) {
      return false;
    }
    write_keys(out, keys, count_of(words[3]));
    return true;
  }
  const std::uint64_t count = words.size() == 2 ? count_of(words[1]) : 0;
  if (count == 0) {
    return false;
  }
  if (words[0] == "syns") {
    write_syns(out, count);
  } else if (words[0] == "one-flow") {
    write_one_flow(out, count);
  } else if (words[0] == "fragments") {
    write_fragments(out, count);
  } else if (words[0] == "interfaces") {
    write_interfaces(out, count);
  } else if (words[0] == "names") {
    write_names(out, count);
  } else if (words[0] == "name-sizes") {
    write_name_sizes(out, count);
  } else if (words[0] == "endings") {
    write_endings(out, count);
  } else if (words[0] == "full-flows") {
    write_full_flows(out, count);
  } else if (words[0] == "set-backs" || words[0] == "no-set-backs") {
    write_steps_back(out, count, words[0] == "set-backs" ? 2 : 0);
  } else if (words[0] == "long-flows") {
    write_long_flows(out, count);
  } else {
    return false;
  }
  return true;
}

}  // namespace
}  // namespace netml::test

int main(int argc, char** argv) {
  netml::test::Output out;
  if (!netml::test::write_traffic({argv + 1, argv + argc}, out)) {
    std::fputs(netml::test::kUsage, stderr);
    return 2;
  }
  out.flush();
}
