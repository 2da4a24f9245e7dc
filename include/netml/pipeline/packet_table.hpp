#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netml/decode/dns.hpp"
#include "netml/pipeline/packet_facts.hpp"
#include "netml/table/schema.hpp"

namespace netml {

/// The columns of the table of packets, in their order; the first kDefaultPacketColumns of them are
/// those of a table for which none are chosen.
const std::vector<ColumnInfo>& packet_columns();
inline constexpr std::size_t kDefaultPacketColumns = 18;

/// Makes the cells of packets. One capture at a time; not thread-safe.
class PacketRow {
 public:
  /// `columns`: names, in the order wanted; empty for the default ones. Throws UsageError for an
  /// unknown one, with a suggestion.
  explicit PacketRow(const std::vector<std::string>& columns);

  const Schema& schema() const noexcept { return schema_; }

  /// Between captures that are not continuous: `time_normed` counts from the next packet.
  void start_input() { has_first_ = false; }
  /// The packet's cells. Borrowed from the row and valid until the next call.
  std::span<const Cell> read(const PacketFacts& packet);

 private:
  Cell cell(std::size_t column, const PacketFacts& packet);
  Cell more_cell(std::size_t column, const PacketFacts& packet) const;
  void read_dns_of(const PacketFacts& packet);

  Schema schema_;
  std::vector<std::size_t> columns_;  ///< indices in packet_columns()
  std::vector<Cell> cells_;
  bool wants_dns_ = false;

  bool has_first_ = false;
  std::int64_t first_ns_ = 0;
  DnsTexts dns_;
  // What cells borrow.
  std::string datetime_, mac_source_, mac_destination_, ip_source_, ip_destination_, protocol_,
      query_;
};

/// `YYYY-MM-DD HH:MM:SS.ffffff+00:00`, UTC, with nine digits where six are not exact.
std::string utc_text(std::int64_t ts_ns);

}  // namespace netml
