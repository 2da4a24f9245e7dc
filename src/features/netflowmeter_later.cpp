// The columns that follow the 114 in the set netflowmeter-all.

#include "netflowmeter_later.hpp"

#include <bit>
#include <string>

#include "meter_column.hpp"

namespace netml {
namespace {

constexpr double kSecond = 1e9, kMillisecond = 1e6, kByte = 1;

constexpr Scope kScopes[] = {kBidirectional, kForwardScope, kBackwardScope};
constexpr const char* kPrefix[] = {"", "fwd_", "bwd_"};

// A list as its columns have it.
struct ListColumns {
  ValueList list;
  double unit;            ///< nanoseconds or bytes in the columns' unit
  const char* unit_name;  ///< "bytes", "s", "ms"
  const char* text;       ///< for definitions
  bool is_signed;         ///< values may be below 0
};

// How a statistic is called, and read.
struct ValueStatistic {
  const char* name;
  const char* text;
  int power;           ///< of the unit
  bool is_list_value;  ///< a value of the list: whole where the list's values are
  double (*value)(const ValueStatistics&);
};
constexpr ValueStatistic kMinimum = {"min", "smallest of", 1, true, [](const ValueStatistics& s) {
                                       return static_cast<double>(s.minimum);
                                     }};
constexpr ValueStatistic kMaximum = {"max", "largest of", 1, true, [](const ValueStatistics& s) {
                                       return static_cast<double>(s.maximum);
                                     }};
constexpr ValueStatistic kMean = {"mean", "mean of", 1, false,
                                  [](const ValueStatistics& s) { return s.mean; }};
constexpr ValueStatistic kMode = {
    "mode", "smallest of the most frequent of", 1, true,
    [](const ValueStatistics& s) { return static_cast<double>(s.mode); }};
constexpr ValueStatistic kVariance = {"variance", "population variance of", 2, false,
                                      [](const ValueStatistics& s) { return s.variance; }};
constexpr ValueStatistic kDeviation = {"std", "population standard deviation of", 1, false,
                                       [](const ValueStatistics& s) { return s.deviation; }};
constexpr ValueStatistic kMedian = {"median", "median of", 1, false,
                                    [](const ValueStatistics& s) { return s.median; }};
constexpr ValueStatistic kSkewness = {"skewness", "skewness (population moments) of", 0, false,
                                      [](const ValueStatistics& s) { return s.skewness; }};
constexpr ValueStatistic kVariation = {"cov", "standard deviation over mean, 0 where that is 0, of",
                                       0, false,
                                       [](const ValueStatistics& s) { return s.variation; }};

class Columns {
 public:
  /// A column of a list, of which `statistic` is taken in `scope`.
  void add(std::string name, const ListColumns& list, const ValueStatistic& statistic,
           Scope scope) {
    const bool is_whole = statistic.is_list_value && list.unit == kByte;
    const ColumnType type = !is_whole        ? ColumnType::kF64
                            : list.is_signed ? ColumnType::kI64
                                             : ColumnType::kU64;
    std::string unit = statistic.power == 0 ? "" : list.unit_name;
    unit += statistic.power == 2 ? "²" : "";
    std::string text = std::string(statistic.text) + " " + list.text;
    if (list.list != ValueList::kActive && list.list != ValueList::kIdle) {
      text += std::string(" ") + kScopeText[scope];
    }
    const double divisor = statistic.power == 0   ? 1
                           : statistic.power == 2 ? list.unit * list.unit
                                                  : list.unit;
    const auto value = [list = list.list, scope, read = statistic.value, divisor,
                        type](const LaterRow& row) {
      const double number = read(row.lists.of(list, scope)) / divisor;
      return type == ColumnType::kU64   ? Cell::of(static_cast<std::uint64_t>(number))
             : type == ColumnType::kI64 ? Cell::of(static_cast<std::int64_t>(number))
                                        : Cell::of(number);
    };
    push(std::move(name), type, std::move(unit), text + "; 0 without any", value);
  }

  void push(std::string name, ColumnType type, std::string unit, std::string definition,
            std::function<Cell(const LaterRow&)> value) {
    columns_.push_back(
        {{std::move(name), type, std::move(unit), std::move(definition), "NTLFlowLyzer", false},
         std::move(value)});
  }

  std::vector<LaterColumn> take() { return std::move(columns_); }

 private:
  std::vector<LaterColumn> columns_;
};

// ---------------------------------------------------------------- families

void add_sizes(Columns& columns) {
  const ListColumns payloads = {ValueList::kPayloads, kByte, "bytes", "the transport payloads",
                                false};
  const ListColumns headers = {ValueList::kHeaders, kByte, "bytes", "the transport headers", false};
  const ListColumns segments = {ValueList::kSegments, kByte, "bytes",
                                "the segments, transport header and payload,", false};
  for (const Scope scope : kScopes) {
    for (const ValueStatistic* statistic : {&kMedian, &kSkewness, &kVariation, &kMode}) {
      columns.add(std::string(kPrefix[scope]) + "payload_bytes_" + statistic->name, payloads,
                  *statistic, scope);
    }
  }
  for (const Scope scope : kScopes) {
    for (const ValueStatistic* statistic :
         {&kMedian, &kSkewness, &kVariation, &kMode, &kVariance}) {
      columns.add(std::string(kPrefix[scope]) + statistic->name + "_header_bytes", headers,
                  *statistic, scope);
    }
  }
  for (const Scope scope : kScopes) {
    for (const ValueStatistic* statistic : {&kMean, &kMaximum, &kMinimum, &kDeviation, &kVariance,
                                            &kMedian, &kSkewness, &kVariation, &kMode}) {
      columns.add(std::string(kPrefix[scope]) + "segment_size_" + statistic->name, segments,
                  *statistic, scope);
    }
  }
}

void add_times(Columns& columns) {
  const ListColumns active = {ValueList::kActive, kSecond, "s",
                              "the active periods that a longer gap than the threshold ended",
                              true};
  const ListColumns idle = {ValueList::kIdle, kSecond, "s",
                            "the gaps above the active-idle threshold", true};
  const ListColumns gaps = {ValueList::kGaps, kSecond, "s", "the times between successive packets",
                            true};
  const auto all = {&kMedian, &kSkewness, &kVariation, &kMode, &kVariance};
  for (const ValueStatistic* statistic : all) {
    columns.add(std::string("active_") + statistic->name, active, *statistic, kBidirectional);
  }
  for (const ValueStatistic* statistic : all) {
    columns.add(std::string("idle_") + statistic->name, idle, *statistic, kBidirectional);
  }
  for (const Scope scope : kScopes) {
    for (const ValueStatistic* statistic : all) {
      columns.add(std::string(kPrefix[scope]) + "packets_IAT_" + statistic->name, gaps, *statistic,
                  scope);
    }
  }
}

void add_flag_share(Columns& columns, const std::string& name, const char* flag_text, int bit,
                    Scope scope, Scope of_scope) {
  columns.push(name, ColumnType::kF64, "",
               std::string("packets with TCP flag ") + flag_text + " " + kScopeText[scope] +
                   ", per packet " + kScopeText[of_scope] + "; 0 without any",
               [bit, scope, of_scope](const LaterRow& row) {
                 return Cell::of(ratio(static_cast<double>(row.measures.flags[scope][bit]),
                                       row.measures.packets[of_scope]));
               });
}

void add_flags(Columns& columns) {
  struct Flag {
    const char *name, *text;
    std::uint8_t bit;
  };
  constexpr Flag kFlags[] = {{"fin", "FIN", tcp_flag::kFin}, {"psh", "PSH", tcp_flag::kPsh},
                             {"urg", "URG", tcp_flag::kUrg}, {"ece", "ECE", tcp_flag::kEce},
                             {"syn", "SYN", tcp_flag::kSyn}, {"ack", "ACK", tcp_flag::kAck},
                             {"cwr", "CWR", tcp_flag::kCwr}, {"rst", "RST", tcp_flag::kRst}};
  for (const Scope scope : kScopes) {
    for (const Flag& flag : kFlags) {
      add_flag_share(columns, std::string(kPrefix[scope]) + flag.name + "_flag_percentage_in_total",
                     flag.text, std::countr_zero(flag.bit), scope, kBidirectional);
    }
  }
  for (const Scope scope : {kForwardScope, kBackwardScope}) {
    for (const Flag& flag : kFlags) {
      add_flag_share(columns,
                     std::string(kPrefix[scope]) + flag.name + "_flag_percentage_in_" +
                         kPrefix[scope] + "packets",
                     flag.text, std::countr_zero(flag.bit), scope, scope);
    }
  }
}

void add_handshake(Columns& columns) {
  columns.push("delta_start", ColumnType::kF64, "s",
               "time from the packet that completed the TCP handshake to the next one; no value "
               "without either",
               [](const LaterRow& row) {
                 const MeterHandshake& handshake = row.handshake;
                 return handshake.has_next
                            ? Cell::of(in_units(
                                  time_difference(handshake.next_ns, handshake.complete_ns), 1e9))
                            : Cell::missing();
               });
  columns.push("handshake_duration", ColumnType::kF64, "s",
               "time from the SYN to the ACK that completed the TCP handshake; no value without it",
               [](const LaterRow& row) {
                 const MeterHandshake& handshake = row.handshake;
                 return handshake.state == MeterHandshake::kComplete
                            ? Cell::of(in_units(
                                  time_difference(handshake.complete_ns, handshake.syn_ns), 1e9))
                            : Cell::missing();
               });
  columns.push("handshake_state", ColumnType::kU64, "",
               "how far the TCP handshake came: 0 no SYN, 1 SYN, 2 SYN+ACK that acknowledges it, 3 "
               "ACK of that; 0 for UDP",
               [](const LaterRow& row) { return Cell::of(std::uint64_t{row.handshake.state}); });
}

void add_steps(Columns& columns) {
  const ListColumns kSteps[] = {
      {ValueList::kTimeSteps, kMillisecond, "ms",
       "the times between successive packets, these put in order of time,", true},
      {ValueList::kLengthSteps, kByte, "bytes",
       "the differences between the wire lengths of successive packets, in order of time,", true},
      {ValueList::kHeaderSteps, kByte, "bytes",
       "the differences between the headers of successive packets, in order of time,", true},
      {ValueList::kPayloadSteps, kByte, "bytes",
       "the differences between the payloads of successive packets, in order of time,", true}};
  constexpr const char* kNames[] = {"packets_delta_time", "packets_delta_len",
                                    "header_bytes_delta_len", "payload_bytes_delta_len"};
  for (std::size_t i = 0; i < std::size(kSteps); ++i) {
    for (const Scope scope : kScopes) {
      for (const ValueStatistic* statistic : {&kMinimum, &kMaximum, &kMean, &kMode, &kVariance,
                                              &kDeviation, &kMedian, &kSkewness, &kVariation}) {
        columns.add(std::string(statistic->name) + "_" + kPrefix[scope] + kNames[i], kSteps[i],
                    *statistic, scope);
      }
    }
  }
}

}  // namespace

const std::vector<LaterColumn>& later_columns() {
  static const std::vector<LaterColumn> all = [] {
    Columns columns;
    add_sizes(columns);
    add_times(columns);
    add_flags(columns);
    add_handshake(columns);
    add_steps(columns);
    return columns.take();
  }();
  return all;
}

}  // namespace netml
