#pragma once

namespace netml {

/// Parses the command line, runs the command and returns the exit status. Throws the Error family,
/// BrokenPipe and std::bad_alloc; `main` turns them into a status.
int run_command_line(int argc, char** argv);

}  // namespace netml
