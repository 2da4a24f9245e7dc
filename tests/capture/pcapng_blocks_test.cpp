// What our pcapng reader reads beyond libpcap, and its bounds. That it reads all else as libpcap
// does is for reader_equality_test.cpp.
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "netml/capture/pcap_file.hpp"
#include "netml/core/error.hpp"

#include "support/capture_file.hpp"
#include "support/read_capture.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;
using ::testing::HasSubstr;

const Bytes kPacket = ipv4(17, udp(1, 2));
const Bytes kFrame = ether(0x0800, kPacket);

class PcapngBlocks : public ::testing::Test {
 protected:
  ReadCapture read(const Bytes& bytes) const {
    return read_all(*open_capture(folder_.write("capture", bytes), {}));
  }

  TempFolder folder_;
};

TEST_F(PcapngBlocks, EachPacketHasTheLinkTypeOfItsInterface) {
  PcapngFile file;
  file.interface(dlt::kEthernet)
      .packet(1'000'000, kFrame)
      .interface(101)
      .packet(2'000'000, kPacket, 1)
      .packet(3'000'000, kFrame, 0)
      .interface(276)
      .packet(4'000'000, kPacket, 2)
      .simple_packet(kFrame);
  const ReadCapture capture = read(file.bytes());
  ASSERT_EQ(capture.packets.size(), 5u);
  EXPECT_EQ(capture.end, ReadStatus::kEnd);
  EXPECT_EQ(capture.link_type, dlt::kEthernet);
  const int link_types[] = {dlt::kEthernet, dlt::kRaw, dlt::kEthernet, dlt::kSll2, dlt::kEthernet};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(capture.packets[i].link_type, link_types[i]) << i;
  }
  EXPECT_EQ(capture.packets[1].bytes, kPacket);
  EXPECT_EQ(capture.packets[3].ts_ns, 4'000'000'000);
}

TEST_F(PcapngBlocks, EachPacketIsHeldAgainstTheSnaplenOfItsInterface) {
  PcapngFile file;
  file.interface(1, {}, 30).packet(1, first(kFrame, 30)).interface(1, {}, 100);
  file.packet(2, kFrame, 1).simple_packet(first(kFrame, 30));
  EXPECT_EQ(read(file.bytes()).packets.size(), 3u);
  file.packet(3, kFrame, 0);
  const ReadCapture capture = read(file.bytes());
  EXPECT_EQ(capture.packets.size(), 3u);
  EXPECT_EQ(capture.end, ReadStatus::kDamaged);
  EXPECT_THAT(capture.damage, HasSubstr("invalid packet capture length 42, bigger than snaplen of "
                                        "30 [packet 4, byte "));
}

TEST_F(PcapngBlocks, SectionsMayChangeTheByteOrder) {
  const auto section = [](ByteOrder order, std::uint64_t ticks) {
    PcapngFile file(order);
    return file.interface(1, file.tsresol(9)).packet(ticks, kFrame).bytes();
  };
  const Bytes little = section(ByteOrder::kLittle, 11), big = section(ByteOrder::kBig, 22);
  for (const Bytes& bytes : {little + big + big + little, big + little + little + big}) {
    const ReadCapture capture = read(bytes);
    ASSERT_EQ(capture.packets.size(), 4u);
    EXPECT_EQ(capture.end, ReadStatus::kEnd);
    EXPECT_EQ(capture.packets[1].ts_ns, capture.packets[2].ts_ns);
    EXPECT_EQ(capture.packets[0].ts_ns, capture.packets[3].ts_ns);
    EXPECT_EQ(capture.packets[0].ts_ns + capture.packets[1].ts_ns, 33);
  }
}

TEST_F(PcapngBlocks, ASectionBeforeTheFirstInterfaceMayTurnTheByteOrder) {
  const Bytes capture = PcapngFile(ByteOrder::kLittle).bytes() +
                        PcapngFile(ByteOrder::kBig).interface(1).packet(5, kFrame).bytes();
  EXPECT_EQ(read(capture).packets.size(), 1u);
}

// Interfaces are a section's own.
TEST_F(PcapngBlocks, ASectionForgetsTheInterfacesBefore) {
  PcapngFile one, other;
  one.interface(1).interface(1).packet(1, kFrame, 1);
  other.interface(101).packet(2, kPacket, 0).packet(3, kPacket, 1);
  const ReadCapture capture = read(one.bytes() + other.bytes());
  ASSERT_EQ(capture.packets.size(), 2u);
  EXPECT_EQ(capture.packets[1].link_type, dlt::kRaw);
  EXPECT_THAT(capture.damage, HasSubstr("a packet arrived on interface 1, but there's no Interface "
                                        "Description Block for that interface [packet 3, byte "));
}

TEST_F(PcapngBlocks, DamageBeforeTheFirstInterfaceIsLocated) {
  const Bytes file = PcapngFile().block(0x0bad, zeros(8)).bytes();
  try {
    read(first(file, file.size() - 6));
    FAIL() << "no InputError";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("truncated pcapng dump file; tried to read 12 bytes, only "
                                        "got 6 [packet 1, byte 42]"));
  }
}

/// `count` interfaces and a packet of the last one.
Bytes many_interfaces(std::size_t count) {
  Bytes file = PcapngFile().bytes();
  const Bytes section = PcapngFile().interface(1).bytes();
  const Bytes block(section.begin() + 28, section.end());
  file.reserve(file.size() + count * block.size() + 200);
  for (std::size_t i = 0; i < count; ++i) {
    file.insert(file.end(), block.begin(), block.end());
  }
  const Bytes packet = PcapngFile().packet(1, kFrame, count - 1).bytes();
  file.insert(file.end(), packet.begin() + 28, packet.end());
  return file;
}

TEST_F(PcapngBlocks, ManyInterfacesAreReadUpToABound) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  for (const std::size_t count : {std::size_t{100'000}, kMost}) {
    const ReadCapture capture = read(many_interfaces(count));
    EXPECT_EQ(capture.end, ReadStatus::kEnd) << count;
    EXPECT_EQ(capture.packets.size(), 1u) << count;
  }
  const ReadCapture capture = read(many_interfaces(kMost + 1));
  EXPECT_EQ(capture.end, ReadStatus::kDamaged);
  EXPECT_THAT(capture.damage, HasSubstr("more than 1048576 interfaces in a section [packet 1, "));
}

// Peak memory of this process, in KiB.
long peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// What a length claims takes no memory before the bytes are there.
TEST_F(PcapngBlocks, MemoryFollowsTheBytesNotTheirClaims) {
  PcapngFile claim;
  claim.interface(231).block(0x0bad, zeros(1 << 20));  // DBUS allows blocks of 128 MiB
  Bytes bytes = claim.bytes();
  const Bytes length = FileNumbers(ByteOrder::kLittle).u32(std::size_t{128} << 20);
  std::copy(length.begin(), length.end(), bytes.begin() + 28 + 20 + 4);
  const std::string path = folder_.write("claim", bytes);
  const long before = peak_memory();
  const ReadCapture capture = read_all(*open_capture(path, {}));
  EXPECT_EQ(capture.end, ReadStatus::kDamaged);
  EXPECT_THAT(capture.damage, HasSubstr("truncated pcapng dump file; tried to read 134217720 "));
  EXPECT_LT(peak_memory() - before, 8 * 1024);
}

// libpcap has given up by then, so that the larger blocks of its link type are for nobody.
TEST_F(PcapngBlocks, AFurtherInterfaceAllowsNoLargerBlocks) {
  for (const auto& [first, second] : {std::pair{1, 231}, {231, 1}}) {
    PcapngFile claim;
    claim.interface(first).interface(second).block(0x0bad, zeros(8));
    Bytes bytes = claim.bytes();
    const Bytes length = FileNumbers(ByteOrder::kLittle).u32(std::size_t{17} << 20);
    std::copy(length.begin(), length.end(), bytes.begin() + 28 + 20 + 20 + 4);
    const ReadCapture capture = read(bytes);
    EXPECT_EQ(capture.end, ReadStatus::kDamaged);
    EXPECT_THAT(capture.damage, HasSubstr("pcapng block size 17825792 > maximum 16777216"));
  }
}

TEST_F(PcapngBlocks, AFileThatGrowsIsReadOn) {
  PcapngFile start;
  start.interface(1).packet(1, kFrame);
  const std::string path = folder_.write("growing", start.bytes());
  const auto source = open_capture(path, {});
  RawPacket packet;
  ASSERT_EQ(source->next(packet), ReadStatus::kPacket);
  const Bytes more = PcapngFile().packet(2, kFrame).bytes();
  const int descriptor = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  ASSERT_EQ(write(descriptor, more.data() + 28, more.size() - 28),
            static_cast<ssize_t>(more.size() - 28));
  close(descriptor);
  EXPECT_EQ(source->next(packet), ReadStatus::kPacket);
  EXPECT_EQ(source->next(packet), ReadStatus::kEnd);
  EXPECT_EQ(source->next(packet), ReadStatus::kEnd);
}

// Shrunk behind what was read already, it is cut.
TEST_F(PcapngBlocks, AFileThatShrinksIsDamaged) {
  Bytes file = PcapngFile().interface(1).bytes();
  const Bytes block = PcapngFile().packet(1, Bytes(60'000, 1)).bytes();
  for (int i = 0; i < 20; ++i) {
    file.insert(file.end(), block.begin() + 28, block.end());
  }
  const std::string path = folder_.write("shrinking", file);
  const auto source = open_capture(path, {});
  RawPacket packet;
  ASSERT_EQ(source->next(packet), ReadStatus::kPacket);
  ASSERT_EQ(truncate(path.c_str(), 100'000), 0);
  ReadStatus status = ReadStatus::kPacket;
  while (status == ReadStatus::kPacket) {
    status = source->next(packet);
  }
  EXPECT_EQ(status, ReadStatus::kDamaged);
  EXPECT_LT(source->packets_seen(), 10u);
}

}  // namespace
}  // namespace netml
