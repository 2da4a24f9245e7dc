#include "netml/core/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

namespace netml::interrupt {
namespace {

volatile sig_atomic_t pending_signal = 0;

extern "C" void on_stop_signal(int signal_number) {
  if (pending_signal != 0) {
    _exit(128 + signal_number);
  }
  pending_signal = signal_number;
}

}  // namespace

void install_handlers() {
  struct sigaction stop {};
  stop.sa_handler = on_stop_signal;  // no SA_RESTART: a blocked read must come back
  sigemptyset(&stop.sa_mask);
  sigaction(SIGINT, &stop, nullptr);
  sigaction(SIGTERM, &stop, nullptr);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, nullptr);
  sigaction(SIGXFSZ, &ignore, nullptr);
}

int pending() noexcept {
  return pending_signal;
}

}  // namespace netml::interrupt
