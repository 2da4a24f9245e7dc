#include "netml/core/spool_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netml/core/error.hpp"
#include "netml/core/output_file.hpp"
#include "netml/core/text_format.hpp"

#include "file_calls.hpp"

namespace netml {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;

// Not every file system has files without names: there one loses its name as soon as it has it.
int open_unnamed(const std::string& path) {
  constexpr mode_t kOurs = S_IRUSR | S_IWUSR;
  const std::string target = resolve_links(path);
  int descriptor = retry_open(directory_of(target).c_str(), O_TMPFILE | O_RDWR, kOurs);
  if (descriptor < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
    const std::string name = temporary_name(target);
    descriptor = retry_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, kOurs);
    if (descriptor >= 0) {
      unlink(name.c_str());
    }
  }
  return descriptor;
}

}  // namespace

SpoolFile::~SpoolFile() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

void SpoolFile::fail(int error_number) const {
  throw OutputError(printable(path_) + ": cannot write: " + reason(error_number));
}

void SpoolFile::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) {
    flush();
  }
  buffer_ += bytes;
}

void SpoolFile::flush() {
  if (descriptor_ < 0) {
    descriptor_ = open_unnamed(path_);
    if (descriptor_ < 0) {
      fail(errno);
    }
  }
  for (std::string_view rest = buffer_; !rest.empty();) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      fail(errno);
    }
  }
  buffer_.clear();
}

void SpoolFile::begin_reading() {
  position_ = 0;
  if (descriptor_ >= 0) {
    flush();
    file_offset_ = 0;
  }
}

void SpoolFile::fill() {
  buffer_.resize(kBufferBytes);
  position_ = 0;
  ssize_t count = -1;
  do {
    count = pread(descriptor_, buffer_.data(), buffer_.size(), static_cast<off_t>(file_offset_));
  } while (count < 0 && errno == EINTR);
  if (count <= 0) {
    throw OutputError(printable(path_) + ": cannot read back what waited beside it: " +
                      reason(count < 0 ? errno : EIO));
  }
  buffer_.resize(static_cast<std::size_t>(count));
  file_offset_ += static_cast<std::uint64_t>(count);
}

void SpoolFile::read(char* bytes, std::size_t count) {
  while (count > 0) {
    if (position_ == buffer_.size()) {
      fill();
    }
    const std::size_t some = std::min(count, buffer_.size() - position_);
    std::memcpy(bytes, buffer_.data() + position_, some);
    position_ += some;
    bytes += some;
    count -= some;
  }
}

}  // namespace netml
