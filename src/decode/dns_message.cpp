#include "netml/decode/dns_message.hpp"

#include <algorithm>

#include "netml/core/byte_reader.hpp"

#include "checked_bytes.hpp"

namespace netml {
namespace {

constexpr std::uint8_t kPointerBits = 0xc0;
constexpr std::uint16_t kPointerOffset = 0x3fff, kResponseFlag = 0x8000;

}  // namespace

//  0  1  2  3  4  5  6  7  8  9  10 11 12 13 14 15      RFC 1035, 4.1.1
// +-----------------------------------------------+
// |                      ID                       |
// |QR|   Opcode  |AA|TC|RD|RA|   Z    |   RCODE   |
// |    QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT         |
DnsMessage::DnsMessage(std::span<const std::uint8_t> bytes) noexcept : bytes_(bytes) {
  ByteReader reader(bytes);
  reader.skip(2);
  is_response_ = (reader.u16be() & kResponseFlag) != 0;
  for (std::uint16_t& count : left_) {
    count = reader.u16be();
  }
  is_ok_ = reader.ok();
  position_ = bytes.size() - reader.remaining();
}

bool DnsMessage::next(DnsEntry& record) noexcept {
  while (section_ < kSections && left_[section_] == 0) {
    ++section_;
  }
  if (!is_ok_ || section_ == kSections) {
    return false;
  }
  --left_[section_];
  DnsName owner;
  std::size_t end = 0;
  if (!name_at(position_, owner, end)) {
    is_ok_ = false;
    return false;
  }
  ByteReader reader(bytes_.subspan(std::min(end, bytes_.size())));
  record.section = static_cast<DnsEntry::Section>(section_);
  record.type = reader.u16be();
  reader.skip(2);  // class
  record.data_begin = record.data_length = 0;
  if (record.section == DnsEntry::Section::kQuestion) {
    position_ = end + 4;
  } else {
    reader.skip(4);  // time to live
    record.data_length = reader.u16be();
    record.data_begin = end + 10;
    position_ = record.data_begin + record.data_length;
  }
  is_ok_ = reader.ok();
  return is_ok_;
}

bool DnsMessage::name_at(std::size_t offset, DnsName& name) const noexcept {
  std::size_t end = 0;
  return name_at(offset, name, end);
}

bool DnsMessage::name_at(std::size_t offset, DnsName& name, std::size_t& end) const noexcept {
  const CheckedBytes bytes(bytes_);
  constexpr int kMostJumps = 127;  // as many as a name can have labels
  std::size_t begin = offset, length = 0;
  int jumps = 0;
  name.size_ = 0;
  end = 0;
  while (bytes.has(offset, 1)) {
    const std::size_t label = bytes.u8(offset);
    if ((label & kPointerBits) == kPointerBits) {
      const std::size_t target = bytes.u16be(offset) & kPointerOffset;
      if (!bytes.has(offset, 2) || target >= begin || ++jumps > kMostJumps) {
        return false;  // backwards only, so that it ends, and not often, so that it ends soon
      }
      end = end == 0 ? offset + 2 : end;
      begin = offset = target;
      continue;
    }
    if (label == 0) {
      end = end == 0 ? offset + 1 : end;
      return true;
    }
    length += label + 1;
    if ((label & kPointerBits) != 0 || length > DnsName::kLongest ||
        !bytes.has(offset + 1, label)) {
      return false;
    }
    if (name.size_ != 0) {
      name.text_[name.size_++] = '.';
    }
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset) + 1, label,
                name.text_.begin() + static_cast<std::ptrdiff_t>(name.size_));
    name.size_ += label;
    offset += label + 1;
  }
  return false;
}

}  // namespace netml
