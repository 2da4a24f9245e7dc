#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace netml {

/// Types of resource records that the code speaks of.
namespace dns_entry_type {
inline constexpr std::uint16_t kA = 1, kNs = 2, kCname = 5, kSoa = 6, kNull = 10, kPtr = 12,
                               kHinfo = 13, kMx = 15, kTxt = 16, kAaaa = 28, kSrv = 33, kOpt = 41;
}  // namespace dns_entry_type

/// A name as text, labels joined by dots. Bytes are as on the wire: any value but what ends a
/// label.
class DnsName {
 public:
  static constexpr std::size_t kLongest = 255;  ///< with one byte per label (RFC 1035, 2.3.4)

  std::string_view text() const noexcept { return {text_.data(), size_}; }

 private:
  friend class DnsMessage;
  std::array<char, kLongest> text_{};
  std::size_t size_ = 0;
};

/// One question or resource record. A view of the message.
struct DnsEntry {
  enum class Section : std::uint8_t { kQuestion, kAnswer, kAuthority, kAdditional };
  Section section = Section::kQuestion;
  std::uint16_t type = 0;
  std::size_t data_begin = 0;   ///< offset in the message; 0 for questions
  std::size_t data_length = 0;  ///< as the record says, within the message or not
};

/// Reads a DNS message (RFC 1035, section 4; multicast DNS: RFC 6762) record by record.
///
/// Work is bounded: a name follows compression pointers only backwards and is at most 255 bytes,
/// and there are no more records than the message has bytes for.
class DnsMessage {
 public:
  /// A view of `bytes`.
  explicit DnsMessage(std::span<const std::uint8_t> bytes) noexcept;

  /// The next record. False at the end, and where the message is malformed or ends early: then
  /// ok() is false.
  bool next(DnsEntry& record) noexcept;
  /// The name at an offset of the message, as in the data of a PTR record. False when it is
  /// malformed.
  bool name_at(std::size_t offset, DnsName& name) const noexcept;
  /// The same, and where it ends.
  bool name_at(std::size_t offset, DnsName& name, std::size_t& end) const noexcept;

  bool ok() const noexcept { return is_ok_; }
  bool is_response() const noexcept { return is_response_; }
  std::span<const std::uint8_t> bytes() const noexcept { return bytes_; }

 private:
  static constexpr std::size_t kSections = 4;

  std::span<const std::uint8_t> bytes_;
  std::array<std::uint16_t, kSections> left_{};  ///< records, by section
  std::size_t section_ = 0;
  std::size_t position_ = 0;
  bool is_ok_ = false;
  bool is_response_ = false;
};

}  // namespace netml
