#pragma once

#include <cstdint>

// Facts on link types that a capture file's headers leave to the reader; all as libpcap has them.
namespace netml {

/// The DLT_ value of a file's LINKTYPE_ number. They are equal but for five old ones.
int dlt_of_file(std::uint32_t number) noexcept;

/// No packet of this link type has more captured bytes than this.
std::uint32_t largest_snaplen(int dlt) noexcept;

/// The snaplen that a file's field stands for: 0 and what is above 2^31 - 1 are "no limit".
std::uint32_t effective_snaplen(int dlt, std::uint32_t field) noexcept;

}  // namespace netml
