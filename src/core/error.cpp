#include "netml/core/error.hpp"

namespace netml {

int exit_code(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::kUsage:
      return 2;
    case ErrorKind::kInput:
    case ErrorKind::kData:
    case ErrorKind::kModel:
      return 3;
    case ErrorKind::kOutput:
      return 5;
    case ErrorKind::kLimit:
      return 6;
    case ErrorKind::kInternal:
      return 1;
  }
  return 1;
}

}  // namespace netml
