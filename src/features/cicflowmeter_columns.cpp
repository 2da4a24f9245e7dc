// CICFlowMeter's columns: three generations of names, one set of values (NetFlowMeter SPEC, section
// 8). A column is one row here.

#include "cicflowmeter_columns.hpp"

#include <algorithm>

#include "netml/core/error.hpp"

#include "meter_column.hpp"
#include "netflowmeter_columns.hpp"

namespace netml {
namespace {

constexpr int kMicrosecond = 1'000;  // times are written in microseconds

// The value, unit and definition of a NetFlowMeter column. Names are given later.
MeterColumn same(std::string_view netflowmeter_name) {
  const auto& known = netflowmeter_columns();
  const auto found = std::find_if(known.begin(), known.end(), [&](const MeterColumn& column) {
    return column.info.name == netflowmeter_name;
  });
  if (found == known.end()) {
    throw InternalError("no NetFlowMeter column is called " + std::string(netflowmeter_name));
  }
  return *found;
}

template <Scope kScope, Statistic kStatistic>
MeterColumn sizes() {
  return meter_statistic<kPayload, kScope, kStatistic, kMicrosecond>("", "µs");
}

template <Quantity kQuantity, Scope kScope, Statistic kStatistic>
MeterColumn times() {
  return meter_statistic<kQuantity, kScope, kStatistic, kMicrosecond>("", "µs");
}

MeterColumn flow_duration() {
  return formula("", "µs", "time from the first packet to the last, in file order",
                 [](const Measures& m) { return in_units(m.duration_ns, kMicrosecond); });
}

template <Scope kScope>
MeterColumn data_packets() {
  return formula("", "packets", std::string("packets with payload ") + kScopeText[kScope],
                 [](const Measures& m) { return m.data_packets[kScope]; });
}

std::vector<CicColumn> counts_and_lengths() {
  return {
      {{"Flow Duration", "Flow Duration", "Flow Duration"}, flow_duration()},
      {{"Total Fwd Packet", "Tot Fwd Pkts", "Total Fwd Packets"}, same("fwd_packets_count")},
      {{"Total Bwd packets", "Tot Bwd Pkts", "Total Backward Packets"}, same("bwd_packets_count")},
      {{"Total Length of Fwd Packet", "TotLen Fwd Pkts", "Total Length of Fwd Packets"},
       same("fwd_total_payload_bytes")},
      {{"Total Length of Bwd Packet", "TotLen Bwd Pkts", "Total Length of Bwd Packets"},
       same("bwd_total_payload_bytes")},
      {{"Fwd Packet Length Max", "Fwd Pkt Len Max", "Fwd Packet Length Max"},
       same("fwd_payload_bytes_max")},
      {{"Fwd Packet Length Min", "Fwd Pkt Len Min", "Fwd Packet Length Min"},
       same("fwd_payload_bytes_min")},
      {{"Fwd Packet Length Mean", "Fwd Pkt Len Mean", "Fwd Packet Length Mean"},
       same("fwd_payload_bytes_mean")},
      {{"Fwd Packet Length Std", "Fwd Pkt Len Std", "Fwd Packet Length Std"},
       sizes<kForwardScope, Statistic::kSampleDeviation>()},
      {{"Bwd Packet Length Max", "Bwd Pkt Len Max", "Bwd Packet Length Max"},
       same("bwd_payload_bytes_max")},
      {{"Bwd Packet Length Min", "Bwd Pkt Len Min", "Bwd Packet Length Min"},
       same("bwd_payload_bytes_min")},
      {{"Bwd Packet Length Mean", "Bwd Pkt Len Mean", "Bwd Packet Length Mean"},
       same("bwd_payload_bytes_mean")},
      {{"Bwd Packet Length Std", "Bwd Pkt Len Std", "Bwd Packet Length Std"},
       sizes<kBackwardScope, Statistic::kSampleDeviation>()},
  };
}

std::vector<CicColumn> rates_and_gaps() {
  return {
      {{"Flow Bytes/s", "Flow Byts/s", "Flow Bytes/s"}, same("bytes_rate")},
      {{"Flow Packets/s", "Flow Pkts/s", "Flow Packets/s"}, same("packets_rate")},
      {{"Flow IAT Mean", "Flow IAT Mean", "Flow IAT Mean"},
       times<kGap, kBidirectional, Statistic::kMean>()},
      {{"Flow IAT Std", "Flow IAT Std", "Flow IAT Std"},
       times<kGap, kBidirectional, Statistic::kSampleDeviation>()},
      {{"Flow IAT Max", "Flow IAT Max", "Flow IAT Max"},
       times<kGap, kBidirectional, Statistic::kMaximum>()},
      {{"Flow IAT Min", "Flow IAT Min", "Flow IAT Min"},
       times<kGap, kBidirectional, Statistic::kMinimum>()},
      {{"Fwd IAT Total", "Fwd IAT Tot", "Fwd IAT Total"},
       times<kGap, kForwardScope, Statistic::kSum>()},
      {{"Fwd IAT Mean", "Fwd IAT Mean", "Fwd IAT Mean"},
       times<kGap, kForwardScope, Statistic::kMean>()},
      {{"Fwd IAT Std", "Fwd IAT Std", "Fwd IAT Std"},
       times<kGap, kForwardScope, Statistic::kSampleDeviation>()},
      {{"Fwd IAT Max", "Fwd IAT Max", "Fwd IAT Max"},
       times<kGap, kForwardScope, Statistic::kMaximum>()},
      {{"Fwd IAT Min", "Fwd IAT Min", "Fwd IAT Min"},
       times<kGap, kForwardScope, Statistic::kMinimum>()},
      {{"Bwd IAT Total", "Bwd IAT Tot", "Bwd IAT Total"},
       times<kGap, kBackwardScope, Statistic::kSum>()},
      {{"Bwd IAT Mean", "Bwd IAT Mean", "Bwd IAT Mean"},
       times<kGap, kBackwardScope, Statistic::kMean>()},
      {{"Bwd IAT Std", "Bwd IAT Std", "Bwd IAT Std"},
       times<kGap, kBackwardScope, Statistic::kSampleDeviation>()},
      {{"Bwd IAT Max", "Bwd IAT Max", "Bwd IAT Max"},
       times<kGap, kBackwardScope, Statistic::kMaximum>()},
      {{"Bwd IAT Min", "Bwd IAT Min", "Bwd IAT Min"},
       times<kGap, kBackwardScope, Statistic::kMinimum>()},
  };
}

std::vector<CicColumn> flags_and_sizes() {
  return {
      {{"Fwd PSH Flags", "Fwd PSH Flags", "Fwd PSH Flags"}, same("fwd_psh_flag_counts")},
      {{"Bwd PSH Flags", "Bwd PSH Flags", "Bwd PSH Flags"}, same("bwd_psh_flag_counts")},
      {{"Fwd URG Flags", "Fwd URG Flags", "Fwd URG Flags"}, same("fwd_urg_flag_counts")},
      {{"Bwd URG Flags", "Bwd URG Flags", "Bwd URG Flags"}, same("bwd_urg_flag_counts")},
      {{"Fwd Header Length", "Fwd Header Len", "Fwd Header Length"},
       same("fwd_total_header_bytes")},
      {{"Bwd Header Length", "Bwd Header Len", "Bwd Header Length"},
       same("bwd_total_header_bytes")},
      {{"Fwd Packets/s", "Fwd Pkts/s", "Fwd Packets/s"}, same("fwd_packets_rate")},
      {{"Bwd Packets/s", "Bwd Pkts/s", "Bwd Packets/s"}, same("bwd_packets_rate")},
      {{"Packet Length Min", "Pkt Len Min", "Min Packet Length"}, same("payload_bytes_min")},
      {{"Packet Length Max", "Pkt Len Max", "Max Packet Length"}, same("payload_bytes_max")},
      {{"Packet Length Mean", "Pkt Len Mean", "Packet Length Mean"}, same("payload_bytes_mean")},
      {{"Packet Length Std", "Pkt Len Std", "Packet Length Std"},
       sizes<kBidirectional, Statistic::kSampleDeviation>()},
      {{"Packet Length Variance", "Pkt Len Var", "Packet Length Variance"},
       sizes<kBidirectional, Statistic::kSampleVariance>()},
      {{"FIN Flag Count", "FIN Flag Cnt", "FIN Flag Count"}, same("fin_flag_counts")},
      {{"SYN Flag Count", "SYN Flag Cnt", "SYN Flag Count"}, same("syn_flag_counts")},
      {{"RST Flag Count", "RST Flag Cnt", "RST Flag Count"}, same("rst_flag_counts")},
      {{"PSH Flag Count", "PSH Flag Cnt", "PSH Flag Count"}, same("psh_flag_counts")},
      {{"ACK Flag Count", "ACK Flag Cnt", "ACK Flag Count"}, same("ack_flag_counts")},
      {{"URG Flag Count", "URG Flag Cnt", "URG Flag Count"}, same("urg_flag_counts")},
      {{"CWR Flag Count", "CWE Flag Count", "CWE Flag Count"}, same("cwr_flag_counts")},
      {{"ECE Flag Count", "ECE Flag Cnt", "ECE Flag Count"}, same("ece_flag_counts")},
      {{"Down/Up Ratio", "Down/Up Ratio", "Down/Up Ratio"}, same("down_up_rate")},
      {{"Average Packet Size", "Pkt Size Avg", "Average Packet Size"}, same("avg_segment_size")},
      {{"Fwd Segment Size Avg", "Fwd Seg Size Avg", "Avg Fwd Segment Size"},
       same("fwd_avg_segment_size")},
      {{"Bwd Segment Size Avg", "Bwd Seg Size Avg", "Avg Bwd Segment Size"},
       same("bwd_avg_segment_size")},
  };
}

std::vector<CicColumn> bulks_and_periods() {
  return {
      {{"Fwd Bytes/Bulk Avg", "Fwd Byts/b Avg", "Fwd Avg Bytes/Bulk"},
       same("avg_fwd_bytes_per_bulk")},
      {{"Fwd Packet/Bulk Avg", "Fwd Pkts/b Avg", "Fwd Avg Packets/Bulk"},
       same("avg_fwd_packets_per_bulk")},
      {{"Fwd Bulk Rate Avg", "Fwd Blk Rate Avg", "Fwd Avg Bulk Rate"}, same("avg_fwd_bulk_rate")},
      {{"Bwd Bytes/Bulk Avg", "Bwd Byts/b Avg", "Bwd Avg Bytes/Bulk"},
       same("avg_bwd_bytes_per_bulk")},
      {{"Bwd Packet/Bulk Avg", "Bwd Pkts/b Avg", "Bwd Avg Packets/Bulk"},
       same("avg_bwd_packets_bulk_rate")},
      {{"Bwd Bulk Rate Avg", "Bwd Blk Rate Avg", "Bwd Avg Bulk Rate"}, same("avg_bwd_bulk_rate")},
      {{"Subflow Fwd Packets", "Subflow Fwd Pkts", "Subflow Fwd Packets"},
       same("subflow_fwd_packets")},
      {{"Subflow Fwd Bytes", "Subflow Fwd Byts", "Subflow Fwd Bytes"}, same("subflow_fwd_bytes")},
      {{"Subflow Bwd Packets", "Subflow Bwd Pkts", "Subflow Bwd Packets"},
       same("subflow_bwd_packets")},
      {{"Subflow Bwd Bytes", "Subflow Bwd Byts", "Subflow Bwd Bytes"}, same("subflow_bwd_bytes")},
      {{"FWD Init Win Bytes", "Init Fwd Win Byts", "Init_Win_bytes_forward"},
       same("fwd_init_win_bytes")},
      {{"Bwd Init Win Bytes", "Init Bwd Win Byts", "Init_Win_bytes_backward"},
       same("bwd_init_win_bytes")},
      {{"Fwd Act Data Pkts", "Fwd Act Data Pkts", "act_data_pkt_fwd"},
       data_packets<kForwardScope>()},
      {{"Fwd Seg Size Min", "Fwd Seg Size Min", "min_seg_size_forward"},
       same("fwd_min_header_bytes")},
      {{"Active Mean", "Active Mean", "Active Mean"},
       times<kActive, kBidirectional, Statistic::kMean>()},
      {{"Active Std", "Active Std", "Active Std"},
       times<kActive, kBidirectional, Statistic::kSampleDeviation>()},
      {{"Active Max", "Active Max", "Active Max"},
       times<kActive, kBidirectional, Statistic::kMaximum>()},
      {{"Active Min", "Active Min", "Active Min"},
       times<kActive, kBidirectional, Statistic::kMinimum>()},
      {{"Idle Mean", "Idle Mean", "Idle Mean"}, times<kIdle, kBidirectional, Statistic::kMean>()},
      {{"Idle Std", "Idle Std", "Idle Std"},
       times<kIdle, kBidirectional, Statistic::kSampleDeviation>()},
      {{"Idle Max", "Idle Max", "Idle Max"}, times<kIdle, kBidirectional, Statistic::kMaximum>()},
      {{"Idle Min", "Idle Min", "Idle Min"}, times<kIdle, kBidirectional, Statistic::kMinimum>()},
  };
}

}  // namespace

const std::vector<CicColumn>& cicflowmeter_columns() {
  static const std::vector<CicColumn> all = [] {
    std::vector<CicColumn> columns;
    for (const auto& part :
         {counts_and_lengths(), rates_and_gaps(), flags_and_sizes(), bulks_and_periods()}) {
      columns.insert(columns.end(), part.begin(), part.end());
    }
    return columns;
  }();
  return all;
}

const std::vector<MeterColumn>& cicflowmeter_extra_columns() {
  static const std::vector<MeterColumn> columns = [] {
    std::vector<MeterColumn> all;
    const auto add = [&](const char* name, MeterColumn column) {
      column.info.name = name;
      all.push_back(std::move(column));
    };
    add("Fwd RST Flags", same("fwd_rst_flag_counts"));
    add("Bwd RST Flags", same("bwd_rst_flag_counts"));
    add("Bwd Act Data Pkts", data_packets<kBackwardScope>());
    add("Bwd Seg Size Min", same("bwd_min_header_bytes"));
    return all;
  }();
  return columns;
}

}  // namespace netml
