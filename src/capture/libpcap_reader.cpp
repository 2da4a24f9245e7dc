#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <pcap/pcap.h>
#include <unistd.h>

#include "netml/capture/pcap_file.hpp"
#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/progress.hpp"
#include "netml/core/text_format.hpp"

#include "byte_source.hpp"
#include "first_bytes.hpp"

namespace netml {
namespace {

constexpr std::size_t kReadBuffer = std::size_t{256} << 10;
constexpr std::uint64_t kPacketsPerReport = 4096;
constexpr std::int64_t kSecond = 1'000'000'000;

// A ByteSource behind a FILE*, so that libpcap reads through us: the first bytes can be looked at
// before it does, the position is known on a pipe too, and a quiet pipe is noticed.
class ByteStream {
 public:
  ByteStream(const std::string& path, const std::function<bool()>& on_idle)
      : source_(path, on_idle) {
    std::size_t got = 1;
    while (first_count_ < first_.size() && got != 0) {
      got = source_.read(std::span(first_).subspan(first_count_));
      first_count_ += got;
    }
    check_first_bytes(source_, first_bytes());
  }
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  const ByteSource& source() const { return source_; }
  std::string_view first_bytes() const {
    return {reinterpret_cast<const char*>(first_.data()), first_count_};
  }

  // The caller owns the FILE; this object must outlive it.
  FILE* open() {
    FILE* stream = source_.waits() ? open_cookie() : open_plain();
    if (stream == nullptr) {
      source_.refuse(std::strerror(errno));
    }
    setvbuf(stream, nullptr, _IOFBF, kReadBuffer);
    return stream;
  }

  // What on_idle threw in the last read.
  void rethrow() {
    if (exception_) {
      std::rethrow_exception(std::exchange(exception_, nullptr));
    }
  }

 private:
  // A regular file never makes us wait, and the library's own buffering is faster than a cookie's.
  FILE* open_plain() {
    if (lseek(source_.descriptor(), -static_cast<off_t>(first_count_), SEEK_CUR) < 0) {
      return nullptr;
    }
    const int copy = fcntl(source_.descriptor(), F_DUPFD_CLOEXEC, 0);
    return copy < 0 ? nullptr : fdopen(copy, "r");
  }

  FILE* open_cookie() {
    cookie_io_functions_t functions{};
    functions.read = [](void* self, char* buffer, std::size_t size) {
      return static_cast<ByteStream*>(self)->read(buffer, size);
    };
    functions.seek = [](void* self, off64_t* offset, int whence) {
      // Only "where am I" is answered.
      if (whence != SEEK_CUR || *offset != 0) {
        errno = ESPIPE;
        return -1;
      }
      *offset = static_cast<off64_t>(static_cast<ByteStream*>(self)->delivered_);
      return 0;
    };
    return fopencookie(this, "r", functions);
  }

  ssize_t read(char* buffer, std::size_t size) {
    if (exception_) {
      return 0;
    }
    std::size_t count = std::min(size, first_count_ - first_given_);
    if (count != 0) {
      std::memcpy(buffer, first_.data() + first_given_, count);
      first_given_ += count;
    } else {
      try {
        count = source_.read({reinterpret_cast<std::uint8_t*>(buffer), size});
      } catch (...) {
        // Must not pass through the C code that called us.
        exception_ = std::current_exception();
      }
      if (source_.error() != 0) {
        errno = source_.error();
        return -1;
      }
    }
    delivered_ += count;
    return static_cast<ssize_t>(count);
  }

  ByteSource source_;
  std::array<std::uint8_t, kFirstBytes> first_{};
  std::size_t first_count_ = 0;
  std::size_t first_given_ = 0;
  std::uint64_t delivered_ = 0;
  std::exception_ptr exception_;
};

bool has_nanosecond_magic(std::string_view first) {
  return first.substr(0, 4) == "\x4d\x3c\xb2\xa1" || first.substr(0, 4) == "\xa1\xb2\x3c\x4d";
}

// RAW as OpenBSD numbers it, which the compiler of filters does not know.
constexpr int kRawOfOpenBsd = 14;

struct ClosePcap {
  void operator()(pcap_t* handle) const noexcept { pcap_close(handle); }
};
using PcapHandle = std::unique_ptr<pcap_t, ClosePcap>;

struct FreeProgram {
  void operator()(bpf_program* program) const noexcept {
    pcap_freecode(program);
    delete program;
  }
};
using FilterProgram = std::unique_ptr<bpf_program, FreeProgram>;

class LibpcapReader final : public PacketSource {
 public:
  LibpcapReader(const std::string& path, const CaptureOptions& options)
      : bytes_(path, options.on_idle) {
    char message[PCAP_ERRBUF_SIZE] = "";
    stream_ = bytes_.open();
    handle_.reset(
        pcap_fopen_offline_with_tstamp_precision(stream_, PCAP_TSTAMP_PRECISION_NANO, message));
    if (!handle_) {
      fclose(stream_);
      bytes_.rethrow();
      bytes_.source().refuse(printable(message));
    }
    // Only classic pcap has 32-bit seconds, which libpcap before 1.10.5 reads as signed.
    const int version = pcap_major_version(handle_.get());
    is_classic_ = version == 2 || version == 543;
    subsecond_unit_ = has_nanosecond_magic(bytes_.first_bytes()) ? 1 : 1000;
    if (!options.filter.empty()) {
      if (options.supports && !options.supports(link_type())) {
        bytes_.source().refuse(unsupported_link_type(link_type()));
      }
      filter_ = compile(options.filter);
    }
  }

  ReadStatus next(RawPacket& packet) override {
    pcap_pkthdr* header = nullptr;
    const u_char* data = nullptr;
    while (true) {
      if (interrupt::pending() != 0) {
        return ReadStatus::kInterrupted;
      }
      const int result = pcap_next_ex(handle_.get(), &header, &data);
      if (result != 1) {
        bytes_.rethrow();
        return interrupt::pending() != 0 ? ReadStatus::kInterrupted : end_of_input(result);
      }
      if (++packets_seen_ % kPacketsPerReport == 0) {
        report_position();
      }
      if (!filter_ || pcap_offline_filter(filter_.get(), header, data) != 0) {
        break;
      }
    }
    fill(*header, data, packet);
    return ReadStatus::kPacket;
  }

  int link_type() const noexcept override { return pcap_datalink(handle_.get()); }
  std::string damage() const override { return damage_; }
  std::uint64_t packets_seen() const noexcept override { return packets_seen_; }
  std::uint64_t clock_out_of_range() const noexcept override { return clock_out_of_range_; }

 private:
  FilterProgram compile(const std::string& expression) {
    constexpr bpf_u_int32 kNetmask = 0xffffff00;
    pcap_t* handle = handle_.get();
    PcapHandle raw;
    if (link_type() == kRawOfOpenBsd) {
      raw.reset(pcap_open_dead(DLT_RAW, pcap_snapshot(handle)));
      if (!raw) {
        throw std::bad_alloc();
      }
      handle = raw.get();
    }
    FilterProgram program(new bpf_program{});
    if (pcap_compile(handle, program.get(), expression.c_str(), 1, kNetmask) != 0) {
      throw UsageError("--bpf '" + printable(expression) + "': " + printable(pcap_geterr(handle)));
    }
    return program;
  }

  // What the library reads past us.
  void report_position() {
    const off_t offset = bytes_.source().waits() ? 0 : ftello(stream_);
    if (offset > reported_) {
      progress::board.bytes += static_cast<std::uint64_t>(offset - reported_);
      reported_ = offset;
    }
  }

  ReadStatus end_of_input(int result) {
    if (bytes_.source().is_stopped()) {
      return ReadStatus::kEnd;
    }
    if (result == PCAP_ERROR_BREAK) {
      // libpcap takes a read that fails between two records for the end.
      if (bytes_.source().error() == 0) {
        return ReadStatus::kEnd;
      }
      damage_ = std::strerror(bytes_.source().error());
    } else {
      damage_ = printable(pcap_geterr(handle_.get()));
    }
    damage_ += " [packet " + std::to_string(packets_seen_ + 1);
    const off_t offset = ftello(stream_);
    damage_ += offset < 0 ? "]" : ", byte " + std::to_string(offset) + "]";
    return ReadStatus::kDamaged;
  }

  void fill(const pcap_pkthdr& header, const u_char* data, RawPacket& packet) {
    packet.seconds = header.ts.tv_sec;
    packet.subsecond_ns = header.ts.tv_usec;
    packet.wire_length = header.len;
    packet.bytes = {data, data == nullptr ? 0U : header.caplen};
    packet.link_type = pcap_datalink(handle_.get());
    std::int64_t seconds = packet.seconds;
    std::int64_t subsecond = packet.subsecond_ns;
    if (is_classic_) {
      constexpr std::int64_t kTwoTo32 = std::int64_t{1} << 32;
      seconds += seconds < 0 ? kTwoTo32 : 0;
      subsecond += subsecond < 0 ? kTwoTo32 * subsecond_unit_ : 0;
    }
    std::int64_t ns = 0;
    if (__builtin_mul_overflow(seconds, kSecond, &ns) ||
        __builtin_add_overflow(ns, subsecond, &ns)) {
      ns = seconds < 0 ? INT64_MIN : INT64_MAX;
      ++clock_out_of_range_;
    }
    packet.ts_ns = ns;
  }

  ByteStream bytes_;
  FILE* stream_ = nullptr;  // closed by pcap_close
  PcapHandle handle_;
  FilterProgram filter_;  ///< null: none
  bool is_classic_ = false;
  std::int64_t subsecond_unit_ = 1000;
  std::uint64_t packets_seen_ = 0;
  off_t reported_ = 0;  ///< to the progress meter
  std::uint64_t clock_out_of_range_ = 0;
  std::string damage_;
};

}  // namespace

std::unique_ptr<PacketSource> open_with_libpcap(const std::string& path,
                                                const CaptureOptions& options) {
  return std::make_unique<LibpcapReader>(path, options);
}

}  // namespace netml
