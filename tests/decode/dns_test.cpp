#include "netml/decode/dns.hpp"

#include <gtest/gtest.h>

#include "support/frames.hpp"

namespace netml {
namespace {

using namespace test;

// Labels with their lengths, as "3www7example3com0" stands in a message.
Bytes name(const std::vector<std::string>& labels) {
  Bytes bytes;
  for (const std::string& label : labels) {
    bytes = std::move(bytes) + u16(label.size());
    bytes.erase(bytes.end() - 2);
    bytes.insert(bytes.end(), label.begin(), label.end());
  }
  return bytes + Bytes{0};
}

Bytes pointer(std::size_t offset) {
  return u16(0xc000 + offset);
}

Bytes header(std::size_t questions, std::size_t answers, std::size_t authority = 0,
             std::size_t additional = 0) {
  return u16(0x1234) + u16(0x8180) + u16(questions) + u16(answers) + u16(authority) +
         u16(additional);
}

Bytes question(const Bytes& owner, std::size_t type = dns_type::kA) {
  return owner + u16(type) + u16(1);
}

Bytes record(const Bytes& owner, std::size_t type, const Bytes& data) {
  return owner + u16(type) + u16(1) + u32(60) + u16(data.size()) + data;
}

constexpr std::size_t kFirstName = 12;

using Texts = std::vector<std::string>;

DnsTexts read(const Bytes& bytes) {
  DnsTexts message;
  read_dns(bytes, message);
  return message;
}

std::string only_answer(std::size_t type, const Bytes& data) {
  const DnsTexts message = read(header(1, 1) + question(name({"a", "example"})) +
                                record(pointer(kFirstName), type, data));
  return message.answers.size() == 1 ? message.answers[0] : "no answer";
}

// RFC 1035, 4.1.4: the three names of its figure share their ends.
TEST(Dns, CompressedNamesOfTheRfc) {
  Bytes message = zeros(20) + name({"F", "ISI", "ARPA"});
  message.resize(40);
  message = message + Bytes{3, 'F', 'O', 'O'} + pointer(20);
  message.resize(64);
  message = message + pointer(26) + Bytes{0};
  const DnsReader reader(message, DnsNameText::kEscaped);
  std::string text;
  std::size_t offset = 20;
  EXPECT_TRUE(reader.read_name(offset, text));
  EXPECT_EQ(text, "F.ISI.ARPA.");
  EXPECT_EQ(offset, 32U);
  offset = 40;
  EXPECT_TRUE(reader.read_name(offset, text));
  EXPECT_EQ(text, "FOO.F.ISI.ARPA.");
  EXPECT_EQ(offset, 46U);
  offset = 64;
  EXPECT_TRUE(reader.read_name(offset, text));
  EXPECT_EQ(text, "ARPA.");
  offset = 66;
  EXPECT_TRUE(reader.read_name(offset, text));
  EXPECT_EQ(text, ".");
}

TEST(Dns, AllAnswersAsText) {
  const Bytes owner = pointer(kFirstName);
  const DnsTexts message =
      read(header(1, 3) + question(name({"www", "example"})) +
           record(owner, dns_type::kCname, name({"cdn", "example"})) +
           record(owner, dns_type::kA, {10, 0, 0, 1}) +
           record(owner, dns_type::kAaaa, Bytes{0x20, 1, 0xd, 0xb8} + zeros(11) + Bytes{7}));
  EXPECT_EQ(message.questions, (Texts{"www.example."}));
  EXPECT_EQ(message.answers, (Texts{"cdn.example.", "10.0.0.1", "2001:db8::7"}));
}

TEST(Dns, TypesThatZoneFilesWriteInWords) {
  EXPECT_EQ(only_answer(dns_type::kMx, u16(10) + name({"mail"})), "10 mail.");
  EXPECT_EQ(only_answer(dns_type::kSrv, u16(1) + u16(2) + u16(443) + pointer(kFirstName)),
            "1 2 443 a.example.");
  EXPECT_EQ(only_answer(dns_type::kTxt, {2, 'h', 'i', 1, '!'}), "hi !");
  EXPECT_EQ(only_answer(dns_type::kSoa, name({"ns"}) + pointer(kFirstName) + u32(1) + u32(2) +
                                            u32(3) + u32(4) + u32(5)),
            "ns. a.example. 1 2 3 4 5");
  EXPECT_EQ(only_answer(65, {0, 1, 0}), "\\# 3 000100") << "RFC 3597, 5";
  EXPECT_EQ(only_answer(65, {}), "\\# 0");
}

TEST(Dns, DataThatIsNotWhatItsTypeSaysIsUnknownData) {
  EXPECT_EQ(only_answer(dns_type::kA, {1, 2, 3}), "\\# 3 010203");
  EXPECT_EQ(only_answer(dns_type::kAaaa, {1}), "\\# 1 01");
  EXPECT_EQ(only_answer(dns_type::kNs, {}), "\\# 0");
  EXPECT_EQ(only_answer(dns_type::kCname, {0, 9}), "\\# 2 0009") << "something behind the name";
  EXPECT_EQ(only_answer(dns_type::kMx, {0}), "\\# 1 00");
  EXPECT_EQ(only_answer(dns_type::kMx, {0, 1, 5, 'a'}), "\\# 4 00010561");
  EXPECT_EQ(only_answer(dns_type::kTxt, {5, 'a'}), "\\# 2 0561");
  EXPECT_EQ(only_answer(dns_type::kSoa, {0, 0, 1}), "\\# 3 000001");
}

TEST(Dns, LabelsKeepTheirBytes) {
  const Bytes message = header(1, 0) + question(name({"a.b\\c", "\x1b[1m\xff"}));
  EXPECT_EQ(read(message).questions, (Texts{"a\\.b\\\\c.\x1b[1m\xff."}));
  DnsReader reader(message, DnsNameText::kAsIs);
  DnsQuestion first;
  ASSERT_TRUE(reader.next(first));
  EXPECT_EQ(first.name, "a.b\\c.\x1b[1m\xff.");
}

TEST(Dns, NoChainOfPointersIsALoop) {
  for (const Bytes& bad : {pointer(kFirstName), pointer(kFirstName + 1), pointer(0x3fff),
                           Bytes{1, 'a'} + pointer(kFirstName), Bytes{0xc0}, Bytes{0x80, 0}}) {
    EXPECT_TRUE(read(header(1, 0) + bad + zeros(8)).is_empty());
  }
  // Backwards only, but more often than a name has labels.
  Bytes chain = header(1, 0) + question(Bytes{0});
  for (int i = 0; i < 200; ++i) {
    chain = chain + pointer(i == 0 ? kFirstName : chain.size() - 2);
  }
  const DnsReader reader(chain, DnsNameText::kEscaped);
  std::string text;
  std::size_t offset = kFirstName + 5 + std::size_t{2} * 100;
  EXPECT_TRUE(reader.read_name(offset, text));
  offset = kFirstName + 5 + std::size_t{2} * 180;
  EXPECT_FALSE(reader.read_name(offset, text));
}

TEST(Dns, ANameHas255BytesAtMost) {
  const auto with_last = [](std::size_t length) {
    const std::string full(63, 'x');
    return header(1, 0) + question(name({full, full, full, std::string(length, 'y')}));
  };
  EXPECT_EQ(read(with_last(61)).questions.size(), 1U);
  EXPECT_TRUE(read(with_last(62)).is_empty());
}

TEST(Dns, WhatIsSoundBeforeTheEndIsRead) {
  const Bytes owner = pointer(kFirstName);
  const Bytes whole = header(1, 2) + question(name({"a"})) +
                      record(owner, dns_type::kA, {1, 1, 1, 1}) +
                      record(owner, dns_type::kA, {2, 2, 2, 2});
  const std::size_t question_end = kFirstName + 3 + 4, record_size = 16;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const DnsTexts message = read(first(whole, size));
    EXPECT_EQ(message.questions.size(), size >= question_end ? 1U : 0U) << size;
    EXPECT_EQ(message.answers.size(),
              size < question_end ? 0U : (size - question_end) / record_size)
        << size;
  }
}

TEST(Dns, OnlyTheAnswerSectionAnswers) {
  const Bytes owner = pointer(kFirstName);
  const DnsTexts message =
      read(header(1, 0, 1, 1) + question(name({"a"})) + record(owner, dns_type::kNs, name({"ns"})) +
           record(owner, dns_type::kA, {1, 1, 1, 1}));
  EXPECT_EQ(message.questions.size(), 1U);
  EXPECT_TRUE(message.answers.empty());
}

TEST(Dns, ClaimsOfManyRecordsCostNothing) {
  EXPECT_TRUE(read(header(65535, 65535, 65535, 65535)).is_empty());
  Bytes many = header(0, 4000);
  for (int i = 0; i < 4000; ++i) {
    many = std::move(many) + record(Bytes{0}, dns_type::kA, {1, 1, 1, 1});
  }
  EXPECT_EQ(read(many).answers.size(), 1024U);
}

// Each record of 12 bytes points at a name of 193: without a bound 16 times the packet.
TEST(Dns, TextOfAMessageIsBounded) {
  const std::string full(63, 'x');
  const auto answers = [&](std::size_t records) {
    Bytes message = header(1, records) + question(name({full, full, full}));
    for (std::size_t i = 0; i < records; ++i) {
      message = std::move(message) + record(Bytes{0}, dns_type::kCname, pointer(kFirstName));
    }
    return read(message).answers.size();
  };
  constexpr std::size_t kText = 3 * 64 + 1;
  EXPECT_EQ(answers(1000), 32'768 / kText - 1);
  EXPECT_EQ(answers(100), 8 * (kFirstName + kText + 4 + std::size_t{100} * 13) / kText - 1);
  EXPECT_EQ(answers(8), 8U);
  const DnsTexts large =
      read(header(0, 2) + record(Bytes{0}, 250, zeros(20'000)) + record(Bytes{0}, 250, {1}));
  EXPECT_TRUE(large.is_empty()) << "twice as long in hexadecimal";
}

TEST(Dns, OperationsThatDoNotExistAreNotDns) {
  Bytes message = header(1, 0) + question(name({"a"}));
  EXPECT_FALSE(read(message).is_empty());
  message[2] = 0x78;
  EXPECT_TRUE(read(message).is_empty());
}

}  // namespace
}  // namespace netml
