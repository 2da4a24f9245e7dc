// A capture file through our reader and through libpcap's, which must have the same of it
// (tests/support/reader_equality.hpp says where they may differ); then through a pipe. Input: two
// bytes, then the file.
//   byte 0    bytes of each piece in the pipe, less one; more where there would be too many pieces
//   byte 1    from 128 on: what is behind the file header (all of a pcapng file) is repeated once
//             for each above 127, so that the windows of long files are reached

#include <algorithm>
#include <string>

#include <fcntl.h>

#include "fuzz.hpp"
#include "memory_file.hpp"
#include "support/reader_equality.hpp"

namespace netml {
namespace {

using fuzz::require;
using test::Bytes;
using test::Reading;

constexpr std::size_t kLargestFile = 700'000;
// Within the reader's window: a read with less room than a piece would lose the rest of it.
constexpr std::size_t kLargestPiped = 32 << 10;

/// A pipe out of which no read gets more than one piece, and which ends behind the last one.
class PipeOfPieces {
 public:
  PipeOfPieces(std::string_view bytes, std::size_t piece) {
    // A piece takes a page of the pipe, which has 256 of them.
    constexpr int kCapacity = 1 << 20;
    constexpr std::size_t kMostPieces = 250;
    piece = std::max(piece, bytes.size() / kMostPieces + 1);
    int ends[2];
    require(pipe2(ends, O_DIRECT | O_CLOEXEC) == 0, "pipe2 works here");
    require(fcntl(ends[1], F_SETPIPE_SZ, kCapacity) >= kCapacity, "a pipe grows");
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      fuzz::write_all(ends[1], bytes.substr(at, piece));
    }
    close(ends[1]);
    descriptor_ = ends[0];
  }
  ~PipeOfPieces() { close(descriptor_); }
  PipeOfPieces(const PipeOfPieces&) = delete;
  PipeOfPieces& operator=(const PipeOfPieces&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_ = -1;
};

std::string repeated(std::string_view file, std::uint8_t number) {
  constexpr std::size_t kPcapHeader = 24;
  const std::size_t header =
      file.substr(0, 1) == "\n" ? 0 : std::min<std::size_t>(kPcapHeader, file.size());
  const std::string_view rest = file.substr(header);
  std::string whole(file);
  for (int i = 127; i < number && whole.size() + rest.size() <= kLargestFile; ++i) {
    whole += rest;
  }
  return whole;
}

void require_sound(const Reading& reading) {
  if (!reading.refusal.empty()) {
    fuzz::require_message(reading.refusal);
    return;
  }
  const test::ReadCapture& capture = reading.capture;
  require(capture.packets_seen == capture.packets.size(), "packets are counted");
  require(capture.end == ReadStatus::kEnd || capture.end == ReadStatus::kDamaged,
          "reading ends at the end or at damage");
  if (capture.end == ReadStatus::kDamaged) {
    fuzz::require_message(capture.damage);
  }
}

void require_same(const Reading& piped, const Reading& whole) {
  require(piped.refusal == whole.refusal, "a pipe is refused as a file is", piped.refusal);
  require(piped.capture.packets == whole.capture.packets, "a pipe gives the file's packets");
  require(piped.capture.end == whole.capture.end && piped.capture.damage == whole.capture.damage,
          "a pipe ends as the file does", piped.capture.damage + " | " + whole.capture.damage);
  require(piped.capture.clock_out_of_range == whole.capture.clock_out_of_range &&
              piped.capture.link_type == whole.capture.link_type,
          "a pipe has the file's link type and count of far times");
}

}  // namespace
}  // namespace netml

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netml;
  fuzz::Input input(data, size);
  const std::size_t piece = std::size_t{input.u8()} + 1;
  const std::uint8_t repetitions = input.u8();
  const std::string bytes = repeated(input.rest(), repetitions);
  const fuzz::MemoryFile file(bytes);
  const Reading ours = test::read_with(open_capture, file.path());
  require_sound(ours);
  const std::string difference = test::difference(
      ours, test::read_with(open_with_libpcap, file.path()), Bytes(bytes.begin(), bytes.end()));
  require(difference.empty(), "both readers have the same", difference);
  if (bytes.size() <= kLargestPiped) {
    const PipeOfPieces pipe(bytes, piece);
    require_same(test::read_with(open_capture, pipe.path()), ours);
  }
  return 0;
}
