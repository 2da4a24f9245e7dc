#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "netml/core/number_text.hpp"
#include "netml/flow/flow.hpp"

#include "address_text.hpp"

namespace netml {

/// Who a flow is between and since when, in the texts of netflowmeter and cicflowmeter. They live
/// until the next flow.
class MeterIdentity {
 public:
  /// `start_ns`: the flow's first packet, nanoseconds since 1970.
  void set(const Flow& flow, std::int64_t start_ns) noexcept;

  std::string_view source() const noexcept { return source_; }
  std::string_view destination() const noexcept { return destination_; }
  /// UTC, microseconds rounded down: "2017-07-04 11:54:30.123456".
  std::string_view timestamp() const noexcept { return {timestamp_.data(), kTimestampLength}; }
  /// "TCP", "UDP", or the number.
  std::string_view protocol() const noexcept { return protocol_; }
  /// "192.168.10.5_49188_8.8.8.8_53_UDP_2017-07-04 11:54:30.123456", as NetFlowMeter's.
  std::string_view flow_id() noexcept;
  /// "192.168.10.5-8.8.8.8-49188-53-17", as CICFlowMeter's.
  std::string_view short_id() noexcept;

 private:
  static constexpr std::size_t kTimestampLength = 26;
  static constexpr std::size_t kRoom = 160;  // two IPv6 addresses, ports, protocol and time

  void set_timestamp(std::int64_t ns) noexcept;

  const Flow* flow_ = nullptr;
  AddressText addresses_;
  std::string_view source_, destination_, protocol_;
  std::array<char, kTimestampLength + 1>
      timestamp_{};  // put_digits() writes what stands behind too
  std::array<char, kNumberRoom> number_{};
  std::array<char, kRoom> id_{};
};

}  // namespace netml
