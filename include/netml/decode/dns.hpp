#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace netml {

/// How the labels of a domain name become text; each is followed by a dot, the root is ".".
enum class DnsNameText {
  kEscaped,  ///< a dot or backslash inside a label gets a backslash before it (RFC 1035, 5.1)
  kAsIs,     ///< the labels' bytes
};

enum class DnsSection : std::uint8_t { kAnswer, kAuthority, kAdditional };

struct DnsQuestion {
  std::string name;
  std::uint16_t type = 0;
};

struct DnsRecord {
  DnsSection section = DnsSection::kAnswer;
  std::string owner;
  std::uint16_t type = 0;
  std::size_t data_offset = 0;  ///< of the data in the message
  std::span<const std::uint8_t> data;
};

/// Record types that the code speaks of (IANA, Domain Name System Parameters).
namespace dns_type {
inline constexpr std::uint16_t kA = 1, kNs = 2, kCname = 5, kSoa = 6, kMb = 7, kMg = 8, kMr = 9,
                               kPtr = 12, kMx = 15, kTxt = 16, kAaaa = 28, kSrv = 33, kDname = 39,
                               kSpf = 99;
}  // namespace dns_type

/// Reads a DNS message (RFC 1035, 4.1) from its front, as far as it is sound.
///
/// Work and memory are bounded by the message: a compression pointer must point behind the header
/// and before the name that it ends, so that no chain of them is a loop, and a name has at most 255
/// bytes. Text is what the packet holds, whatever the bytes: it must pass through a writer's rules
/// for text. Never throws but for want of memory; the message must outlive the reader.
class DnsReader {
 public:
  DnsReader(std::span<const std::uint8_t> message, DnsNameText names);

  /// False when the header is not whole; then there is nothing to read.
  bool has_header() const noexcept { return has_header_; }
  /// False once a read has met the message's end or something malformed.
  bool is_sound() const noexcept { return is_sound_; }
  std::uint8_t operation() const noexcept { return operation_; }
  std::uint16_t question_count() const noexcept { return questions_left_; }

  /// The next question; false when there is none, or the message ends or is malformed there.
  bool next(DnsQuestion& question);
  /// The next record, sections in turn; likewise. Requires: the questions have been read.
  bool next(DnsRecord& record);

  /// A record's data as text: addresses, names, `preference name` and the like as zone files have
  /// them, the strings of TXT behind one another with a space between them; any other, and data
  /// that is not what its type says, as `\# length hexadecimal` (RFC 3597, 5).
  std::string data_text(const DnsRecord& record) const;

  /// Reads the name at `offset` and moves it behind. False, and `text` meaningless, when it is
  /// malformed.
  bool read_name(std::size_t& offset, std::string& text) const;

 private:
  bool append_typed_data(const DnsRecord& record, std::string& text) const;

  std::span<const std::uint8_t> message_;
  DnsNameText names_;
  std::size_t offset_ = 0;
  bool has_header_ = false;
  bool is_sound_ = false;
  std::uint8_t operation_ = 0;
  std::uint16_t questions_left_ = 0;
  std::uint16_t records_left_[3] = {};
};

/// What a message asks and answers, as text.
struct DnsTexts {
  std::vector<std::string> questions;
  std::vector<std::string> answers;  ///< the data of the records in the answer section

  bool is_empty() const noexcept { return questions.empty() && answers.empty(); }
};

/// Fills `message` with what could be read, at most 1024 of each, and as text at most 32 KiB and 8
/// times the bytes; what no longer fits is left out with all behind it. Bytes that begin with no
/// header, or with one of an operation that does not exist, hold nothing.
void read_dns(std::span<const std::uint8_t> bytes, DnsTexts& message);

/// True for ports whose payload is DNS: 53, 5353 (mDNS, RFC 6762), 5355 (LLMNR, RFC 4795).
bool is_dns_port(std::uint16_t port) noexcept;

}  // namespace netml
