#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

// Running the real binary and watching it from outside.
namespace netml::test {

/// How a run ended. A run that was killed by a signal, or that the time limit ended, has `died` set
/// to what happened and status -1.
struct RunResult {
  int status = -1;
  std::string out;
  std::string err;
  std::string died;
};

/// Where the standard streams of a child go. Empty: a pipe to the test. A path otherwise.
struct Streams {
  std::string in;
  std::string out;
  std::string err;
  std::string folder;                    ///< working folder; empty: the test's
  std::vector<std::string> environment;  ///< NAME=value, beside the test's own
};

/// A child process with pipes. Reading never blocks longer than the time limit, which kills it.
class Process {
 public:
  Process(const std::vector<std::string>& command, const Streams& streams = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Writes to its stdin; false when it no longer reads. Collects its output meanwhile.
  bool write(const std::string& bytes);
  void close_stdin();
  /// The reader of its stdout goes away.
  void close_stdout();
  /// Collects output until `count` lines of stdout are there or the time is over.
  bool wait_for_lines(std::size_t count, std::chrono::milliseconds limit);
  void send(int signal_number) const;
  bool is_running();
  /// Lets it finish: closes stdin, collects the rest.
  RunResult finish();

  pid_t id() const noexcept { return pid_; }
  const std::string& out() const noexcept { return result_.out; }

 private:
  bool pump(std::chrono::milliseconds limit, const std::string* input, std::size_t& written);
  void reap();

  pid_t pid_ = -1;
  int in_ = -1, out_ = -1, err_ = -1;
  RunResult result_;
  std::chrono::steady_clock::time_point deadline_;
};

/// A command from its start to its end, with `input` on its stdin.
RunResult run_program(const std::vector<std::string>& command, const std::string& input = "",
                      const Streams& streams = {});

/// Time limit of every run of this file: generous, for slow builds and busy machines.
std::chrono::seconds run_limit();

}  // namespace netml::test
