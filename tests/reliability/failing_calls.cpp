// A library for LD_PRELOAD that lets one system call of a program fail, or kills the program there.
//
//   NETML_FAIL=CALL:N:HOW     the N-th call (from 1) of CALL ends as HOW says
//   NETML_FAIL_MARK=FILE      is made, with what was hit in it, when that call has come
//
// CALL: open fstat read write pwrite fsync close rename. An open counts whatever it is
// for. HOW: the name of an error (ENOSPC EIO EINTR EACCES EMFILE), SHORT (half of the bytes are
// moved, at least one) or KILL (SIGKILL before the call is made). A close that fails has closed, as
// on Linux. Calls that the C library makes inside itself, stdio's for one, are out of reach.

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

enum class How { kError, kShort, kKill };

struct Plan {
  char call[16] = "";
  long number = 0;
  How how = How::kError;
  int error = 0;
};

int error_named(std::string_view name) {
  constexpr struct {
    std::string_view name;
    int value;
  } kErrors[] = {
      {"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EINTR", EINTR}, {"EACCES", EACCES}, {"EMFILE", EMFILE}};
  for (const auto& error : kErrors) {
    if (error.name == name) {
      return error.value;
    }
  }
  return 0;
}

Plan read_plan() {
  Plan plan;
  const char* text = std::getenv("NETML_FAIL");
  char how[16] = "";
  if (text == nullptr) {
    return plan;
  }
  if (std::sscanf(text, "%15[a-z]:%ld:%15[A-Z]", plan.call, &plan.number, how) != 3) {
    plan.number = -1;
  }
  const std::string_view name(how);
  plan.how = name == "SHORT" ? How::kShort : name == "KILL" ? How::kKill : How::kError;
  plan.error = error_named(name);
  if (plan.number < 1 || (plan.how == How::kError && plan.error == 0)) {
    std::fprintf(stderr, "failing_calls: bad NETML_FAIL '%s'\n", text);
    _exit(99);
  }
  return plan;
}

const Plan& plan() {
  static const Plan kPlan = read_plan();
  return kPlan;
}

// Says what was hit, with nothing that is watched here.
void mark(const char* call, int descriptor) {
  const char* path = std::getenv("NETML_FAIL_MARK");
  if (path == nullptr) {
    return;
  }
  const long file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  struct stat status {};
  const bool is_folder =
      descriptor >= 0 && fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode);
  char text[64];
  const int size =
      std::snprintf(text, sizeof text, "%s%s\n", call, is_folder ? " of a folder" : "");
  syscall(SYS_write, file, text, size);
  syscall(SYS_close, file);
}

// True when this is the call that is to fail.
bool is_hit(const char* call, int descriptor = -1) {
  static std::atomic<long> seen{0};
  if (plan().number == 0 || std::strcmp(plan().call, call) != 0 || ++seen != plan().number) {
    return false;
  }
  mark(call, descriptor);
  if (plan().how == How::kKill) {
    kill(getpid(), SIGKILL);
  }
  return true;
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

int failed() {
  errno = plan().error;
  return -1;
}

// What moving `size` bytes comes to: fails, or is done by `move` with all of them or a part.
template <typename Move>
ssize_t moved(const char* call, int descriptor, size_t size, Move move) {
  if (!is_hit(call, descriptor)) {
    return move(size);
  }
  return plan().how == How::kShort ? move(size > 1 ? size / 2 : size) : failed();
}

int opened(const char* path, int flags, mode_t mode) {
  static const auto kOpen = next<int (*)(const char*, int, ...)>("open");
  return is_hit("open") && plan().how == How::kError ? failed() : kOpen(path, flags, mode);
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 ? static_cast<mode_t>(va_arg(arguments, int)) : mode_t{0};
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(path, flags, mode);
}

int fstat(int descriptor, struct stat* status) noexcept {
  static const auto kStat = next<int (*)(int, struct stat*)>("fstat");
  return is_hit("fstat", -1) ? failed() : kStat(descriptor, status);
}

int fstat64(int descriptor, struct stat64* status) noexcept {
  static const auto kStat = next<int (*)(int, struct stat64*)>("fstat64");
  return is_hit("fstat", -1) ? failed() : kStat(descriptor, status);
}

ssize_t read(int descriptor, void* bytes, size_t size) {
  static const auto kRead = next<ssize_t (*)(int, void*, size_t)>("read");
  return moved("read", descriptor, size, [&](size_t n) { return kRead(descriptor, bytes, n); });
}

ssize_t write(int descriptor, const void* bytes, size_t size) {
  static const auto kWrite = next<ssize_t (*)(int, const void*, size_t)>("write");
  return moved("write", descriptor, size, [&](size_t n) { return kWrite(descriptor, bytes, n); });
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  static const auto kWrite = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return moved("pwrite", descriptor, size,
               [&](size_t n) { return kWrite(descriptor, bytes, n, offset); });
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t offset) {
  return pwrite(descriptor, bytes, size, offset);
}

int fsync(int descriptor) {
  static const auto kSync = next<int (*)(int)>("fsync");
  return is_hit("fsync", descriptor) ? failed() : kSync(descriptor);
}

// SQLite's way to do the same.
int fdatasync(int descriptor) {
  static const auto kSync = next<int (*)(int)>("fdatasync");
  return is_hit("fsync", descriptor) ? failed() : kSync(descriptor);
}

int close(int descriptor) {
  static const auto kClose = next<int (*)(int)>("close");
  const bool fails = is_hit("close", descriptor);
  const int result = kClose(descriptor);
  return fails ? failed() : result;
}

int rename(const char* from, const char* to) noexcept {
  static const auto kRename = next<int (*)(const char*, const char*)>("rename");
  return is_hit("rename") ? failed() : kRename(from, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
  static const auto kRename =
      next<int (*)(int, const char*, int, const char*, unsigned)>("renameat2");
  return is_hit("rename") ? failed() : kRename(from_folder, from, to_folder, to, flags);
}

}  // extern "C"
