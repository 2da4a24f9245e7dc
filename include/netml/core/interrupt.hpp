#pragma once

#include <atomic>

namespace netml::interrupt {
namespace detail {
// Set by a handler, read by any thread.
extern std::atomic<int> pending_signal;
static_assert(std::atomic<int>::is_always_lock_free);
}  // namespace detail

/// SIGINT and SIGTERM ask the run to stop reading and to write what it has; a second one ends the
/// process at once; where they were ignored when the program started, they stay ignored. SIGPIPE
/// and SIGXFSZ are ignored: the failing write says what happened.
void install_handlers();

/// The signal that asked to stop, 0 when none did. Asked for every packet.
inline int pending() noexcept {
  return detail::pending_signal.load(std::memory_order_relaxed);
}

/// Throws Interrupted when a signal asked to stop: for reads whose part is of no use.
void check();

/// While one exists, half of what is computed is of no use: a model that is learnt.
class Indivisible {
 public:
  Indivisible() noexcept;
  ~Indivisible();
  Indivisible(const Indivisible&) = delete;
  Indivisible& operator=(const Indivisible&) = delete;
};

/// check() where an Indivisible exists, else nothing: for long work, in any thread, that serves
/// both a training, which a signal ends, and verdicts, which are still written.
void check_indivisible();

/// A file to remove when a second signal ends the process. `path` must stay valid until `forget`.
/// Few at once; more than there is room for are not remembered.
void remember_temporary(const char* path) noexcept;
void forget_temporary(const char* path) noexcept;

}  // namespace netml::interrupt

namespace netml {

/// The run was asked to stop before it had anything to write; it ends with 128 + the signal.
struct Interrupted {
  int signal_number;
};

}  // namespace netml
