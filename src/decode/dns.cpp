#include "netml/decode/dns.hpp"

#include <algorithm>

#include "netml/core/byte_reader.hpp"
#include "netml/core/ip_address.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

constexpr std::size_t kHeaderSize = 12;
constexpr std::size_t kLongestName = 255;  // RFC 1035, 2.3.4
constexpr std::size_t kMostLabels = 127;
constexpr std::size_t kMostOfEach = 1024;
// Pointers make 255 bytes of each record of 12; ordinary messages have less text than bytes. In a
// table a byte becomes up to four characters (\xNN): a cell stays below the 131,072 that Python's
// csv module reads.
constexpr std::size_t kMostText = 32'768, kMostTextPerByte = 8;

void append_label(std::span<const std::uint8_t> label, DnsNameText names, std::string& text) {
  for (const std::uint8_t byte : label) {
    if (names == DnsNameText::kEscaped && (byte == '.' || byte == '\\')) {
      text += '\\';
    }
    text += static_cast<char>(byte);
  }
  text += '.';
}

// RFC 3597, 5.
std::string unknown_data(std::span<const std::uint8_t> data) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "\\# ";
  append_number(text, std::uint64_t{data.size()});
  text += data.empty() ? "" : " ";
  for (const std::uint8_t byte : data) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

// <character-string>s (RFC 1035, 3.3) up to the end.
bool append_strings(std::span<const std::uint8_t> data, std::string& text) {
  ByteReader reader(data);
  while (reader.remaining() > 0) {
    const std::size_t length = reader.u8();
    const auto string = reader.take(length);
    if (!reader.ok()) {
      return false;
    }
    text += text.empty() ? "" : " ";
    text.append(reinterpret_cast<const char*>(string.data()), string.size());
  }
  return true;
}

void append_field(std::string& text, std::uint64_t value) {
  append_number(text, value);
  text += ' ';
}

}  // namespace

//  0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15
// +-----------------------------------------------+
// |                      ID                       |   RFC 1035, 4.1.1
// |QR|  opcode   |AA|TC|RD|RA|  Z   |    rcode    |
// |  counts of questions, answers, authority and additional records, 16 bits each
DnsReader::DnsReader(std::span<const std::uint8_t> message, DnsNameText names)
    : message_(message), names_(names) {
  ByteReader reader(message);
  reader.skip(2);
  const std::uint16_t flags = reader.u16be();
  questions_left_ = reader.u16be();
  for (std::uint16_t& count : records_left_) {
    count = reader.u16be();
  }
  has_header_ = is_sound_ = reader.ok();
  if (!has_header_) {
    questions_left_ = records_left_[0] = records_left_[1] = records_left_[2] = 0;
  }
  operation_ = static_cast<std::uint8_t>(flags >> 11 & 15U);
  offset_ = kHeaderSize;
}

// Labels of up to 63 bytes behind their length, up to one of no length; 11 in the two highest bits
// makes the rest of the name that at another place (RFC 1035, 4.1.4).
bool DnsReader::read_name(std::size_t& offset, std::string& text) const {
  constexpr std::uint8_t kPointer = 0xc0;
  text.clear();
  std::size_t position = offset, begin = offset, length = 0, jumps = 0;
  while (position < message_.size()) {
    const std::uint8_t size = message_[position];
    if ((size & kPointer) == kPointer) {
      if (position + 1 >= message_.size()) {
        return false;
      }
      const std::size_t target = (size & 0x3fU) << 8 | message_[position + 1];
      offset = jumps == 0 ? position + 2 : offset;
      if (target < kHeaderSize || target >= begin || ++jumps > kMostLabels) {
        return false;
      }
      position = begin = target;
      continue;
    }
    if (size > 63 || position + 1 + size > message_.size() ||
        (length += std::size_t{size} + 1) > kLongestName) {
      return false;
    }
    if (size == 0) {
      offset = jumps == 0 ? position + 1 : offset;
      text += text.empty() ? "." : "";
      return true;
    }
    append_label(message_.subspan(position + 1, size), names_, text);
    position += 1 + std::size_t{size};
  }
  return false;
}

bool DnsReader::next(DnsQuestion& question) {
  if (!is_sound_ || questions_left_ == 0) {
    return false;
  }
  is_sound_ = read_name(offset_, question.name) && offset_ + 4 <= message_.size();
  if (!is_sound_) {
    return false;
  }
  ByteReader reader(message_.subspan(offset_));
  question.type = reader.u16be();
  offset_ += 4;
  --questions_left_;
  return true;
}

bool DnsReader::next(DnsRecord& record) {
  constexpr std::size_t kFixed = 10;  // type, class, time to live, length of the data
  std::size_t section = 0;
  while (section < 3 && records_left_[section] == 0) {
    ++section;
  }
  if (!is_sound_ || section == 3) {
    return false;
  }
  is_sound_ = read_name(offset_, record.owner) && offset_ + kFixed <= message_.size();
  if (!is_sound_) {
    return false;
  }
  ByteReader reader(message_.subspan(offset_));
  record.type = reader.u16be();
  reader.skip(6);
  const std::size_t length = reader.u16be();
  record.data = reader.take(length);
  is_sound_ = reader.ok();
  record.section = static_cast<DnsSection>(section);
  record.data_offset = offset_ + kFixed;
  offset_ = record.data_offset + length;
  --records_left_[section];
  return is_sound_;
}

std::string DnsReader::data_text(const DnsRecord& record) const {
  std::string text;
  return append_typed_data(record, text) ? text : unknown_data(record.data);
}

// False when the data is not what its type says.
bool DnsReader::append_typed_data(const DnsRecord& record, std::string& text) const {
  ByteReader reader(record.data);
  std::size_t offset = record.data_offset;
  const std::size_t end = offset + record.data.size();
  std::string name;
  bool has_name = false;
  const auto name_at = [&](std::size_t fields) {
    offset = record.data_offset + fields;
    return read_name(offset, name) && offset <= end;
  };
  switch (record.type) {
    case dns_type::kA:
      text = record.data.size() == 4 ? to_text(IpAddress::from_ipv4(record.data.data()), 4) : "";
      return !text.empty();
    case dns_type::kAaaa:
      text = record.data.size() == 16 ? to_text(IpAddress::from_ipv6(record.data.data()), 6) : "";
      return !text.empty();
    case dns_type::kNs:
    case dns_type::kCname:
    case dns_type::kMb:
    case dns_type::kMg:
    case dns_type::kMr:
    case dns_type::kPtr:
    case dns_type::kDname:
      has_name = name_at(0);
      text = name;
      return has_name && offset == end;
    case dns_type::kMx:
      append_field(text, reader.u16be());
      has_name = name_at(2);
      text += name;
      return has_name && offset == end;
    case dns_type::kSrv:
      for (int i = 0; i < 3; ++i) {
        append_field(text, reader.u16be());
      }
      has_name = name_at(6);
      text += name;
      return has_name && offset == end;
    case dns_type::kTxt:
    case dns_type::kSpf:
      return append_strings(record.data, text);
    case dns_type::kSoa: {
      if (!name_at(0)) {
        return false;
      }
      text = name + ' ';
      if (!name_at(offset - record.data_offset) || end - offset != 20) {
        return false;
      }
      text += name;
      ByteReader numbers(message_.subspan(offset, 20));
      for (int i = 0; i < 5; ++i) {
        text += ' ';
        append_number(text, std::uint64_t{numbers.u32be()});
      }
      return true;
    }
    default:
      return false;
  }
}

void read_dns(std::span<const std::uint8_t> bytes, DnsTexts& message) {
  constexpr std::uint8_t kLastOperation = 6;  // DSO, RFC 8490
  message.questions.clear();
  message.answers.clear();
  DnsReader reader(bytes, DnsNameText::kEscaped);
  if (reader.operation() > kLastOperation) {
    return;
  }
  std::size_t room = std::min(kMostText, kMostTextPerByte * bytes.size());
  const auto keep = [&room](std::string text, std::vector<std::string>& texts) {
    const std::size_t taken = text.size() + 1;  // what separates it from the next
    if (taken > room || texts.size() == kMostOfEach) {
      return false;
    }
    room -= taken;
    texts.push_back(std::move(text));
    return true;
  };
  DnsQuestion question;
  const std::uint16_t questions = reader.question_count();
  while (reader.next(question) && keep(question.name, message.questions)) {
  }
  if (message.questions.size() < questions) {
    return;
  }
  DnsRecord record;
  while (reader.next(record) && record.section == DnsSection::kAnswer &&
         keep(reader.data_text(record), message.answers)) {
  }
}

bool is_dns_port(std::uint16_t port) noexcept {
  return port == 53 || port == 5353 || port == 5355;
}

}  // namespace netml
