#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netml/capture/packet_source.hpp"
#include "netml/core/ip_address.hpp"
#include "netml/decode/netml_decoder.hpp"

namespace netml {

/// The table of packets that the Python netml 0.7.1 writes (`pcap2pandas` and `to_csv`): the same
/// columns in the same order, the same text. Whether a column of numbers has a point depends on all
/// of its rows, so they are held until the end.
///
/// Local time, captured lengths, only the first record of a DNS answer, no addresses of IPv6: as
/// there. Two differences, where the original ends without a table: a name that is not UTF-8 has
/// U+FFFD instead, and a capture without packets gives the header line. A third cannot be told
/// apart here: it drops zeros at the end of the times of a pcapng.
class NetmlPacketTable {
 public:
  void add(const RawPacket& packet);
  /// Bytes that the rows count as against a memory limit.
  std::uint64_t cost() const noexcept { return cost_; }
  std::size_t size() const noexcept { return rows_.size(); }

  /// The header line. After the last add().
  std::string header() const;
  /// Appends a row as a line. Likewise.
  void append_line(std::size_t index, std::string& out) const;

 private:
  struct Row {
    std::int64_t ts_ns = 0;
    std::int64_t first_ns = 0;  ///< of the capture
    NetmlFrame frame;           ///< without `dns`
    std::optional<std::size_t> dns;
  };
  /// As Python prints them.
  struct Dns {
    std::string query, response;
  };

  std::vector<Row> rows_;
  std::vector<Dns> dns_;
  std::uint64_t cost_ = 0;
  // What a missing value turns into numbers with a point, and what keeps datetimes from being
  // dates.
  bool lacks_macs_ = false, lacks_addresses_ = false, lacks_ports_ = false;
  bool has_nanoseconds_ = false, has_clock_ = false;
};

}  // namespace netml
