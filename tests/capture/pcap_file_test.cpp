#include "netml/capture/pcap_file.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "netml/core/error.hpp"

#include "support/capture_file.hpp"
#include "support/read_capture.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;
using ::testing::HasSubstr;

constexpr std::int64_t kSecond = 1'000'000'000;

const Bytes kTcpFrame = ether(0x0800, ipv4(6, tcp(1, 2)));
const Bytes kUdpFrame = ether(0x0800, ipv4(17, udp(1, 2)));

CaptureOptions filtered(const std::string& filter) {
  CaptureOptions options;
  options.filter = filter;
  return options;
}

CaptureOptions on_idle(std::function<bool()> action) {
  CaptureOptions options;
  options.on_idle = std::move(action);
  return options;
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator folder("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(folder), end(folder)));
}

class PcapFile : public ::testing::Test {
 protected:
  ReadCapture read(const Bytes& content, const CaptureOptions& options = {}) const {
    return read_all(*open_capture(folder_.write("capture", content), options));
  }
  /// The message of the InputError.
  std::string refusal(const std::string& path) const {
    try {
      open_capture(path, {});
    } catch (const InputError& error) {
      return error.what();
    }
    return "no InputError";
  }
  std::string refusal(const Bytes& content) const { return refusal(folder_.write("bad", content)); }
  std::string fifo() const {
    std::string path = folder_.path("fifo");
    if (mkfifo(path.c_str(), 0600) != 0) {
      throw std::runtime_error("cannot make " + path);
    }
    return path;
  }

  TempFolder folder_;
};

/// Writes into a FIFO on a thread of its own.
class Writer {
 public:
  Writer(const std::string& path, std::function<void(int)> write)
      : thread_([path, body = std::move(write)] {
          const int descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
          body(descriptor);
          close(descriptor);
        }) {}
  ~Writer() { thread_.join(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

 private:
  std::thread thread_;
};

void put(int descriptor, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(descriptor, bytes.data(), bytes.size());
    if (count <= 0) {
      return;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

TEST_F(PcapFile, TimesAreNanosecondsInBothOrdersAndPrecisions) {
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    for (const auto& [precision, unit] : {std::pair{Precision::kMicro, std::int64_t{1000}},
                                          std::pair{Precision::kNano, std::int64_t{1}}}) {
      const ReadCapture capture = read(pcap_file({{1'700'000'000, 123'456, kTcpFrame, 100}},
                                                 {.order = order, .precision = precision}));
      ASSERT_EQ(capture.packets.size(), 1u);
      const ReadPacket& packet = capture.packets[0];
      EXPECT_EQ(packet.ts_ns, 1'700'000'000 * kSecond + 123'456 * unit);
      EXPECT_EQ(packet.seconds, 1'700'000'000);
      EXPECT_EQ(packet.subsecond_ns, 123'456 * unit);
      EXPECT_EQ(packet.wire_length, 100u);
      EXPECT_EQ(packet.link_type, dlt::kEthernet);
      EXPECT_EQ(packet.bytes, kTcpFrame);
      EXPECT_EQ(capture.end, ReadStatus::kEnd);
      EXPECT_EQ(capture.packets_seen, 1u);
      EXPECT_EQ(capture.clock_out_of_range, 0u);
    }
  }
}

TEST_F(PcapFile, PcapngResolutionIsThatOfTheInterface) {
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    struct {
      std::uint8_t resolution;
      std::uint64_t ticks;
      std::int64_t ns;
    } const cases[] = {{6, 5'000'001, 5'000'001'000},
                       {9, 5'000'000'001, 5'000'000'001},
                       {3, 5'001, 5'001'000'000},
                       {0, 5, 5'000'000'000},
                       {0x80 | 10, 5 * 1024 + 512, 5'500'000'000}};
    for (const auto& expected : cases) {
      PcapngFile file(order);
      file.interface(1, file.tsresol(expected.resolution)).packet(expected.ticks, kTcpFrame);
      const ReadCapture capture = read(file.bytes());
      ASSERT_EQ(capture.packets.size(), 1u) << int{expected.resolution};
      EXPECT_EQ(capture.packets[0].ts_ns, expected.ns) << int{expected.resolution};
      EXPECT_EQ(capture.end, ReadStatus::kEnd);
    }
  }
}

TEST_F(PcapFile, PcapngWithoutResolutionIsInMicroseconds) {
  const ReadCapture capture =
      read(PcapngFile().interface(1).packet(7'000'009, kTcpFrame).simple_packet(kUdpFrame).bytes());
  ASSERT_EQ(capture.packets.size(), 2u);
  EXPECT_EQ(capture.packets[0].ts_ns, 7'000'009'000);
  EXPECT_EQ(capture.packets[1].ts_ns, 0);
  EXPECT_EQ(capture.packets[1].bytes, kUdpFrame);
}

TEST_F(PcapFile, SecondsBeyond2038ArePositive) {
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    const ReadCapture capture = read(pcap_file(
        {{0x80000000, 1, kTcpFrame}, {0xffffffff, 999'999, kTcpFrame}}, {.order = order}));
    ASSERT_EQ(capture.packets.size(), 2u);
    EXPECT_EQ(capture.packets[0].ts_ns, 0x80000000 * kSecond + 1000);
    EXPECT_EQ(capture.packets[1].ts_ns, 0xffffffff * kSecond + 999'999'000);
    EXPECT_EQ(capture.clock_out_of_range, 0u);
  }
}

TEST_F(PcapFile, SubsecondOfASecondOrMoreIsCarried) {
  const ReadCapture micro =
      read(pcap_file({{10, 2'500'000, kTcpFrame}, {10, 0xffffffff, kTcpFrame}}));
  ASSERT_EQ(micro.packets.size(), 2u);
  EXPECT_EQ(micro.packets[0].ts_ns, 12 * kSecond + kSecond / 2);
  EXPECT_EQ(micro.packets[1].ts_ns, 10 * kSecond + 0xffffffff * std::int64_t{1000});
  const ReadCapture nano =
      read(pcap_file({{10, 1'000'000'001, kTcpFrame}, {10, 0xffffffff, kTcpFrame}},
                     {.precision = Precision::kNano}));
  ASSERT_EQ(nano.packets.size(), 2u);
  EXPECT_EQ(nano.packets[0].ts_ns, 11 * kSecond + 1);
  EXPECT_EQ(nano.packets[1].ts_ns, 10 * kSecond + 0xffffffff);
}

TEST_F(PcapFile, TimesBeyondTheRangeSaturateAndAreCounted) {
  constexpr std::int64_t kFar = std::int64_t{1} << 40;
  for (const auto& [offset, expected] :
       {std::pair{kFar, std::numeric_limits<std::int64_t>::max()},
        std::pair{-kFar, std::numeric_limits<std::int64_t>::min()}}) {
    PcapngFile file;
    file.interface(1, file.tsoffset(offset)).packet(1, kTcpFrame).packet(2, kTcpFrame);
    const ReadCapture capture = read(file.bytes());
    ASSERT_EQ(capture.packets.size(), 2u);
    EXPECT_EQ(capture.packets[0].ts_ns, expected);
    EXPECT_EQ(capture.clock_out_of_range, 2u);
  }
}

TEST_F(PcapFile, NegativePcapngTimesStayNegative) {
  PcapngFile file;
  file.interface(1, file.tsoffset(-100)).packet(1'000'001, kTcpFrame);
  const ReadCapture capture = read(file.bytes());
  ASSERT_EQ(capture.packets.size(), 1u);
  EXPECT_EQ(capture.packets[0].ts_ns, -99 * kSecond + 1000);
  EXPECT_EQ(capture.clock_out_of_range, 0u);
}

TEST_F(PcapFile, MoreCapturedThanOnTheWireIsPassedOn) {
  const ReadCapture capture = read(pcap_file({{1, 0, kTcpFrame, 20}}));
  ASSERT_EQ(capture.packets.size(), 1u);
  EXPECT_EQ(capture.packets[0].wire_length, 20u);
  EXPECT_EQ(capture.packets[0].bytes.size(), 54u);
}

TEST_F(PcapFile, PacketsWithoutBytesAreRead) {
  const ReadCapture capture = read(pcap_file({{1, 0, {}, 60}, {2, 0, {}}, {3, 0, kTcpFrame}}));
  ASSERT_EQ(capture.packets.size(), 3u);
  EXPECT_TRUE(capture.packets[0].bytes.empty());
  EXPECT_EQ(capture.packets[0].wire_length, 60u);
  EXPECT_EQ(capture.end, ReadStatus::kEnd);
}

TEST_F(PcapFile, HeaderAloneEndsAtOnce) {
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    const ReadCapture capture = read(pcap_file({}, {.order = order, .link_type = 113}));
    EXPECT_TRUE(capture.packets.empty());
    EXPECT_EQ(capture.end, ReadStatus::kEnd);
    EXPECT_EQ(capture.link_type, 113);
  }
}

// 24 bytes of file header, then 16 bytes before the 54 of each packet.
TEST_F(PcapFile, EveryPrefixEndsCleanlyOrIsDamaged) {
  const Bytes whole = pcap_file({{1, 0, kTcpFrame}, {2, 0, kTcpFrame}});
  for (std::size_t length = 24; length <= whole.size(); ++length) {
    const ReadCapture capture = read(first(whole, length));
    const std::size_t packets = (length - 24) / 70;
    ASSERT_EQ(capture.packets.size(), packets) << length;
    if ((length - 24) % 70 == 0) {
      EXPECT_EQ(capture.end, ReadStatus::kEnd) << length;
    } else {
      EXPECT_EQ(capture.end, ReadStatus::kDamaged) << length;
      EXPECT_THAT(capture.damage, HasSubstr(" [packet " + std::to_string(packets + 1) + ", byte " +
                                            std::to_string(length) + "]"));
    }
  }
  for (std::size_t length = 0; length < 24; ++length) {
    EXPECT_THAT(refusal(first(whole, length)), HasSubstr("bad: ")) << length;
  }
}

TEST_F(PcapFile, DamageInAPcapngIsLocated) {
  const PcapngFile good = PcapngFile().interface(1).packet(1, kTcpFrame);
  PcapngFile two = good;
  two.packet(2, kTcpFrame);
  const ReadCapture capture = read(first(two.bytes(), two.bytes().size() - 10));
  EXPECT_EQ(capture.packets.size(), 1u);
  EXPECT_EQ(capture.end, ReadStatus::kDamaged);
  EXPECT_THAT(capture.damage, HasSubstr("[packet 2, byte "));
}

TEST_F(PcapFile, ImpossibleCapturedLengthIsDamage) {
  Bytes file = pcap_file({{1, 0, kTcpFrame}, {2, 0, kTcpFrame}});
  const std::size_t length_field = 24 + 70 + 8;
  std::fill_n(file.begin() + length_field, 4, std::uint8_t{0xff});
  const ReadCapture capture = read(file);
  EXPECT_EQ(capture.packets.size(), 1u);
  EXPECT_EQ(capture.end, ReadStatus::kDamaged);
  EXPECT_THAT(capture.damage, HasSubstr("[packet 2, byte 110]"));
}

TEST_F(PcapFile, DamageStaysDamage) {
  const auto source =
      open_capture(folder_.write("cut", first(pcap_file({{1, 0, kTcpFrame}}), 50)), {});
  RawPacket packet;
  EXPECT_EQ(source->next(packet), ReadStatus::kDamaged);
  EXPECT_NE(source->next(packet), ReadStatus::kPacket);
}

TEST_F(PcapFile, WhatCannotBeOpenedIsNamed) {
  const std::string absent = folder_.path("absent.pcap");
  EXPECT_EQ(refusal(absent), absent + ": cannot open: No such file or directory");
  EXPECT_EQ(refusal(folder_.path("")), folder_.path("") + ": is a directory");
  EXPECT_EQ(refusal("/proc/self/mem"), "/proc/self/mem: cannot read: Input/output error");
  EXPECT_THAT(refusal(Bytes{}), HasSubstr("bad: empty; not a capture"));
  EXPECT_THAT(refusal(Bytes{'h', 'e', 'l', 'l', 'o', ' ', 'w', 'o', 'r', 'l', 'd', '\n'}),
              HasSubstr("bad: "));
}

TEST_F(PcapFile, UnreadableFileIsNamed) {
  if (geteuid() == 0) {
    GTEST_SKIP() << "root reads everything";
  }
  const std::string path = folder_.write("secret", pcap_file({}));
  chmod(path.c_str(), 0);
  EXPECT_EQ(refusal(path), path + ": cannot open: Permission denied");
}

TEST_F(PcapFile, SocketIsRefused) {
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const std::string path = folder_.path("socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_THAT(refusal(path), HasSubstr("socket: "));
  close(descriptor);
}

TEST_F(PcapFile, CompressedFilesSayHowToReadThem) {
  const std::pair<const char*, Bytes> formats[] = {
      {"gzip", {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3}},
      {"xz", {0xfd, '7', 'z', 'X', 'Z', 0, 0, 4}},
      {"zstd", {0x28, 0xb5, 0x2f, 0xfd, 4, 0, 1, 0}},
      {"bzip2", {'B', 'Z', 'h', '9', '1', 'A', 'Y'}},
  };
  for (const auto& [name, magic] : formats) {
    EXPECT_EQ(refusal(magic), folder_.path("bad") + ": compressed with " + name +
                                  ": pipe it in, e.g. " + name + " -dc FILE | netml ... -");
  }
}

TEST_F(PcapFile, ControlCharactersOfAPathAreNotPrinted) {
  const std::string message = refusal(folder_.path("a\x1b[2J\nb"));
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST_F(PcapFile, FilterLeavesNoTraceOfOtherPackets) {
  const Bytes file = pcap_file({{1, 0, kTcpFrame}, {2, 0, kUdpFrame}, {3, 0, kTcpFrame}});
  const ReadCapture capture = read(file, filtered("udp"));
  ASSERT_EQ(capture.packets.size(), 1u);
  EXPECT_EQ(capture.packets[0].ts_ns, 2 * kSecond);
  EXPECT_EQ(capture.packets_seen, 3u);
  EXPECT_EQ(read(file, filtered("port 99")).end, ReadStatus::kEnd);
}

TEST_F(PcapFile, FilteredPacketsDoNotCountAsOutOfRange) {
  PcapngFile file;
  file.interface(1, file.tsoffset(std::int64_t{1} << 40)).packet(1, kTcpFrame);
  EXPECT_EQ(read(file.bytes(), filtered("udp")).clock_out_of_range, 0u);
}

TEST_F(PcapFile, FilterThatDoesNotCompileIsAUsageError) {
  const std::string path = folder_.write("capture", pcap_file({{1, 0, kTcpFrame}}));
  try {
    open_capture(path, filtered("not a filter"));
    FAIL() << "no UsageError";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--bpf 'not a filter': "));
  }
}

TEST_F(PcapFile, LinkTypeIsRefusedBeforeItsFilter) {
  CaptureOptions options = filtered("ip");
  options.supports = [](int link_type) { return link_type == 1; };
  const std::string path = folder_.write("capture", pcap_file({}, {.link_type = 195}));
  try {
    open_capture(path, options);
    FAIL() << "no InputError";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 (path + ": link type 195 (IEEE802_15_4_WITHFCS) is not supported").c_str());
  }
}

TEST_F(PcapFile, FilterOfEveryRawLinkType) {
  const Bytes udp_packet = ipv4(17, udp(1, 2)), tcp_packet = ipv4(6, tcp(1, 2));
  for (const int link_type : {12, 14, 101}) {
    const Bytes file =
        pcap_file({{1, 0, tcp_packet}, {2, 0, udp_packet}}, {.link_type = link_type});
    const ReadCapture capture = read(file, filtered("udp"));
    ASSERT_EQ(capture.packets.size(), 1u) << link_type;
    EXPECT_EQ(capture.packets[0].ts_ns, 2 * kSecond);
  }
}

TEST_F(PcapFile, FifoFedOneByteAtATime) {
  const std::string path = fifo();
  const Bytes file = pcap_file({{1, 0, kTcpFrame}, {2, 0, kUdpFrame}});
  const Writer writer(path, [&](int descriptor) {
    for (const std::uint8_t& byte : file) {
      put(descriptor, {&byte, 1});
      std::this_thread::yield();
    }
  });
  const ReadCapture capture = read_all(*open_capture(path, {}));
  ASSERT_EQ(capture.packets.size(), 2u);
  EXPECT_EQ(capture.packets[1].bytes, kUdpFrame);
  EXPECT_EQ(capture.end, ReadStatus::kEnd);
}

/// Standard input is `path` while this lives.
class StandardInput {
 public:
  explicit StandardInput(const std::string& path) : saved_(dup(STDIN_FILENO)) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    dup2(descriptor, STDIN_FILENO);
    close(descriptor);
  }
  ~StandardInput() {
    dup2(saved_, STDIN_FILENO);
    close(saved_);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

 private:
  int saved_;
};

TEST_F(PcapFile, StandardInputIsReadAndLeftOpen) {
  const StandardInput input(folder_.write("capture", pcap_file({{1, 0, kTcpFrame}})));
  const ReadCapture capture = read_all(*open_capture("-", {}));
  EXPECT_EQ(capture.packets.size(), 1u);
  EXPECT_EQ(capture.end, ReadStatus::kEnd);
  EXPECT_NE(fcntl(STDIN_FILENO, F_GETFD), -1);
}

TEST_F(PcapFile, StandardInputIsNamedInMessages) {
  const StandardInput input(folder_.write("empty", ""));
  EXPECT_EQ(refusal("-"), "standard input: empty; not a capture");
}

TEST_F(PcapFile, DamageOnAFifoHasAPosition) {
  const std::string path = fifo();
  const Bytes file = first(pcap_file({{1, 0, kTcpFrame}, {2, 0, kTcpFrame}}), 24 + 70 + 30);
  const Writer writer(path, [&](int descriptor) { put(descriptor, file); });
  const ReadCapture capture = read_all(*open_capture(path, {}));
  EXPECT_EQ(capture.packets.size(), 1u);
  EXPECT_THAT(capture.damage, HasSubstr("[packet 2, byte 124]"));
}

TEST_F(PcapFile, QuietPipeCallsOnIdle) {
  const std::string path = fifo();
  const Bytes file = pcap_file({{1, 0, kTcpFrame}, {2, 0, kTcpFrame}});
  const Writer writer(path, [&](int descriptor) {
    put(descriptor, std::span(file).first(24 + 70));
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    put(descriptor, std::span(file).subspan(24 + 70));
  });
  int calls = 0;
  const ReadCapture capture = read_all(*open_capture(path, on_idle([&] { return ++calls != 0; })));
  EXPECT_EQ(capture.packets.size(), 2u);
  // Four in 1.1 s; a busy machine may miss some.
  EXPECT_GE(calls, 2);
  EXPECT_LE(calls, 5);
}

// In the middle of a record, which is no damage then.
TEST_F(PcapFile, OnIdleThatHasEnoughEndsTheCapture) {
  const std::string path = fifo();
  const Bytes file = pcap_file({{1, 0, kTcpFrame}, {2, 0, kTcpFrame}});
  for (const auto open : {open_capture, open_with_libpcap}) {
    const Writer writer(path, [&](int descriptor) {
      put(descriptor, std::span(file).first(file.size() - 5));
      std::this_thread::sleep_for(std::chrono::milliseconds(600));
    });
    int calls = 0;
    const auto source = open(path, on_idle([&] { return ++calls == 0; }));
    RawPacket packet;
    EXPECT_EQ(source->next(packet), ReadStatus::kPacket);
    EXPECT_EQ(source->next(packet), ReadStatus::kEnd);
    EXPECT_EQ(source->next(packet), ReadStatus::kEnd);
    EXPECT_EQ(calls, 1);
  }
}

struct Stop : std::runtime_error {
  Stop() : std::runtime_error("stop") {}
};

TEST_F(PcapFile, ExceptionOfOnIdleComesOutOfNext) {
  const std::string path = fifo();
  const Bytes file = pcap_file({{1, 0, kTcpFrame}});
  const std::size_t before = open_descriptors();
  {
    const Writer writer(path, [&](int descriptor) {
      put(descriptor, file);
      std::this_thread::sleep_for(std::chrono::milliseconds(600));
    });
    const auto source = open_capture(path, on_idle([]() -> bool { throw Stop(); }));
    RawPacket packet;
    EXPECT_EQ(source->next(packet), ReadStatus::kPacket);
    EXPECT_THROW(source->next(packet), Stop);
    EXPECT_NE(source->next(packet), ReadStatus::kPacket);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(PcapFile, ExceptionOfOnIdleBeforeTheFirstByteIsNotLost) {
  const std::string path = fifo();
  for (const std::size_t given : {0U, 3U, 12U}) {
    const Writer writer(path, [&](int descriptor) {
      put(descriptor, first(pcap_file({}), given));
      std::this_thread::sleep_for(std::chrono::milliseconds(600));
    });
    EXPECT_THROW(open_capture(path, on_idle([]() -> bool { throw Stop(); })), Stop) << given;
  }
}

TEST_F(PcapFile, NoDescriptorIsLeftOpen) {
  const std::string good = folder_.write("good", pcap_file({{1, 0, kTcpFrame}}));
  const std::string cut = folder_.write("cut", first(pcap_file({{1, 0, kTcpFrame}}), 50));
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 5; ++i) {
    read_all(*open_capture(good, filtered("tcp")));
    read_all(*open_capture(cut, {}));
    refusal(folder_.path(""));
    refusal(Bytes{});
    refusal(Bytes{0x1f, 0x8b, 8, 0});
    refusal(zeros(100));
    EXPECT_THROW(open_capture(good, filtered("(((")), UsageError);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(PcapFile, UnsupportedLinkTypeIsNamedNotRefused) {
  EXPECT_EQ(read(pcap_file({}, {.link_type = 195})).link_type, 195);
  EXPECT_EQ(link_type_name(195), "IEEE802_15_4_WITHFCS");
  EXPECT_EQ(link_type_name(1), "EN10MB");
  EXPECT_EQ(link_type_name(60000), "unknown");
}

TEST_F(PcapFile, CorpusReadsAsItsManifestSays) {
  const std::filesystem::path corpus = std::filesystem::path(NETML_REFERENCE_DIR) / "corpus";
  std::ifstream manifest(corpus / "MANIFEST.csv");
  if (!manifest) {
    GTEST_SKIP() << "no captures in " << corpus;
  }
  int files = 0;
  for (std::string line; std::getline(manifest, line);) {
    std::vector<std::string> cells(1);
    bool is_quoted = false;
    for (const char character : line) {
      if (character == '"') {
        is_quoted = !is_quoted;
      } else if (character == ',' && !is_quoted) {
        cells.emplace_back();
      } else {
        cells.back() += character;
      }
    }
    if (cells.size() < 11 || cells[1] != "capture") {
      continue;
    }
    ++files;
    const std::string& expected = cells[9];
    const bool may_differ = !cells[10].empty() || expected == "any";
    try {
      const ReadCapture capture = read_all(*open_capture((corpus / cells[0]).string(), {}));
      if (expected == "ok") {
        EXPECT_TRUE(may_differ || capture.end == ReadStatus::kEnd) << cells[0];
        EXPECT_EQ(std::to_string(capture.packets.size()), cells[7]) << cells[0];
      } else if (expected == "truncated") {
        EXPECT_TRUE(may_differ || capture.end == ReadStatus::kDamaged) << cells[0];
      }
    } catch (const InputError& error) {
      EXPECT_TRUE(may_differ || expected == "error") << error.what();
    }
  }
  EXPECT_GT(files, 100);
}

}  // namespace
}  // namespace netml
