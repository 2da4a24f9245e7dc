// Runs a command and writes what it cost as one line to a file:
//   user seconds, system seconds, wall seconds, largest resident set in KiB
// The exit code is the command's (128 + signal if one ended it). This program is small, so that
// what a child inherits before exec cannot hide the command's own largest resident set.

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: measure RESULT-FILE COMMAND [ARGUMENT...]\n", stderr);
    return 2;
  }
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    execvp(argv[2], argv + 2);
    std::fprintf(stderr, "measure: %s: %s\n", argv[2], std::strerror(errno));
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  pid_t ended = -1;
  if (child > 0) {
    do {
      ended = wait4(child, &status, 0, &usage);
    } while (ended < 0 && errno == EINTR);
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  if (ended < 0) {
    std::perror("measure");
    return 1;
  }
  std::FILE* result = std::fopen(argv[1], "w");
  if (result == nullptr) {
    std::perror(argv[1]);
    return 1;
  }
  std::fprintf(result, "%.6f %.6f %.6f %ld\n", seconds(usage.ru_utime), seconds(usage.ru_stime),
               wall.count(), usage.ru_maxrss);
  if (std::fclose(result) != 0) {
    std::perror(argv[1]);
    return 1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
