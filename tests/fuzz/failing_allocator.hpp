#pragma once

#include <cstddef>
#include <cstdint>

namespace netml::fuzz {

/// While it lives, call number `fail_at` of operator new or malloc fails (0: none does), and all
/// that is allocated is counted. Calls from shared libraries to malloc are not seen, those to
/// operator new are. One at a time.
class AllocationTrial {
 public:
  explicit AllocationTrial(std::uint64_t fail_at);
  ~AllocationTrial();
  AllocationTrial(const AllocationTrial&) = delete;
  AllocationTrial& operator=(const AllocationTrial&) = delete;

  /// The call has come and failed.
  static bool has_failed() noexcept;
  /// The most bytes that were allocated at once, those from before not counted.
  static std::size_t peak_bytes() noexcept;
};

}  // namespace netml::fuzz
