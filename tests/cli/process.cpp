#include "support/process.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace netml::test {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    // The child starts as from a shell, whatever this test ignores.
    sigset_t defaults;
    sigemptyset(&defaults);
    for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGXFSZ}) {
      sigaddset(&defaults, number);
    }
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    for (const int descriptor : theirs_) {
      close(descriptor);
    }
  }

  // Our end of a pipe to the child's descriptor, or -1 when it is a file.
  int connect(int descriptor, const std::string& path) {
    if (!path.empty()) {
      const int flags = descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC;
      posix_spawn_file_actions_addopen(&actions, descriptor, path.c_str(), flags, 0644);
      return -1;
    }
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
      throw std::runtime_error("pipe2 failed");
    }
    const int theirs = ends[descriptor == STDIN_FILENO ? 0 : 1];
    const int ours = ends[descriptor == STDIN_FILENO ? 1 : 0];
    posix_spawn_file_actions_adddup2(&actions, theirs, descriptor);
    theirs_.push_back(theirs);
    fcntl(ours, F_SETFL, O_NONBLOCK);
    return ours;
  }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

 private:
  std::vector<int> theirs_;
};

void close_once(int& descriptor) {
  if (descriptor >= 0) {
    close(descriptor);
    descriptor = -1;
  }
}

// False at the end of the stream.
bool collect(int descriptor, std::string& text) {
  char block[1 << 16];
  while (true) {
    const ssize_t count = read(descriptor, block, sizeof block);
    if (count > 0) {
      text.append(block, static_cast<std::size_t>(count));
    } else if (count < 0 && errno == EINTR) {
      continue;
    } else {
      return count < 0 && errno == EAGAIN;
    }
  }
}

}  // namespace

std::chrono::seconds run_limit() {
  return std::chrono::seconds(60);
}

Process::Process(const std::vector<std::string>& command, const Streams& streams)
    : deadline_(Clock::now() + run_limit()) {
  signal(SIGPIPE, SIG_IGN);
  SpawnPlan plan;
  in_ = plan.connect(STDIN_FILENO, streams.in);
  out_ = plan.connect(STDOUT_FILENO, streams.out);
  err_ = plan.connect(STDERR_FILENO, streams.err);
  if (!streams.folder.empty()) {
    posix_spawn_file_actions_addchdir_np(&plan.actions, streams.folder.c_str());
  }
  std::vector<char*> words, variables;
  for (const std::string& word : command) {
    words.push_back(const_cast<char*>(word.c_str()));
  }
  words.push_back(nullptr);
  for (char** variable = environ; *variable != nullptr; ++variable) {
    variables.push_back(*variable);
  }
  for (const std::string& variable : streams.environment) {
    variables.push_back(const_cast<char*>(variable.c_str()));
  }
  variables.push_back(nullptr);
  const int failed = posix_spawnp(&pid_, words[0], &plan.actions, &plan.attributes, words.data(),
                                  variables.data());
  if (failed != 0) {
    pid_ = -1;
    throw std::runtime_error("cannot run " + command.front() + ": " + std::strerror(failed));
  }
}

Process::~Process() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close_once(in_);
  close_once(out_);
  close_once(err_);
}

// One round of waiting and moving bytes. False when there is nothing left to wait for.
bool Process::pump(milliseconds limit, const std::string* input, std::size_t& written) {
  pollfd waiting[3] = {{out_, POLLIN, 0},
                       {err_, POLLIN, 0},
                       {input != nullptr && written < input->size() ? in_ : -1, POLLOUT, 0}};
  if (waiting[0].fd < 0 && waiting[1].fd < 0 && waiting[2].fd < 0) {
    return false;
  }
  const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - Clock::now());
  if (left.count() <= 0) {
    result_.died = "time limit";
    send(SIGKILL);
    return false;
  }
  poll(waiting, 3, static_cast<int>(std::min(left, limit).count()));
  if (waiting[0].revents != 0 && !collect(out_, result_.out)) {
    close_once(out_);
  }
  if (waiting[1].revents != 0 && !collect(err_, result_.err)) {
    close_once(err_);
  }
  if (waiting[2].revents != 0) {
    const ssize_t count = ::write(in_, input->data() + written, input->size() - written);
    if (count > 0) {
      written += static_cast<std::size_t>(count);
    } else if (count < 0 && errno != EAGAIN && errno != EINTR) {
      close_once(in_);
    }
  }
  return true;
}

bool Process::write(const std::string& bytes) {
  std::size_t written = 0;
  while (written < bytes.size() && in_ >= 0 && pump(milliseconds(1000), &bytes, written)) {
  }
  return written == bytes.size();
}

void Process::close_stdin() {
  close_once(in_);
}

void Process::close_stdout() {
  close_once(out_);
}

bool Process::wait_for_lines(std::size_t count, milliseconds limit) {
  const auto end = Clock::now() + limit;
  std::size_t nothing = 0;
  const auto lines = [&] {
    return static_cast<std::size_t>(std::count(result_.out.begin(), result_.out.end(), '\n'));
  };
  while (lines() < count && Clock::now() < end && out_ >= 0 &&
         pump(milliseconds(20), nullptr, nothing)) {
  }
  return lines() >= count;
}

void Process::send(int signal_number) const {
  if (pid_ > 0) {
    kill(pid_, signal_number);
  }
}

bool Process::is_running() {
  siginfo_t info{};
  return pid_ > 0 &&
         waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0;
}

void Process::reap() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (WIFEXITED(status)) {
    result_.status = WEXITSTATUS(status);
  } else if (result_.died.empty()) {
    result_.died = std::string("signal ") + strsignal(WTERMSIG(status));
  }
}

RunResult Process::finish() {
  close_stdin();
  std::size_t nothing = 0;
  while (pump(milliseconds(1000), nullptr, nothing)) {
  }
  while (is_running() && result_.died.empty()) {
    if (Clock::now() > deadline_) {
      result_.died = "time limit";
      send(SIGKILL);
      break;
    }
    poll(nullptr, 0, 2);
  }
  reap();
  return result_;
}

RunResult run_program(const std::vector<std::string>& command, const std::string& input,
                      const Streams& streams) {
  Process process(command, streams);
  process.write(input);
  return process.finish();
}

}  // namespace netml::test
