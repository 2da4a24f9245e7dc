#include "netml/capture/pcap_file.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstring>
#include <exception>
#include <utility>

#include <fcntl.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kIdleAfter = std::chrono::milliseconds(250);
constexpr std::size_t kReadBuffer = std::size_t{256} << 10;
constexpr std::int64_t kSecond = 1'000'000'000;

// Bytes of a file descriptor behind a FILE*, so that libpcap reads through us: the first bytes can
// be looked at before it does, the position is known on a pipe too, and a quiet pipe is noticed.
class ByteSource {
  /// Closes what it opened: not standard input.
  struct Descriptor {
    int number = -1;
    bool is_ours = false;

    Descriptor() = default;
    ~Descriptor() {
      if (is_ours && number >= 0) {
        close(number);
      }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
  };

 public:
  ByteSource(const std::string& path, std::function<void()> on_idle)
      : path_(path), on_idle_(std::move(on_idle)) {
    open_descriptor();
    struct stat status {};
    if (fstat(descriptor_.number, &status) != 0) {
      refuse(std::strerror(errno));
    }
    if (S_ISDIR(status.st_mode) || S_ISSOCK(status.st_mode) || S_ISBLK(status.st_mode)) {
      refuse(S_ISDIR(status.st_mode) ? "is a directory" : "is neither a file nor a pipe");
    }
    waits_ = S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode);
    peek();
    rethrow();
  }
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  std::string_view first_bytes() const {
    return {reinterpret_cast<const char*>(first_.data()), first_count_};
  }

  // The caller owns the FILE; this object must outlive it.
  FILE* open_stream() {
    FILE* stream = waits_ ? open_cookie() : open_plain();
    if (stream == nullptr) {
      refuse(std::strerror(errno));
    }
    setvbuf(stream, nullptr, _IOFBF, kReadBuffer);
    return stream;
  }

  // What stopped the last read short: an exception of on_idle, or an errno.
  void rethrow() {
    if (exception_) {
      std::rethrow_exception(std::exchange(exception_, nullptr));
    }
  }
  int read_error() const { return read_error_; }

 private:
  // A regular file never makes us wait, and the library's own buffering is faster than a cookie's.
  FILE* open_plain() {
    if (lseek(descriptor_.number, -static_cast<off_t>(first_count_), SEEK_CUR) < 0) {
      return nullptr;
    }
    const int copy = fcntl(descriptor_.number, F_DUPFD_CLOEXEC, 0);
    return copy < 0 ? nullptr : fdopen(copy, "r");
  }

  FILE* open_cookie() {
    cookie_io_functions_t functions{};
    functions.read = [](void* self, char* buffer, std::size_t size) {
      return static_cast<ByteSource*>(self)->read(buffer, size);
    };
    functions.seek = [](void* self, off64_t* offset, int whence) {
      // Only "where am I" is answered.
      if (whence != SEEK_CUR || *offset != 0) {
        errno = ESPIPE;
        return -1;
      }
      *offset = static_cast<off64_t>(static_cast<ByteSource*>(self)->delivered_);
      return 0;
    };
    return fopencookie(this, "r", functions);
  }

  [[noreturn]] void refuse(const std::string& reason) const {
    throw InputError((path_ == "-" ? "standard input" : printable(path_)) + ": " + reason);
  }

  void open_descriptor() {
    if (path_ == "-") {
      descriptor_.number = STDIN_FILENO;
      return;
    }
    descriptor_.is_ours = true;
    do {
      descriptor_.number = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    } while (descriptor_.number < 0 && errno == EINTR && interrupt::pending() == 0);
    if (descriptor_.number < 0) {
      refuse(std::string("cannot open: ") + std::strerror(errno));
    }
  }

  void peek() {
    while (first_count_ < first_.size()) {
      const ssize_t count = read_some(first_.data() + first_count_, first_.size() - first_count_);
      if (count < 0) {
        refuse(std::string("cannot read: ") + std::strerror(errno));
      }
      if (count == 0) {
        break;
      }
      first_count_ += static_cast<std::size_t>(count);
    }
  }

  ssize_t read(char* buffer, std::size_t size) {
    if (exception_) {
      return 0;
    }
    if (first_given_ < first_count_) {
      const std::size_t count = std::min(size, first_count_ - first_given_);
      std::memcpy(buffer, first_.data() + first_given_, count);
      first_given_ += count;
      delivered_ += count;
      return static_cast<ssize_t>(count);
    }
    const ssize_t count = read_some(reinterpret_cast<std::uint8_t*>(buffer), size);
    if (count < 0) {
      read_error_ = errno;
      return -1;
    }
    delivered_ += static_cast<std::uint64_t>(count);
    return count;
  }

  // 0 at the end, when interrupted, and after on_idle has thrown.
  ssize_t read_some(std::uint8_t* buffer, std::size_t size) {
    while (interrupt::pending() == 0) {
      if (waits_ && !wait()) {
        return 0;
      }
      const ssize_t count = ::read(descriptor_.number, buffer, size);
      if (count >= 0 || errno != EINTR) {
        return count;
      }
    }
    return 0;
  }

  // Waits for the pipe, calling on_idle every 250 ms. False when on_idle threw or a signal came.
  bool wait() {
    while (interrupt::pending() == 0) {
      pollfd descriptor{descriptor_.number, POLLIN, 0};
      const int ready = poll(&descriptor, 1, static_cast<int>(kIdleAfter.count()));
      const auto now = Clock::now();
      if (on_idle_ && now - last_idle_ >= kIdleAfter) {
        last_idle_ = now;
        try {
          on_idle_();
        } catch (...) {
          // Must not pass through the C code that called us.
          exception_ = std::current_exception();
          return false;
        }
      }
      if (ready != 0 && !(ready < 0 && errno == EINTR)) {
        return true;
      }
    }
    return false;
  }

  std::string path_;
  std::function<void()> on_idle_;
  Descriptor descriptor_;
  bool waits_ = false;
  std::array<std::uint8_t, 8> first_{};
  std::size_t first_count_ = 0;
  std::size_t first_given_ = 0;
  std::uint64_t delivered_ = 0;
  int read_error_ = 0;
  Clock::time_point last_idle_ = Clock::now();
  std::exception_ptr exception_;
};

std::string_view compression(std::string_view first) {
  const auto starts = [&](std::string_view magic) {
    return first.substr(0, magic.size()) == magic;
  };
  if (starts("\x1f\x8b")) {
    return "gzip";
  }
  if (starts(std::string_view("\xfd"
                              "7zX"))) {
    return "xz";
  }
  if (starts("\x28\xb5\x2f\xfd")) {
    return "zstd";
  }
  return starts("BZh") ? "bzip2" : "";
}

bool has_nanosecond_magic(std::string_view first) {
  return first.substr(0, 4) == "\x4d\x3c\xb2\xa1" || first.substr(0, 4) == "\xa1\xb2\x3c\x4d";
}

class PcapFile final : public PacketSource {
 public:
  PcapFile(const std::string& path, const CaptureOptions& options)
      : name_(path == "-" ? "standard input" : printable(path)), bytes_(path, options.on_idle) {
    check_magic();
    char message[PCAP_ERRBUF_SIZE] = "";
    stream_ = bytes_.open_stream();
    handle_ =
        pcap_fopen_offline_with_tstamp_precision(stream_, PCAP_TSTAMP_PRECISION_NANO, message);
    if (handle_ == nullptr) {
      fclose(stream_);
      bytes_.rethrow();
      throw InputError(name_ + ": " + printable(message));
    }
    // Only classic pcap has 32-bit seconds, which libpcap before 1.10.5 reads as signed.
    const int version = pcap_major_version(handle_);
    is_classic_ = version == 2 || version == 543;
    subsecond_unit_ = has_nanosecond_magic(bytes_.first_bytes()) ? 1 : 1000;
    compile(options.filter);
  }

  ~PcapFile() override {
    if (has_filter_) {
      pcap_freecode(&filter_);
    }
    if (handle_ != nullptr) {
      pcap_close(handle_);
    }
  }

  ReadStatus next(RawPacket& packet) override {
    pcap_pkthdr* header = nullptr;
    const u_char* data = nullptr;
    while (true) {
      if (interrupt::pending() != 0) {
        return ReadStatus::kInterrupted;
      }
      const int result = pcap_next_ex(handle_, &header, &data);
      if (result != 1) {
        bytes_.rethrow();
        return interrupt::pending() != 0 ? ReadStatus::kInterrupted : end_of_input(result);
      }
      ++packets_seen_;
      if (!has_filter_ || pcap_offline_filter(&filter_, header, data) != 0) {
        break;
      }
    }
    fill(*header, data, packet);
    return ReadStatus::kPacket;
  }

  int link_type() const noexcept override { return pcap_datalink(handle_); }
  std::string damage() const override { return damage_; }
  std::uint64_t packets_seen() const noexcept override { return packets_seen_; }
  std::uint64_t clock_out_of_range() const noexcept override { return clock_out_of_range_; }

 private:
  void check_magic() const {
    const std::string_view first = bytes_.first_bytes();
    if (first.empty()) {
      throw InputError(name_ + ": empty; not a capture");
    }
    const std::string_view format = compression(first);
    if (!format.empty()) {
      throw InputError(name_ + ": compressed with " + std::string(format) + ": pipe it in, e.g. " +
                       std::string(format) + " -dc FILE | netml ... -");
    }
  }

  void compile(const std::string& expression) {
    if (expression.empty()) {
      return;
    }
    constexpr bpf_u_int32 kNetmask = 0xffffff00;
    if (pcap_compile(handle_, &filter_, expression.c_str(), 1, kNetmask) != 0) {
      const std::string reason = printable(pcap_geterr(handle_));
      pcap_close(handle_);
      handle_ = nullptr;
      throw UsageError("--bpf '" + printable(expression) + "': " + reason);
    }
    has_filter_ = true;
  }

  ReadStatus end_of_input(int result) {
    if (result == PCAP_ERROR_BREAK) {
      // libpcap takes a read that fails between two records for the end.
      if (bytes_.read_error() == 0) {
        return ReadStatus::kEnd;
      }
      damage_ = std::strerror(bytes_.read_error());
    } else {
      damage_ = printable(pcap_geterr(handle_));
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
    packet.link_type = pcap_datalink(handle_);
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

  std::string name_;
  ByteSource bytes_;
  FILE* stream_ = nullptr;  // closed by pcap_close
  pcap_t* handle_ = nullptr;
  bpf_program filter_{};
  bool has_filter_ = false;
  bool is_classic_ = false;
  std::int64_t subsecond_unit_ = 1000;
  std::uint64_t packets_seen_ = 0;
  std::uint64_t clock_out_of_range_ = 0;
  std::string damage_;
};

}  // namespace

std::unique_ptr<PacketSource> open_capture(const std::string& path, const CaptureOptions& options) {
  return std::make_unique<PcapFile>(path, options);
}

std::string link_type_name(int link_type) {
  const char* name = pcap_datalink_val_to_name(link_type);
  return name == nullptr ? "unknown" : name;
}

}  // namespace netml
