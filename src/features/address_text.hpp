#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "netml/flow/flow.hpp"
#include "netml/table/csv_cells.hpp"

namespace netml {

/// Room for the addresses of one row as text; cells borrow them until the next row.
class AddressText {
 public:
  std::string_view source(const Flow& flow) noexcept {
    return address(flow.source(), flow, addresses_[0]);
  }
  std::string_view destination(const Flow& flow) noexcept {
    return address(flow.destination(), flow, addresses_[1]);
  }
  std::string_view source_mac(const Flow& flow) noexcept { return mac(flow.src_mac, macs_[0]); }
  std::string_view destination_mac(const Flow& flow) noexcept {
    return mac(flow.dst_mac, macs_[1]);
  }

 private:
  using IpText = std::array<char, CsvCells::kPadded>;
  using MacText = std::array<char, CsvCells::kPadded>;

  static std::string_view address(const IpAddress& address, const Flow& flow, IpText& out) noexcept;
  static std::string_view mac(const std::array<std::uint8_t, 6>& mac, MacText& out) noexcept;

  IpText addresses_[2];
  MacText macs_[2];
};

}  // namespace netml
