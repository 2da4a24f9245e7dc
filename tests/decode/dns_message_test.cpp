#include "netml/decode/dns_message.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/dns_frames.hpp"

namespace netml {
namespace {

using namespace test;
using testing::ElementsAre;

struct Contents {
  std::vector<std::string> records;  ///< section, type, name in the data
  bool ok = false;
};

Contents read(const Bytes& bytes) {
  Contents contents;
  DnsMessage message(bytes);
  for (DnsEntry record; message.next(record);) {
    DnsName name;
    const bool has_name = record.data_begin != 0 && message.name_at(record.data_begin, name);
    contents.records.push_back(std::to_string(static_cast<int>(record.section)) + " " +
                               std::to_string(record.type) +
                               (has_name ? " " + std::string(name.text()) : ""));
  }
  contents.ok = message.ok();
  return contents;
}

TEST(DnsMessage, RecordsComeSectionBySection) {
  const Bytes bytes = dns(
      {1, 1, 1, 1}, dns_name("a.local") + u16(dns_entry_type::kPtr) + u16(1) +
                        dns_record(dns_name("a.local"), dns_entry_type::kPtr, dns_name("b.local")) +
                        dns_record(dns_name("x"), dns_entry_type::kNs, dns_name("y.z")) +
                        dns_record(Bytes{0}, dns_entry_type::kOpt, {}));
  const Contents contents = read(bytes);
  EXPECT_THAT(contents.records, ElementsAre("0 12", "1 12 b.local", "2 2 y.z", "3 41"));
  EXPECT_TRUE(contents.ok);
}

TEST(DnsMessage, CompressionPointersGoBackwards) {
  // RFC 1035, 4.1.4: the name at the start, then names that end in it.
  const Bytes owner = dns_name("F.ISI.ARPA");
  const Bytes data = Bytes{3, 'F', 'O', 'O'} + dns_pointer(kDnsHeader);
  const Contents contents =
      read(dns({0, 2}, dns_record(owner, dns_entry_type::kPtr, data) +
                           dns_record(dns_pointer(kDnsHeader), dns_entry_type::kPtr,
                                      dns_pointer(kDnsHeader + owner.size() + 10))));
  EXPECT_THAT(contents.records, ElementsAre("1 12 FOO.F.ISI.ARPA", "1 12 FOO.F.ISI.ARPA"));
  EXPECT_TRUE(contents.ok);
}

TEST(DnsMessage, LoopsAndForwardPointersAreMalformed) {
  for (const std::size_t target : {kDnsHeader, kDnsHeader + 2, std::size_t{0x3fff}}) {
    const Contents contents = read(dns({1}, dns_pointer(target) + u16(1) + u16(1)));
    EXPECT_TRUE(contents.records.empty());
    EXPECT_FALSE(contents.ok);
  }
  // Two names that point at each other.
  EXPECT_FALSE(read(dns({1}, Bytes{1, 'a'} + dns_pointer(kDnsHeader) + u16(1) + u16(1))).ok);
}

// A chain that every record walks would take time by the square of the message.
TEST(DnsMessage, LongChainsOfPointersAreMalformed) {
  const auto chain = [](int jumps) {
    Bytes bytes = dns({1, 0, 0, 0}, Bytes{0});  // the root, where the chain ends
    std::size_t target = bytes.size() - 1;
    for (int i = 0; i < jumps; ++i) {
      const auto pointer = static_cast<std::uint16_t>(0xc000 | target);
      target = bytes.size();
      bytes = std::move(bytes) + u16(pointer);
    }
    DnsName name;
    return DnsMessage(bytes).name_at(target, name);
  };
  EXPECT_TRUE(chain(1));
  EXPECT_TRUE(chain(127));
  EXPECT_FALSE(chain(128));
  EXPECT_FALSE(chain(5000));
}

TEST(DnsMessage, ANameHasAtMost255Bytes) {
  Bytes labels;
  for (int i = 0; i < 15; ++i) {
    labels = labels + Bytes{16} + Bytes(16, 'x');
  }
  const Bytes rest = u16(1) + u16(1);
  EXPECT_TRUE(read(dns({1}, labels + Bytes{0} + rest)).ok) << "15 * 17 bytes";
  EXPECT_FALSE(read(dns({1}, labels + Bytes{1, 'x', 0} + rest)).ok);
  EXPECT_FALSE(read(dns({1}, Bytes{0x40} + zeros(70) + rest)).ok) << "a label type of no meaning";
}

TEST(DnsMessage, EndsWhereTheBytesEnd) {
  const Bytes bytes =
      dns({0, 1, 0, 1}, dns_record(dns_name("a"), dns_entry_type::kA, {1, 2, 3, 4}) +
                            dns_record(dns_name("b"), dns_entry_type::kA, {1, 2, 3, 4}));
  EXPECT_TRUE(read(bytes).ok);
  EXPECT_EQ(read(bytes).records.size(), 2u);
  for (std::size_t size = 0; size < bytes.size() - 4; ++size) {
    const Contents contents = read(first(bytes, size));
    EXPECT_LT(contents.records.size(), 2u) << size;
    EXPECT_FALSE(contents.ok) << size;
  }
}

}  // namespace
}  // namespace netml
