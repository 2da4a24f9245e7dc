#pragma once

#include <string>

#include <sys/types.h>

namespace netml {

/// open(2), again where a signal came in between; throws Interrupted where that asked to stop.
int retry_open(const char* path, int flags, mode_t mode);

/// Opens a FIFO for writing once it has a reader; -1 and errno where it cannot be. Throws
/// Interrupted when a signal asks to stop before or while it waits.
int open_fifo(const char* path);

/// After a failed write: true when it is worth another try. A descriptor that somebody else made
/// non-blocking is waited for.
bool wants_retry(int descriptor);

/// What errno says.
std::string reason(int error_number);

}  // namespace netml
