// A DNS message, and the same bytes as the payload of a packet. Input: the message.

#include "netml/decode/dns.hpp"
#include "netml/pipeline/netml_packet_table.hpp"
#include "netml/pipeline/packet_table.hpp"

#include "fuzz.hpp"
#include "support/frames.hpp"

namespace netml {
namespace {

using fuzz::require;

// A label's bytes, each of which may be escaped, and a dot behind each label.
constexpr std::size_t kLongestText = 2 * 255;
constexpr std::size_t kMostOfEach = 1024, kMostText = 32'768;

void check_reader(std::span<const std::uint8_t> bytes, DnsNameText names) {
  DnsReader reader(bytes, names);
  DnsQuestion question;
  std::size_t read = 12;
  while (reader.next(question)) {
    require(!question.name.empty() && question.name.back() == '.', "a name ends with a dot");
    require(question.name.size() <= kLongestText, "a name is bounded");
    read += 5;
  }
  DnsRecord record;
  while (reader.next(record)) {
    require(record.data_offset + record.data.size() <= bytes.size(), "data is in the message");
    require(record.owner.size() <= kLongestText, "a name is bounded");
    // Numbers and two names, or twice the bytes in hexadecimal digits.
    require(reader.data_text(record).size() <= 2 * kLongestText + 2 * record.data.size() + 80,
            "the text of data is bounded");
    read += 11;
  }
  require(read <= bytes.size() || read == 12, "what was read was there");
}

void check_message(const DnsTexts& message) {
  require(message.questions.size() <= kMostOfEach && message.answers.size() <= kMostOfEach,
          "numbers of records are bounded");
  std::size_t text = 0;
  for (const auto* texts : {&message.questions, &message.answers}) {
    for (const std::string& one : *texts) {
      text += one.size() + 1;
    }
  }
  require(text <= kMostText, "text is bounded");
}

void check_row(const test::Bytes& frame) {
  RawPacket packet;
  packet.bytes = frame;
  packet.wire_length = static_cast<std::uint32_t>(frame.size());
  packet.link_type = 1;
  PacketRow row({"is_dns", "dns_query", "dns_resp", "status"});
  const auto cells = row.read(PacketFactsReader(true).read(packet));
  const bool is_dns = cells[0].u64 == 1;
  require(cells[0].kind == Cell::Kind::kU64 && cells[0].u64 <= 1, "is_dns is 0 or 1");
  require(is_dns == (cells[2].kind == Cell::Kind::kTextList), "DNS messages have a list");
  require(is_dns || cells[1].kind == Cell::Kind::kMissing, "others ask for nothing");
  NetmlPacketTable table;
  table.add(packet);
  std::string line;
  table.append_line(0, line);
  require(fuzz::is_utf8(line), "output is UTF-8");
  for (const char c : line.substr(0, line.size() - 1)) {
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "no control character gets out");
  }
}

}  // namespace
}  // namespace netml

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netml;
  constexpr std::size_t kMostBytes = 60'000;  // of an IPv4 packet
  const std::span<const std::uint8_t> bytes(data, size);
  check_reader(bytes, DnsNameText::kEscaped);
  check_reader(bytes, DnsNameText::kAsIs);
  DnsTexts message, again;
  read_dns(bytes, message);
  read_dns(bytes, again);
  check_message(message);
  require(message.questions == again.questions && message.answers == again.answers,
          "the same bytes say the same");
  const test::Bytes payload(data, data + std::min(size, kMostBytes));
  check_row(test::ether(0x0800, test::ipv4(17, test::udp(53, 9, payload))));
  check_row(test::ether(0x86dd, test::ipv6(6, test::tcp({.src = 9, .dst = 53}, payload))));
  return 0;
}
