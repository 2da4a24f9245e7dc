#pragma once

#include <stdexcept>
#include <string>

namespace netml {

/// What went wrong, in the classes that the exit status tells apart.
enum class ErrorKind {
  kUsage,     ///< unknown option, column or set; contradictory or bad option value
  kInput,     ///< an input cannot be used at all: absent, unreadable, not a capture
  kData,      ///< an input was read but its content does not fit: labels, tables, parameters
  kModel,     ///< a model file is damaged, hostile or of a newer format
  kOutput,    ///< an output could not be written
  kLimit,     ///< a resource limit was reached and the user asked to stop, or memory ran out
  kInternal,  ///< a bug of ours
};

/// Exit status of a failed run. The one table from kinds to codes.
int exit_code(ErrorKind kind) noexcept;

/// Base of all errors that reach the user. `what()` is one line in the form
/// `<file>: <what is wrong>; <what to do>`, text from input already made safe to print.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

template <ErrorKind kKind>
class ErrorOf : public Error {
 public:
  explicit ErrorOf(const std::string& message) : Error(kKind, message) {}
};

using UsageError = ErrorOf<ErrorKind::kUsage>;
using InputError = ErrorOf<ErrorKind::kInput>;
using DataError = ErrorOf<ErrorKind::kData>;
using ModelError = ErrorOf<ErrorKind::kModel>;
using OutputError = ErrorOf<ErrorKind::kOutput>;
using LimitError = ErrorOf<ErrorKind::kLimit>;
using InternalError = ErrorOf<ErrorKind::kInternal>;

/// What `work` returns; a DataError of it gets the name of what it is about: `<name>: …`.
template <typename Work>
auto naming(const std::string& name, Work work) {
  try {
    return work();
  } catch (const DataError& error) {
    throw DataError(name + ": " + error.what());
  }
}

/// Exit codes that are not errors (the rest are in `exit_code`).
namespace exit_status {
inline constexpr int kOk = 0;
inline constexpr int kDamagedInput = 4;
inline constexpr int kLimitReached = 6;
inline constexpr int kAnomaly = 10;
inline constexpr int kDrift = 11;
inline constexpr int kInterrupted = 130;
inline constexpr int kTerminated = 143;
inline constexpr int kBrokenPipe = 141;
}  // namespace exit_status

}  // namespace netml
