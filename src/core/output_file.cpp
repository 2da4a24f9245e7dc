#include "netml/core/output_file.hpp"

#include <cerrno>
#include <climits>
#include <memory>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/progress.hpp"
#include "netml/core/text_format.hpp"

#include "file_calls.hpp"

namespace netml {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
// Rows come in slices; larger ones cost more to copy than to hand to the kernel by themselves.
constexpr std::size_t kMostCopiedRows = std::size_t{32} << 10;

[[noreturn]] void refuse(const std::string& path, int error_number) {
  throw OutputError((path == "-" ? "standard output" : printable(path)) +
                    ": cannot write: " + reason(error_number));
}

}  // namespace

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string temporary_name(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  std::uint64_t random = 0;
  if (getrandom(&random, sizeof random, 0) != static_cast<ssize_t>(sizeof random)) {
    random = static_cast<std::uint64_t>(getpid());
  }
  // The name stays within NAME_MAX however long the final one is.
  return path.substr(0, name) + "." + path.substr(name, 200) + "." + std::to_string(getpid()) +
         "." + std::to_string(random) + ".tmp";
}

// A name that is a symbolic link to a regular file keeps being one: the file it points to is
// replaced, or made.
std::string resolve_links(const std::string& path) {
  constexpr int kMostLinks = 40;  // as the kernel follows
  std::string name = path;
  for (int links = 0; links < kMostLinks; ++links) {
    const std::unique_ptr<char, decltype(&free)> real(realpath(name.c_str(), nullptr), &free);
    if (real) {
      return real.get();
    }
    char target[PATH_MAX];
    const ssize_t length = readlink(name.c_str(), target, sizeof target);
    if (length <= 0 || length == static_cast<ssize_t>(sizeof target)) {
      break;
    }
    const std::string next(target, static_cast<std::size_t>(length));
    name = next.front() == '/' ? next : directory_of(name) + "/" + next;
  }
  return name;
}

std::string place_of(const std::string& path) {
  const std::string target = resolve_links(path);
  const std::string folder = directory_of(target);
  const std::unique_ptr<char, decltype(&free)> real(realpath(folder.c_str(), nullptr), &free);
  std::string place = real ? real.get() : folder;
  return place.append("/").append(base_name(target));
}

// Once the delegate has returned, the destructor cleans up after whatever throws here.
OutputFile::OutputFile(const std::string& path, FileMode mode, Reader reader)
    : OutputFile(path, reader) {
  if (path.empty()) {
    throw UsageError("the name of an output file is empty");
  }
  buffer_.reserve(kBufferBytes);
  struct stat status {};
  const bool is_there = path != "-" && stat(path.c_str(), &status) == 0;
  if (path == "-") {
    descriptor_ = STDOUT_FILENO;
  } else if (is_there && !S_ISREG(status.st_mode)) {
    if (S_ISDIR(status.st_mode)) {
      fail(EISDIR);
    }
    descriptor_ =
        S_ISFIFO(status.st_mode) ? open_fifo(path.c_str()) : retry_open(path.c_str(), O_WRONLY, 0);
    owned_ = true;
  } else {
    const auto of_new = static_cast<mode_t>(mode);
    open_temporary(is_there ? of_new & status.st_mode : of_new);
  }
  if (descriptor_ < 0 || fstat(descriptor_, &status) != 0) {
    fail(errno);
  }
  const bool is_terminal = isatty(descriptor_) == 1;
  if (is_terminal) {
    progress::board.has_data_on_terminal = true;
  }
  followed_ = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || is_terminal;
}

void OutputFile::open_temporary(mode_t mode) {
  const std::string target = resolve_links(path_);
  if (base_name(target).size() > NAME_MAX) {
    fail(ENAMETOOLONG);  // at once: the temporary name would be short enough
  }
  temporary_ = temporary_name(target);
  descriptor_ = retry_open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL, mode);
  owned_ = true;
  if (descriptor_ < 0) {
    const int error_number = errno;
    temporary_.clear();
    fail(error_number);
  }
  interrupt::remember_temporary(temporary_.c_str());
}

OutputFile::~OutputFile() {
  if (owned_ && descriptor_ >= 0) {
    close(descriptor_);
  }
  if (directory_ >= 0) {
    close(directory_);
  }
  if (!temporary_.empty()) {
    unlink(temporary_.c_str());
    interrupt::forget_temporary(temporary_.c_str());
  }
}

void OutputFile::write(std::string_view bytes) {
  size_ += bytes.size();
  const bool is_large =
      bytes.size() >= (reader_ == Reader::kMayLeave ? kMostCopiedRows : kBufferBytes);
  if (is_large || buffer_.size() + bytes.size() > kBufferBytes) {
    flush();
  }
  if (is_large) {
    write_all(bytes);
  } else {
    buffer_ += bytes;
  }
}

void OutputFile::flush() {
  write_all(buffer_);
  buffer_.clear();
}

void OutputFile::write_all(std::string_view bytes) {
  while (!bytes.empty() && !has_lost_reader_) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0) {
      if (wants_retry(descriptor_)) {
        continue;
      }
      if (errno == EPIPE && reader_ == Reader::kMayMiss) {
        has_lost_reader_ = true;
        return;
      }
      fail(errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void OutputFile::write_at(std::size_t offset, std::string_view bytes) {
  flush();
  while (!bytes.empty()) {
    const ssize_t written =
        pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      fail(errno);
    }
    offset += static_cast<std::size_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void OutputFile::prepare() {
  flush();
  if (temporary_.empty() || directory_ >= 0) {
    return;
  }
  if (fsync(descriptor_) != 0) {
    fail(errno);
  }
  close_descriptor();
  // Opened while the old file is still there: without it the new one could not be made durable.
  target_ = resolve_links(path_);
  directory_ = retry_open(directory_of(target_).c_str(), O_RDONLY | O_DIRECTORY, 0);
  if (directory_ < 0) {
    fail(errno);
  }
}

void OutputFile::commit() {
  prepare();
  if (temporary_.empty()) {
    if (owned_ && descriptor_ >= 0) {
      close_descriptor();
    }
    return;
  }
  if (rename(temporary_.c_str(), target_.c_str()) != 0) {
    fail(errno);
  }
  interrupt::forget_temporary(temporary_.c_str());
  temporary_.clear();
  // Some file systems cannot sync a directory; the rename itself has been done.
  if (fsync(directory_) != 0 && errno != EINVAL && errno != ENOTSUP) {
    fail(errno);
  }
}

void OutputFile::close_descriptor() {
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (close(descriptor) != 0 && errno != EINTR) {
    fail(errno);
  }
}

void OutputFile::fail(int error_number) const {
  if (error_number == EPIPE && reader_ == Reader::kMayLeave) {
    throw BrokenPipe{};
  }
  refuse(path_, error_number);
}

void check_output(const std::string& path) {
  struct stat status {};
  if (path.empty() || path == "-") {
    return;
  }
  const bool is_there = stat(path.c_str(), &status) == 0;
  if (!is_there || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) {
    const OutputFile attempt(path);  // the temporary file goes again
  } else if (access(path.c_str(), W_OK) != 0) {
    refuse(path, errno);
  }
}

void write_file(const std::string& path, std::string_view bytes, FileMode mode) {
  OutputFile file(path, mode);
  file.write(bytes);
  file.commit();
}

}  // namespace netml
