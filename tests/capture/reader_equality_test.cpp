// Our reader against libpcap's: the same packets, verdict, counts, position and message for every
// file; or, where libpcap gives up on interfaces or sections that differ, the same up to there.

#include "support/reader_equality.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "netml/capture/pcap_file.hpp"
#include "netml/core/rng.hpp"

#include "support/capture_file.hpp"
#include "support/read_capture.hpp"
#include "support/reference.hpp"

namespace netml {
namespace {

using namespace test;

Bytes contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A file in memory, which has a path: hundred thousand of them take no disk.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("capture", MFD_CLOEXEC)) {
    if (descriptor_ < 0) {
      throw std::runtime_error("no file in memory");
    }
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  void hold(const Bytes& bytes) const {
    if (ftruncate(descriptor_, 0) != 0 ||
        pwrite(descriptor_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
      throw std::runtime_error("cannot write a file in memory");
    }
  }

 private:
  int descriptor_;
};

class ReaderEquality : public ::testing::Test {
 protected:
  /// Empty when both readers agree on the bytes. Counts what was seen.
  std::string disagreement(const Bytes& bytes) {
    file_.hold(bytes);
    const std::string path = file_.path();
    const Reading ours = read_with(open_capture, path);
    const Reading theirs = read_with(open_with_libpcap, path);
    ++(ours.refusal.empty() ? opened_ : refused_);
    damaged_ += ours.capture.end == ReadStatus::kDamaged ? 1 : 0;
    packets_ += ours.capture.packets.size();
    return difference(ours, theirs, bytes);
  }

  MemoryFile file_;
  std::size_t opened_ = 0;
  std::size_t refused_ = 0;
  std::size_t damaged_ = 0;
  std::size_t packets_ = 0;
};

// ---------------------------------------------------------------- samples

const Bytes kTcpFrame = ether(0x0800, ipv4(6, tcp(1, 2)));
const Bytes kUdpFrame = ether(0x0800, ipv4(17, udp(1, 2)));
constexpr std::size_t kSnaplenField = 16;

const std::vector<FilePacket>& sample_packets() {
  static const std::vector<FilePacket> kPackets = {{1'700'000'000, 999'999, kTcpFrame, 1514},
                                                   {1, 2, kUdpFrame},
                                                   {0xffffffff, 0xffffffff, kTcpFrame, 20},
                                                   {4, 0, {}, 60},
                                                   {0x80000000, 1'000'000, first(kUdpFrame, 33)}};
  return kPackets;
}

/// A capture with another version, snaplen or magic in its header.
Bytes with_field(Bytes file, std::size_t offset, const Bytes& value) {
  std::copy(value.begin(), value.end(), file.begin() + static_cast<std::ptrdiff_t>(offset));
  return file;
}

/// Kuznetzov's record headers have eight bytes more.
Bytes kuznetzov(ByteOrder order) {
  const FileNumbers number(order);
  Bytes file =
      with_field(pcap_file({}, {.order = order, .snaplen = 60}), 0, number.u32(0xa1b2cd34));
  for (const FilePacket& packet : sample_packets()) {
    const Bytes record = pcap_record(packet, {.order = order});
    file = file + first(record, 16) + zeros(8) + Bytes(record.begin() + 16, record.end());
  }
  return file;
}

std::vector<Bytes> pcap_samples() {
  std::vector<Bytes> samples;
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    const FileNumbers number(order);
    for (const Precision precision : {Precision::kMicro, Precision::kNano}) {
      samples.push_back(pcap_file(sample_packets(), {.order = order, .precision = precision}));
    }
    const Bytes plain = pcap_file(sample_packets(), {.order = order});
    for (const auto& [major, minor] : {std::pair{2, 0}, {2, 2}, {2, 3}, {543, 0}}) {
      samples.push_back(with_field(plain, 4,
                                   number.u16(static_cast<std::size_t>(major)) +
                                       number.u16(static_cast<std::size_t>(minor))));
    }
    for (const std::size_t snaplen : {0U, 1U, 40U, 262145U, 0x7fffffffU, 0x80000000U}) {
      samples.push_back(with_field(plain, kSnaplenField, number.u32(snaplen)));
    }
    for (const int link_type : {101, 106, 113, 127, 231, 249, 276, 279}) {
      samples.push_back(pcap_file(sample_packets(), {.order = order, .link_type = link_type}));
    }
    samples.push_back(kuznetzov(order));
  }
  return samples;
}

Bytes pcapng_of_many_kinds(ByteOrder order, int link_type, std::size_t snaplen) {
  PcapngFile file(order);
  const FileNumbers number(order);
  const Bytes comment = number.u16(1) + number.u16(5) + Bytes{'h', 'e', 'l', 'l', 'o', 0, 0, 0};
  const Bytes end = zeros(4);
  file.block(0x0bad, zeros(8))
      .interface(link_type, comment + file.tsresol(9) + end, snaplen)
      .interface(link_type, file.tsresol(0x80 | 20) + file.tsoffset(-7), snaplen)
      .packet(1'700'000'000'123'456'789, kTcpFrame)
      .packet(0x0123456789abcdef, kUdpFrame, 1)
      .block(5, number.u32(0) + zeros(8) + comment + end)
      .simple_packet(kUdpFrame)
      .interface(link_type, file.tsresol(3) + end, snaplen)
      .old_packet(5'001, first(kTcpFrame, 21), 2)
      .packet(0, {}, 1)
      .block(6, number.u32(0) + number.u64(0) + number.u32(2) + number.u32(900) +
                    Bytes{1, 2, 0, 0} + comment + end);
  return file.bytes();
}

std::vector<Bytes> pcapng_samples() {
  std::vector<Bytes> samples;
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    for (const auto& [link_type, snaplen] :
         {std::pair<int, std::size_t>{1, 0}, {1, 65535}, {113, 54}, {231, 0}, {1, 0x7fffffff}}) {
      samples.push_back(pcapng_of_many_kinds(order, link_type, snaplen));
    }
    const Bytes section = pcapng_of_many_kinds(order, 1, 0);
    samples.push_back(section + section);
    samples.push_back(PcapngFile(order).interface(101).packet(1, kTcpFrame).bytes());
  }
  return samples;
}

/// What libpcap gives up on.
std::vector<Bytes> mixed_samples() {
  const Bytes little = pcapng_of_many_kinds(ByteOrder::kLittle, 1, 0);
  const Bytes big = pcapng_of_many_kinds(ByteOrder::kBig, 1, 0);
  PcapngFile links;
  links.interface(1).packet(1, kTcpFrame).interface(101).packet(2, kTcpFrame, 1);
  PcapngFile snaplens;
  snaplens.interface(1).packet(1, kTcpFrame).interface(1, {}, 65535).packet(2, kTcpFrame, 1);
  return {little + big, big + little, links.bytes(), snaplens.bytes()};
}

std::vector<Bytes> samples() {
  std::vector<Bytes> all = pcap_samples();
  for (const std::vector<Bytes>& more : {pcapng_samples(), mixed_samples()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

TEST_F(ReaderEquality, Samples) {
  for (const Bytes& sample : samples()) {
    EXPECT_EQ(disagreement(sample), "");
  }
  EXPECT_EQ(refused_, 0U);
  EXPECT_GT(packets_, 150U);
}

TEST_F(ReaderEquality, EveryPrefixOfEverySample) {
  for (const Bytes& sample : samples()) {
    for (std::size_t length = 0; length <= sample.size(); ++length) {
      ASSERT_EQ(disagreement(first(sample, length)), "") << length << " of " << sample.size();
    }
  }
  EXPECT_GT(refused_, 1000U);
  EXPECT_GT(damaged_, 5000U);
}

// ---------------------------------------------------------------- headers

Bytes pcap_header(std::uint32_t magic, std::size_t version, std::size_t snaplen,
                  std::size_t link_type) {
  const FileNumbers number(ByteOrder::kLittle);
  return number.u32(magic) + number.u32(version) + zeros(8) + number.u32(snaplen) +
         number.u32(link_type);
}

TEST_F(ReaderEquality, EveryLinkTypeOfAFile) {
  std::vector<std::size_t> numbers = {0x10000001, 0x04000065, 0x03ffffff, 0xffffffff, 0x10065};
  for (std::size_t number = 0; number < 300; ++number) {
    numbers.push_back(number);
  }
  for (std::size_t number = 300; number < 65536; number += 97) {
    numbers.push_back(number);
  }
  for (const std::size_t number : numbers) {
    ASSERT_EQ(disagreement(pcap_header(0xa1b2c3d4, 0x00040002, 0, number)), "") << number;
    ASSERT_EQ(disagreement(PcapngFile().interface(static_cast<int>(number & 0xffff)).bytes()), "")
        << number;
  }
  EXPECT_EQ(refused_, 0U);
}

TEST_F(ReaderEquality, VersionsOfBothFormats) {
  for (const std::size_t major : {0U, 1U, 2U, 3U, 543U, 544U}) {
    for (std::size_t minor = 0; minor <= 6; ++minor) {
      ASSERT_EQ(disagreement(pcap_header(0xa1b2c3d4, minor << 16 | major, 0, 1)), "");
      const Bytes version =
          FileNumbers(ByteOrder::kLittle).u16(major) + FileNumbers(ByteOrder::kLittle).u16(minor);
      const Bytes section = PcapngFile().interface(1).packet(1, kTcpFrame).bytes();
      ASSERT_EQ(disagreement(with_field(section, 12, version)), "");
      ASSERT_EQ(disagreement(section + with_field(section, 12, version)), "");
      // Before the first interface no further section header is looked into.
      ASSERT_EQ(disagreement(with_field(PcapngFile().bytes() + section, 28 + 12, version)), "");
    }
  }
  EXPECT_GT(refused_, 50U);
  EXPECT_GT(opened_, 50U);
}

TEST_F(ReaderEquality, FirstSectionHeadersOfEveryLength) {
  const FileNumbers number(ByteOrder::kLittle);
  const Bytes rest = PcapngFile().interface(1).packet(1, kTcpFrame).bytes();
  for (std::size_t length = 0; length < 64; ++length) {
    const Bytes header = with_field(first(rest, 28) + zeros(64), 4, number.u32(length));
    const Bytes file =
        first(header, std::max<std::size_t>(length, 12)) + Bytes(rest.begin() + 28, rest.end());
    ASSERT_EQ(disagreement(file), "") << length;
    ASSERT_EQ(disagreement(rest + file), "") << length;
  }
  for (const std::size_t length : {std::size_t{1} << 20, (std::size_t{1} << 20) + 4}) {
    const Bytes header = with_field(first(rest, 28), 4, number.u32(length));
    ASSERT_EQ(disagreement(header + zeros(length - 28) + Bytes(rest.begin() + 28, rest.end())), "");
  }
}

TEST_F(ReaderEquality, CapturedLengthsAroundTheLimits) {
  for (const int link_type : {1, 249, 279}) {
    const std::size_t largest = link_type == 1 ? 262144U : link_type == 249 ? 1U << 20 : 8U << 20;
    for (const std::size_t snaplen : {0U, 1000U, 262143U, 262145U, 9U << 20}) {
      for (const std::size_t size : {largest - 1, largest, largest + 1}) {
        const Bytes data(size, 7);
        ASSERT_EQ(disagreement(pcap_file({{1, 2, data}, {3, 4, kTcpFrame}},
                                         {.link_type = link_type, .snaplen = snaplen})),
                  "")
            << link_type << " " << snaplen << " " << size;
        PcapngFile file;
        file.interface(link_type, {}, snaplen).packet(1, data).simple_packet(data);
        ASSERT_EQ(disagreement(file.bytes()), "") << link_type << " " << snaplen << " " << size;
      }
    }
  }
}

// A block of 16 MiB is the longest that is read, though nothing in it is of interest.
TEST_F(ReaderEquality, BlocksAroundTheLimit) {
  for (const std::size_t size : {(16U << 20) - 16, (16U << 20) - 12, (16U << 20) - 8}) {
    PcapngFile file;
    file.interface(1).block(0x0bad, zeros(size)).packet(1, kTcpFrame);
    ASSERT_EQ(disagreement(file.bytes()), "") << size;
  }
  EXPECT_EQ(damaged_, 1U);
}

TEST_F(ReaderEquality, EveryResolutionAndFarOffsets) {
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    for (unsigned resolution = 0; resolution < 256; ++resolution) {
      for (const std::int64_t offset : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
        PcapngFile file(order);
        file.interface(1,
                       file.tsresol(static_cast<std::uint8_t>(resolution)) + file.tsoffset(offset));
        for (const std::uint64_t ticks :
             {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{999'999},
              std::uint64_t{0x123456789abcdef0}, UINT64_MAX}) {
          file.packet(ticks, kTcpFrame);
        }
        ASSERT_EQ(disagreement(file.bytes()), "") << resolution << " " << offset;
      }
    }
  }
  EXPECT_GT(packets_, 1000U);
}

TEST_F(ReaderEquality, OptionListsOfInterfaces) {
  const FileNumbers number(ByteOrder::kLittle);
  const PcapngFile file;
  const Bytes end = zeros(4), resolution = file.tsresol(9), offset = file.tsoffset(3);
  const Bytes lists[] = {
      end + resolution,                                       // after the end: not looked at
      resolution + resolution + end,                          // twice
      offset + offset,                                        //
      number.u16(9) + number.u16(0) + end,                    // lengths that do not fit
      number.u16(9) + number.u16(2) + zeros(4),               //
      number.u16(14) + number.u16(7) + zeros(8),              //
      number.u16(0) + number.u16(4) + zeros(4),               //
      number.u16(2) + number.u16(0xffff),                     // beyond the block
      number.u16(2) + number.u16(5) + zeros(4),               //
      zeros(2),                                               // half an option header
      number.u16(0x8000) + number.u16(3) + zeros(4) + offset  // unknown
  };
  for (const Bytes& list : lists) {
    PcapngFile first_interface, second_interface;
    first_interface.interface(1, list).packet(1, kTcpFrame);
    second_interface.interface(1).packet(1, kTcpFrame).interface(1, list).packet(1, kTcpFrame, 1);
    ASSERT_EQ(disagreement(first_interface.bytes()), "") << (&list - lists);
    ASSERT_EQ(disagreement(second_interface.bytes()), "") << (&list - lists);
  }
  EXPECT_GT(refused_, 5U);
  EXPECT_GT(damaged_, 5U);
}

// ---------------------------------------------------------------- mutants

/// Where the records or blocks of a sound capture begin, its end included.
std::vector<std::size_t> record_starts(const Bytes& file) {
  const bool is_big = is_big_endian(file);
  const bool is_pcapng = file[0] == 0x0a;
  const bool is_kuznetzov = u32_at(file, 0, is_big) == 0xa1b2cd34;
  std::vector<std::size_t> starts = {is_pcapng ? 0U : 24U};
  while (starts.back() + 16 <= file.size()) {
    const std::size_t size =
        is_pcapng ? u32_at(file, starts.back() + 4, is_big)
                  : u32_at(file, starts.back() + 8, is_big) + (is_kuznetzov ? 24U : 16U);
    if (size == 0 || starts.back() + size > file.size()) {
      break;
    }
    starts.push_back(starts.back() + size);
  }
  return starts;
}

/// Damages captures as transfers, crashes and enemies do.
class Mutator {
 public:
  explicit Mutator(std::vector<Bytes> samples) : samples_(std::move(samples)) {
    for (const Bytes& sample : samples_) {
      starts_.push_back(record_starts(sample));
    }
  }

  Bytes mutant(Rng& rng) const {
    const std::size_t which = rng.below(samples_.size());
    Bytes bytes = samples_[which];
    for (std::uint64_t left = 1 + rng.below(3); left != 0; --left) {
      switch (rng.below(5)) {
        case 0:
          flip(bytes, rng);
          break;
        case 1:
        case 2:
          lie(bytes, starts_[which], rng);
          break;
        case 3:
          splice(bytes, starts_[which], rng);
          break;
        default:
          bytes.resize(rng.below(3) == 0 ? rng.below(bytes.size() + 1) : bytes.size());
      }
    }
    return bytes;
  }

 private:
  static void flip(Bytes& bytes, Rng& rng) {
    for (std::uint64_t left = 1 + rng.below(4); left != 0 && !bytes.empty(); --left) {
      const std::size_t reach =
          rng.below(3) == 0 ? bytes.size() : std::min<std::size_t>(96, bytes.size());
      bytes[rng.below(reach)] ^= static_cast<std::uint8_t>(1U << rng.below(8));
    }
  }

  /// A number that does not fit, mostly in the header of a record.
  static void lie(Bytes& bytes, const std::vector<std::size_t>& starts, Rng& rng) {
    constexpr std::uint32_t kNumbers[] = {
        0,      1,      2,      3,        4,        6,          8,          9,          11,
        12,     14,     16,     20,       28,       32,         60,         64,         100,
        0xffff, 262144, 262145, 0x100000, 16777216, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff};
    const std::size_t place = starts[rng.below(starts.size())] + rng.below(12) * 4;
    std::uint32_t value = kNumbers[rng.below(std::size(kNumbers))];
    value = rng.below(4) == 0 ? static_cast<std::uint32_t>(rng.below(400)) : value;
    const std::size_t size = rng.below(3) == 0 ? 2 : 4;
    const bool is_big = is_big_endian(bytes);
    for (std::size_t i = 0; i < size && place + i < bytes.size(); ++i) {
      bytes[place + i] = static_cast<std::uint8_t>(value >> 8 * (is_big ? size - 1 - i : i));
    }
  }

  /// Records left out, doubled, or taken from another capture; or bytes from anywhere.
  void splice(Bytes& bytes, const std::vector<std::size_t>& starts, Rng& rng) const {
    const std::size_t other = rng.below(samples_.size());
    const auto place = [&](const Bytes& of, const std::vector<std::size_t>& at) {
      const std::size_t offset =
          rng.below(4) == 0 ? rng.below(of.size() + 1) : at[rng.below(at.size())];
      return static_cast<std::ptrdiff_t>(std::min(offset, of.size()));
    };
    const std::ptrdiff_t cut = place(bytes, starts);
    const std::ptrdiff_t from = place(samples_[other], starts_[other]);
    Bytes whole(bytes.begin(), bytes.begin() + cut);
    whole.insert(whole.end(), samples_[other].begin() + from, samples_[other].end());
    if (rng.below(2) == 0) {
      whole.insert(whole.end(), bytes.begin() + cut, bytes.end());
    }
    bytes = std::move(whole);
  }

  std::vector<Bytes> samples_;
  std::vector<std::vector<std::size_t>> starts_;
};

constexpr int kMutants = 40'000;

TEST_F(ReaderEquality, Mutants) {
  const Mutator mutator(samples());
  for (int i = 0; i < kMutants; ++i) {
    Rng rng(derive_seed(20'240'801, static_cast<std::uint64_t>(i)));
    const Bytes mutant = mutator.mutant(rng);
    ASSERT_EQ(disagreement(mutant), "") << "mutant " << i;
  }
  EXPECT_GT(opened_, 20'000U);
  EXPECT_GT(refused_, 2'000U);
  EXPECT_GT(damaged_, 10'000U);
  EXPECT_GT(packets_, 100'000U);
}

// ---------------------------------------------------------------- pipes and windows

/// A pipe that is fed `step` bytes at a time. With O_DIRECT no read gets more of them at once (and
/// one with less room loses the rest).
class FedPipe {
 public:
  FedPipe(Bytes bytes, std::size_t step, int flags) {
    if (pipe2(ends_, flags | O_CLOEXEC) != 0) {
      throw std::runtime_error("no pipe");
    }
    writer_ = std::thread([descriptor = ends_[1], step, content = std::move(bytes)] {
      for (std::size_t at = 0; at < content.size(); at += step) {
        const std::size_t size = std::min(step, content.size() - at);
        if (write(descriptor, content.data() + at, size) != static_cast<ssize_t>(size)) {
          break;  // the reader has gone
        }
      }
      close(descriptor);
    });
  }
  ~FedPipe() {
    close(ends_[0]);
    writer_.join();
  }
  FedPipe(const FedPipe&) = delete;
  FedPipe& operator=(const FedPipe&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(ends_[0]); }

 private:
  int ends_[2];
  std::thread writer_;
};

TEST_F(ReaderEquality, PipesOfAnyGranularity) {
  signal(SIGPIPE, SIG_IGN);
  for (const Bytes& sample : samples()) {
    for (const std::size_t step : {1U, 7U, 61U}) {
      for (const Bytes& bytes : {sample, first(sample, sample.size() - 3)}) {
        file_.hold(bytes);
        const Reading expected = read_with(open_capture, file_.path());
        const FedPipe pipe(bytes, step, O_DIRECT);
        const Reading piped = read_with(open_capture, pipe.path());
        ASSERT_EQ(piped.refusal, expected.refusal);
        ASSERT_EQ(piped.capture.packets, expected.capture.packets) << step;
        ASSERT_EQ(piped.capture.damage, expected.capture.damage) << step;
        ASSERT_EQ(piped.capture.end, expected.capture.end) << step;
      }
    }
  }
}

// Records of all lengths over every kind of border of the window, some longer than it.
TEST_F(ReaderEquality, CapturesOfManyWindows) {
  Rng rng(7);
  for (const bool is_pcapng : {false, true}) {
    Bytes file = is_pcapng ? PcapngFile().interface(1).bytes() : pcap_file({});
    for (int i = 0; i < 3000; ++i) {
      const std::size_t size = i % 500 == 77 ? 262'144 - rng.below(20)
                               : i % 3 == 0  ? rng.below(5)
                                             : rng.below(2000);
      const Bytes data(size, static_cast<std::uint8_t>(rng.bits()));
      const Bytes record = is_pcapng
                               ? PcapngFile().packet(static_cast<std::uint64_t>(i), data).bytes()
                               : pcap_record({static_cast<std::uint32_t>(i), 1, data});
      file.insert(file.end(), record.begin() + (is_pcapng ? 28 : 0), record.end());
    }
    ASSERT_EQ(disagreement(file), "");
    const Reading whole = read_with(open_capture, file_.path());
    ASSERT_EQ(whole.capture.packets.size(), 3000U);
    for (const std::size_t step : {997U, 4096U}) {
      const FedPipe pipe(file, step, 0);
      const Reading piped = read_with(open_capture, pipe.path());
      EXPECT_EQ(piped.capture.end, ReadStatus::kEnd);
      EXPECT_TRUE(piped.capture.packets == whole.capture.packets) << step;
    }
  }
}

// ---------------------------------------------------------------- files

bool is_capture_name(const std::filesystem::path& path) {
  const std::string extension = path.extension();
  return extension == ".pcap" || extension == ".pcapng" || extension == ".cap";
}

TEST_F(ReaderEquality, CapturesOfTheReferenceMaterial) {
  NETML_NEEDS_REFERENCE("corpus/captures");
  std::vector<std::filesystem::path> files;
  for (const char* folder : {"corpus/captures", "reference"}) {
    const bool is_corpus = std::string_view(folder) != "reference";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(reference(folder))) {
      // In the corpus every file counts: some captures there have no extension.
      if (entry.is_regular_file() && (is_corpus || is_capture_name(entry.path()))) {
        files.push_back(entry.path());
      }
    }
  }
  for (const std::filesystem::path& file : files) {
    const Bytes bytes = contents(file);
    const Reading ours = read_with(open_capture, file);
    EXPECT_EQ(difference(ours, read_with(open_with_libpcap, file), bytes), "") << file;
    packets_ += ours.capture.packets.size();
  }
  EXPECT_GT(files.size(), 200U);
  EXPECT_GT(packets_, 100'000U);
}

TEST_F(ReaderEquality, MutantsOfTheReferenceMaterial) {
  NETML_NEEDS_REFERENCE("corpus/captures");
  std::vector<Bytes> small;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(reference("corpus/captures"))) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // the folder's own order is not the same everywhere
  for (const std::filesystem::path& file : files) {
    const std::uintmax_t size = std::filesystem::file_size(file);
    if (is_capture_name(file) && size >= 60 && size <= 6000) {
      small.push_back(contents(file));
    }
  }
  ASSERT_GT(small.size(), 50U);
  const Mutator mutator(small);
  for (int i = 0; i < kMutants / 2; ++i) {
    Rng rng(derive_seed(20'240'802, static_cast<std::uint64_t>(i)));
    ASSERT_EQ(disagreement(mutator.mutant(rng)), "") << "mutant " << i;
  }
}

}  // namespace
}  // namespace netml
