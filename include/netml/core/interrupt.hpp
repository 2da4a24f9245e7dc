#pragma once

namespace netml::interrupt {

/// SIGINT and SIGTERM ask the run to stop reading and to write what it has; a second one ends the
/// process at once. SIGPIPE and SIGXFSZ are ignored: the failing write says what happened.
void install_handlers();

/// The signal that asked to stop, 0 when none did.
int pending() noexcept;

}  // namespace netml::interrupt
