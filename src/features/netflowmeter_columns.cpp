// The 114 columns of the set netflowmeter, in its order. A column is one row here.

#include "netflowmeter_columns.hpp"

#include "meter_column.hpp"

namespace netml {
namespace {

constexpr int kSecond = 1'000'000'000;  // times are written in seconds

constexpr char kBulkText[] =
    "runs of 4 or more payload packets, gaps of at most 1 s, no payload in the other direction "
    "between";

template <Quantity kQuantity, Scope kScope, Statistic kStatistic>
MeterColumn statistic(const char* name) {
  return meter_statistic<kQuantity, kScope, kStatistic, kSecond>(name, "s");
}

template <Scope kScope>
MeterColumn packets(const char* name) {
  return formula(name, "packets", std::string("packets ") + kScopeText[kScope],
                 [](const Measures& m) { return m.packets[kScope]; });
}

template <Scope kScope, std::uint8_t kFlag>
MeterColumn flag(const char* name) {
  constexpr const char* kNames[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
  constexpr int kBit = std::countr_zero(kFlag);
  return formula(name, "packets",
                 std::string("packets with TCP flag ") + kNames[kBit] + " " + kScopeText[kScope] +
                     "; 0 for UDP",
                 [](const Measures& m) { return m.flags[kScope][kBit]; });
}

template <Scope kScope>
MeterColumn segment(const char* name) {
  return formula(
      name, "bytes",
      std::string("payload bytes per packet ") + kScopeText[kScope] +
          ", headers not included in spite of the name",
      [](const Measures& m) { return statistic_of<Statistic::kMean>(m.of(kPayload, kScope), 1); });
}

template <Scope kScope>
MeterColumn window(const char* name) {
  return formula(name, "bytes",
                 std::string("TCP window, not scaled, of the first packet ") + kScopeText[kScope] +
                     "; 0 without one and for UDP",
                 [](const Measures& m) { return m.first_window[kScope]; });
}

template <Scope kScope>
MeterColumn byte_rate(const char* name) {
  return formula(name, "bytes/s",
                 std::string("payload bytes ") + kScopeText[kScope] +
                     " per second of the whole flow; 0 where it took no time",
                 [](const Measures& m) {
                   return rate(static_cast<std::uint64_t>(m.of(kPayload, kScope).sum),
                               m.duration_ns);
                 });
}

template <Scope kScope>
MeterColumn packet_rate(const char* name) {
  return formula(name, "packets/s",
                 std::string("packets ") + kScopeText[kScope] +
                     " per second of the whole flow; 0 where it took no time",
                 [](const Measures& m) { return rate(m.packets[kScope], m.duration_ns); });
}

template <Scope kScope, std::uint64_t MeterBulks::*kAmount>
MeterColumn bulk_mean(const char* name, const char* unit, const std::string& what) {
  return formula(name, std::string(unit) + "/bulk",
                 what + " per bulk " + kScopeText[kScope] + " (" + kBulkText + "); 0 without one",
                 [](const Measures& m) {
                   const MeterBulks& bulks = m.bulks[kScope];
                   return ratio(static_cast<double>(bulks.*kAmount), bulks.count);
                 });
}

template <Scope kScope>
MeterColumn bulk_rate(const char* name) {
  return formula(
      name, "bytes/s",
      std::string("payload bytes in bulks ") + kScopeText[kScope] +
          " per second of their duration; 0 where they took no time",
      [](const Measures& m) { return rate(m.bulks[kScope].bytes, m.bulks[kScope].duration_ns); });
}

template <Scope kScope, std::uint64_t MeterBulks::*kAmount>
MeterColumn bulk_total(const char* name, const char* unit, const std::string& what) {
  return formula(name, unit, what + " " + kScopeText[kScope],
                 [](const Measures& m) { return m.bulks[kScope].*kAmount; });
}

template <Scope kScope>
MeterColumn bulk_duration(const char* name) {
  return formula(name, "s",
                 std::string("sum of the times from the first packet of a bulk to its last ") +
                     kScopeText[kScope],
                 [](const Measures& m) { return in_units(m.bulks[kScope].duration_ns, 1e9); });
}

template <Scope kScope>
MeterColumn subflow_packets(const char* name) {
  return formula(
      name, "packets/subflow",
      std::string("packets ") + kScopeText[kScope] +
          " per subflow; a gap above 1 s begins a subflow",
      [](const Measures& m) { return ratio(static_cast<double>(m.packets[kScope]), m.subflows); });
}

template <Scope kScope>
MeterColumn subflow_bytes(const char* name) {
  return formula(name, "bytes/subflow",
                 std::string("payload bytes ") + kScopeText[kScope] +
                     " per subflow; a gap above 1 s begins a subflow",
                 [](const Measures& m) {
                   return ratio(static_cast<double>(m.of(kPayload, kScope).sum), m.subflows);
                 });
}

std::vector<MeterColumn> counts_and_sizes() {
  return {
      formula("duration", "s", "time from the first packet to the last, in file order",
              [](const Measures& m) { return in_units(m.duration_ns, 1e9); }),
      packets<kBidirectional>("packets_count"),
      packets<kForwardScope>("fwd_packets_count"),
      packets<kBackwardScope>("bwd_packets_count"),
      statistic<kPayload, kBidirectional, Statistic::kSum>("total_payload_bytes"),
      statistic<kPayload, kForwardScope, Statistic::kSum>("fwd_total_payload_bytes"),
      statistic<kPayload, kBackwardScope, Statistic::kSum>("bwd_total_payload_bytes"),
      statistic<kPayload, kBidirectional, Statistic::kMaximum>("payload_bytes_max"),
      statistic<kPayload, kBidirectional, Statistic::kMinimum>("payload_bytes_min"),
      statistic<kPayload, kBidirectional, Statistic::kMean>("payload_bytes_mean"),
      statistic<kPayload, kBidirectional, Statistic::kDeviation>("payload_bytes_std"),
      statistic<kPayload, kBidirectional, Statistic::kVariance>("payload_bytes_variance"),
      statistic<kPayload, kForwardScope, Statistic::kMaximum>("fwd_payload_bytes_max"),
      statistic<kPayload, kForwardScope, Statistic::kMinimum>("fwd_payload_bytes_min"),
      statistic<kPayload, kForwardScope, Statistic::kMean>("fwd_payload_bytes_mean"),
      statistic<kPayload, kForwardScope, Statistic::kDeviation>("fwd_payload_bytes_std"),
      statistic<kPayload, kForwardScope, Statistic::kVariance>("fwd_payload_bytes_variance"),
      statistic<kPayload, kBackwardScope, Statistic::kMaximum>("bwd_payload_bytes_max"),
      statistic<kPayload, kBackwardScope, Statistic::kMinimum>("bwd_payload_bytes_min"),
      statistic<kPayload, kBackwardScope, Statistic::kMean>("bwd_payload_bytes_mean"),
      statistic<kPayload, kBackwardScope, Statistic::kDeviation>("bwd_payload_bytes_std"),
      statistic<kPayload, kBackwardScope, Statistic::kVariance>("bwd_payload_bytes_variance"),
      statistic<kHeader, kBidirectional, Statistic::kSum>("total_header_bytes"),
      statistic<kHeader, kBidirectional, Statistic::kMaximum>("max_header_bytes"),
      statistic<kHeader, kBidirectional, Statistic::kMinimum>("min_header_bytes"),
      statistic<kHeader, kBidirectional, Statistic::kMean>("mean_header_bytes"),
      statistic<kHeader, kBidirectional, Statistic::kDeviation>("std_header_bytes"),
      statistic<kHeader, kForwardScope, Statistic::kSum>("fwd_total_header_bytes"),
      statistic<kHeader, kForwardScope, Statistic::kMaximum>("fwd_max_header_bytes"),
      statistic<kHeader, kForwardScope, Statistic::kMinimum>("fwd_min_header_bytes"),
      statistic<kHeader, kForwardScope, Statistic::kMean>("fwd_mean_header_bytes"),
      statistic<kHeader, kForwardScope, Statistic::kDeviation>("fwd_std_header_bytes"),
      statistic<kHeader, kBackwardScope, Statistic::kSum>("bwd_total_header_bytes"),
      statistic<kHeader, kBackwardScope, Statistic::kMaximum>("bwd_max_header_bytes"),
      statistic<kHeader, kBackwardScope, Statistic::kMinimum>("bwd_min_header_bytes"),
      statistic<kHeader, kBackwardScope, Statistic::kMean>("bwd_mean_header_bytes"),
      statistic<kHeader, kBackwardScope, Statistic::kDeviation>("bwd_std_header_bytes"),
  };
}

std::vector<MeterColumn> periods_rates_and_bulks() {
  return {
      segment<kForwardScope>("fwd_avg_segment_size"),
      segment<kBackwardScope>("bwd_avg_segment_size"),
      segment<kBidirectional>("avg_segment_size"),
      window<kForwardScope>("fwd_init_win_bytes"),
      window<kBackwardScope>("bwd_init_win_bytes"),
      statistic<kActive, kBidirectional, Statistic::kMinimum>("active_min"),
      statistic<kActive, kBidirectional, Statistic::kMaximum>("active_max"),
      statistic<kActive, kBidirectional, Statistic::kMean>("active_mean"),
      statistic<kActive, kBidirectional, Statistic::kDeviation>("active_std"),
      statistic<kIdle, kBidirectional, Statistic::kMinimum>("idle_min"),
      statistic<kIdle, kBidirectional, Statistic::kMaximum>("idle_max"),
      statistic<kIdle, kBidirectional, Statistic::kMean>("idle_mean"),
      statistic<kIdle, kBidirectional, Statistic::kDeviation>("idle_std"),
      byte_rate<kBidirectional>("bytes_rate"),
      byte_rate<kForwardScope>("fwd_bytes_rate"),
      byte_rate<kBackwardScope>("bwd_bytes_rate"),
      packet_rate<kBidirectional>("packets_rate"),
      packet_rate<kBackwardScope>("bwd_packets_rate"),
      packet_rate<kForwardScope>("fwd_packets_rate"),
      formula("down_up_rate", "ratio",
              "packets from destination to source per packet from source to destination",
              [](const Measures& m) {
                return ratio(static_cast<double>(m.packets[kBackwardScope]),
                             m.packets[kForwardScope]);
              }),
      bulk_mean<kForwardScope, &MeterBulks::bytes>("avg_fwd_bytes_per_bulk", "bytes",
                                                   "payload bytes"),
      bulk_mean<kForwardScope, &MeterBulks::packets>("avg_fwd_packets_per_bulk", "packets",
                                                     "packets"),
      bulk_rate<kForwardScope>("avg_fwd_bulk_rate"),
      bulk_mean<kBackwardScope, &MeterBulks::bytes>("avg_bwd_bytes_per_bulk", "bytes",
                                                    "payload bytes"),
      bulk_mean<kBackwardScope, &MeterBulks::packets>("avg_bwd_packets_bulk_rate", "packets",
                                                      "packets"),
      bulk_rate<kBackwardScope>("avg_bwd_bulk_rate"),
      bulk_total<kForwardScope, &MeterBulks::count>("fwd_bulk_state_count", "bulks",
                                                    "number of bulks"),
      bulk_total<kForwardScope, &MeterBulks::bytes>("fwd_bulk_total_size", "bytes",
                                                    "payload bytes in bulks"),
      bulk_total<kForwardScope, &MeterBulks::packets>("fwd_bulk_per_packet", "packets",
                                                      "packets in bulks"),
      bulk_duration<kForwardScope>("fwd_bulk_duration"),
      bulk_total<kBackwardScope, &MeterBulks::count>("bwd_bulk_state_count", "bulks",
                                                     "number of bulks"),
      bulk_total<kBackwardScope, &MeterBulks::bytes>("bwd_bulk_total_size", "bytes",
                                                     "payload bytes in bulks"),
      bulk_total<kBackwardScope, &MeterBulks::packets>("bwd_bulk_per_packet", "packets",
                                                       "packets in bulks"),
      bulk_duration<kBackwardScope>("bwd_bulk_duration"),
  };
}

std::vector<MeterColumn> flags() {
  return {
      flag<kBidirectional, tcp_flag::kFin>("fin_flag_counts"),
      flag<kBidirectional, tcp_flag::kPsh>("psh_flag_counts"),
      flag<kBidirectional, tcp_flag::kUrg>("urg_flag_counts"),
      flag<kBidirectional, tcp_flag::kEce>("ece_flag_counts"),
      flag<kBidirectional, tcp_flag::kSyn>("syn_flag_counts"),
      flag<kBidirectional, tcp_flag::kAck>("ack_flag_counts"),
      flag<kBidirectional, tcp_flag::kCwr>("cwr_flag_counts"),
      flag<kBidirectional, tcp_flag::kRst>("rst_flag_counts"),
      flag<kForwardScope, tcp_flag::kFin>("fwd_fin_flag_counts"),
      flag<kForwardScope, tcp_flag::kPsh>("fwd_psh_flag_counts"),
      flag<kForwardScope, tcp_flag::kUrg>("fwd_urg_flag_counts"),
      flag<kForwardScope, tcp_flag::kEce>("fwd_ece_flag_counts"),
      flag<kForwardScope, tcp_flag::kSyn>("fwd_syn_flag_counts"),
      flag<kForwardScope, tcp_flag::kAck>("fwd_ack_flag_counts"),
      flag<kForwardScope, tcp_flag::kCwr>("fwd_cwr_flag_counts"),
      flag<kForwardScope, tcp_flag::kRst>("fwd_rst_flag_counts"),
      flag<kBackwardScope, tcp_flag::kFin>("bwd_fin_flag_counts"),
      flag<kBackwardScope, tcp_flag::kPsh>("bwd_psh_flag_counts"),
      flag<kBackwardScope, tcp_flag::kUrg>("bwd_urg_flag_counts"),
      flag<kBackwardScope, tcp_flag::kEce>("bwd_ece_flag_counts"),
      flag<kBackwardScope, tcp_flag::kSyn>("bwd_syn_flag_counts"),
      flag<kBackwardScope, tcp_flag::kAck>("bwd_ack_flag_counts"),
      flag<kBackwardScope, tcp_flag::kCwr>("bwd_cwr_flag_counts"),
      flag<kBackwardScope, tcp_flag::kRst>("bwd_rst_flag_counts"),
  };
}

std::vector<MeterColumn> gaps_and_subflows() {
  return {
      statistic<kGap, kBidirectional, Statistic::kMean>("packets_IAT_mean"),
      statistic<kGap, kBidirectional, Statistic::kDeviation>("packet_IAT_std"),
      statistic<kGap, kBidirectional, Statistic::kMaximum>("packet_IAT_max"),
      statistic<kGap, kBidirectional, Statistic::kMinimum>("packet_IAT_min"),
      statistic<kGap, kBidirectional, Statistic::kSum>("packet_IAT_total"),
      statistic<kGap, kForwardScope, Statistic::kMean>("fwd_packets_IAT_mean"),
      statistic<kGap, kForwardScope, Statistic::kDeviation>("fwd_packets_IAT_std"),
      statistic<kGap, kForwardScope, Statistic::kMaximum>("fwd_packets_IAT_max"),
      statistic<kGap, kForwardScope, Statistic::kMinimum>("fwd_packets_IAT_min"),
      statistic<kGap, kForwardScope, Statistic::kSum>("fwd_packets_IAT_total"),
      statistic<kGap, kBackwardScope, Statistic::kMean>("bwd_packets_IAT_mean"),
      statistic<kGap, kBackwardScope, Statistic::kDeviation>("bwd_packets_IAT_std"),
      statistic<kGap, kBackwardScope, Statistic::kMaximum>("bwd_packets_IAT_max"),
      statistic<kGap, kBackwardScope, Statistic::kMinimum>("bwd_packets_IAT_min"),
      statistic<kGap, kBackwardScope, Statistic::kSum>("bwd_packets_IAT_total"),
      subflow_packets<kForwardScope>("subflow_fwd_packets"),
      subflow_packets<kBackwardScope>("subflow_bwd_packets"),
      subflow_bytes<kForwardScope>("subflow_fwd_bytes"),
      subflow_bytes<kBackwardScope>("subflow_bwd_bytes"),
  };
}

}  // namespace

const std::vector<MeterColumn>& netflowmeter_columns() {
  static const std::vector<MeterColumn> all = [] {
    std::vector<MeterColumn> columns;
    for (const auto& part :
         {counts_and_sizes(), periods_rates_and_bulks(), flags(), gaps_and_subflows()}) {
      columns.insert(columns.end(), part.begin(), part.end());
    }
    return columns;
  }();
  return all;
}

}  // namespace netml
