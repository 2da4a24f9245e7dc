#include "netml/core/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

namespace netml::interrupt {

std::atomic<int> detail::pending_signal = 0;

namespace {

using detail::pending_signal;

std::atomic<int> indivisible_works{0};

// Only lock-free loads and unlink(2) are needed to clean up inside the handler.
std::atomic<const char*> temporaries[8];
static_assert(std::atomic<const char*>::is_always_lock_free);

extern "C" void on_stop_signal(int signal_number) {
  if (pending_signal != 0) {
    for (const auto& temporary : temporaries) {
      if (const char* path = temporary.load()) {
        unlink(path);
      }
    }
    _exit(128 + signal_number);
  }
  pending_signal = signal_number;
}

// Whoever started the program may have had a signal ignored, as a shell does for the SIGINT of a
// background job in a script: it stays so.
void handle_unless_ignored(int signal_number, const struct sigaction& action) {
  struct sigaction inherited {};
  if (sigaction(signal_number, nullptr, &inherited) == 0 && inherited.sa_handler != SIG_IGN) {
    sigaction(signal_number, &action, nullptr);
  }
}

}  // namespace

void install_handlers() {
  struct sigaction stop {};
  stop.sa_handler = on_stop_signal;  // no SA_RESTART: a blocked read must come back
  sigemptyset(&stop.sa_mask);
  handle_unless_ignored(SIGINT, stop);
  handle_unless_ignored(SIGTERM, stop);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, nullptr);
  sigaction(SIGXFSZ, &ignore, nullptr);
}

void check() {
  if (pending_signal != 0) {
    throw Interrupted{pending_signal};
  }
}

Indivisible::Indivisible() noexcept {
  ++indivisible_works;
}
Indivisible::~Indivisible() {
  --indivisible_works;
}

void check_indivisible() {
  if (pending_signal != 0 && indivisible_works != 0) {
    check();
  }
}

void remember_temporary(const char* path) noexcept {
  for (auto& temporary : temporaries) {
    const char* free_place = nullptr;
    if (temporary.compare_exchange_strong(free_place, path)) {
      return;
    }
  }
}

void forget_temporary(const char* path) noexcept {
  for (auto& temporary : temporaries) {
    const char* taken_place = path;
    if (temporary.compare_exchange_strong(taken_place, nullptr)) {
      return;
    }
  }
}

}  // namespace netml::interrupt
