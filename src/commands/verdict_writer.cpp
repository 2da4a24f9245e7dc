#include "verdict_writer.hpp"

#include <ctime>

#include "netml/core/text_format.hpp"
#include "netml/table/csv_writer.hpp"
#include "netml/table/json_lines_writer.hpp"

namespace netml {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

struct WallTime {
  char date[16];
  char clock[32];  // with microseconds
};

WallTime wall_time(std::int64_t ns, TextZone zone) {
  std::int64_t seconds = ns / kSecond;
  std::int64_t rest = ns % kSecond;
  if (rest < 0) {
    rest += kSecond;
    --seconds;
  }
  const std::time_t time = seconds;
  std::tm parts{};
  zone == TextZone::kUtc ? gmtime_r(&time, &parts) : localtime_r(&time, &parts);
  WallTime text{};
  std::strftime(text.date, sizeof text.date, "%Y-%m-%d", &parts);
  char clock[16];
  std::strftime(clock, sizeof clock, "%H:%M:%S", &parts);
  std::snprintf(text.clock, sizeof text.clock, "%s.%06d", clock, static_cast<int>(rest / 1000));
  return text;
}

std::string protocol_name(std::uint8_t protocol) {
  switch (protocol) {
    case ip_protocol::kTcp:
      return "TCP";
    case ip_protocol::kUdp:
      return "UDP";
    case ip_protocol::kIcmp:
      return "ICMP";
    case ip_protocol::kIcmpv6:
      return "ICMPv6";
    case ip_protocol::kSctp:
      return "SCTP";
    default:
      return "protocol-" + std::to_string(protocol);
  }
}

std::string endpoint(const IpAddress& address, int version, std::uint16_t port) {
  const std::string text = to_text(address, version);
  return (version == 6 ? "[" + text + "]" : text) + ":" + std::to_string(port);
}

std::string upper_verdict(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAnomaly:
      return "ANOMALY";
    case Verdict::kNormal:
      return "NORMAL";
    case Verdict::kInvalid:
      return "INVALID";
    case Verdict::kUnclassified:
      return "[unclassified]";
  }
  return {};
}

// [2017-07-04] [11:54:30.123456 – 11:54:31.000000] 192.168.10.5:49188 → 8.8.8.8:53 [UDP] ANOMALY
// score=… p=…
class TextWriter final : public VerdictWriter {
 public:
  TextWriter(const ClassifyCommand& command, OutputFile& file) : command_(command), file_(file) {}

  void write(const FlowVerdict& verdict) override {
    const Flow& flow = verdict.flow;
    const WallTime first = wall_time(flow.first_ns(), command_.zone);
    const WallTime last = wall_time(flow.last_ns(), command_.zone);
    std::string line =
        std::string("[") + first.date + "] [" + first.clock + " – " + last.clock + "] ";
    if (verdict.has_addresses) {
      line += endpoint(flow.source(), flow.key.ip_version, flow.source_port()) + " → " +
              endpoint(flow.destination(), flow.key.ip_version, flow.destination_port()) + " [" +
              protocol_name(flow.key.protocol) + "] ";
    } else {
      line += "(all but IPv4) [protocol-other] ";
    }
    const bool is_bright = command_.uses_color && verdict.score.verdict == Verdict::kAnomaly;
    line += is_bright ? "\x1b[1;31m" + upper_verdict(verdict.score.verdict) + "\x1b[0m"
                      : upper_verdict(verdict.score.verdict);
    if (verdict.score.verdict != Verdict::kInvalid) {
      line += " score=" + number_text(verdict.score.score);
    }
    if (verdict.score.p_value) {
      line += " p=" + number_text(*verdict.score.p_value);
    }
    file_.write(line + "\n");
  }

 private:
  const ClassifyCommand& command_;
  OutputFile& file_;
};

Schema verdict_schema() {
  const auto column = [](const char* name, ColumnType type, const char* unit,
                         const char* definition) {
    return ColumnInfo{name, type, unit, definition, "netml", false};
  };
  return {{column("src_ip", ColumnType::kText, "", "address of the flow's initiator"),
           column("src_port", ColumnType::kU64, "", "its port"),
           column("dst_ip", ColumnType::kText, "", "address of the responder"),
           column("dst_port", ColumnType::kU64, "", "its port"),
           column("protocol", ColumnType::kU64, "", "IANA protocol number"),
           column("start_ns", ColumnType::kI64, "ns", "time of the first packet since 1970"),
           column("end_ns", ColumnType::kI64, "ns", "time of the last packet since 1970"),
           column("packets", ColumnType::kU64, "packets", "packets in both directions"),
           column("bytes", ColumnType::kU64, "bytes", "their sizes by the model's accounting"),
           column("score", ColumnType::kF64, "", "greater = more novel"),
           column("threshold", ColumnType::kF64, "", "a score above it is an anomaly"),
           column("p_value", ColumnType::kF64, "", "conformal p-value"),
           column("verdict", ColumnType::kText, "", "anomaly, normal, invalid or unclassified"),
           column("explanation", ColumnType::kText, "", "the columns that drove an alert")}};
}

class TableWriter final : public VerdictWriter {
 public:
  explicit TableWriter(std::unique_ptr<RowSink> sink) : sink_(std::move(sink)) {
    sink_->begin(verdict_schema());
  }

  void write(const FlowVerdict& verdict) override {
    const Flow& flow = verdict.flow;
    const std::string source =
        verdict.has_addresses ? to_text(flow.source(), flow.key.ip_version) : "";
    const std::string destination =
        verdict.has_addresses ? to_text(flow.destination(), flow.key.ip_version) : "";
    const auto or_none = [&](std::uint64_t value) {
      return verdict.has_addresses ? Cell::of(value) : Cell::of(std::int64_t{-1});
    };
    const auto optional = [](const std::optional<double>& value) {
      return value ? Cell::of(*value) : Cell::missing();
    };
    const Cell cells[] = {Cell::of(std::string_view(source)),
                          or_none(flow.source_port()),
                          Cell::of(std::string_view(destination)),
                          or_none(flow.destination_port()),
                          or_none(flow.key.protocol),
                          Cell::of(flow.first_ns()),
                          Cell::of(flow.last_ns()),
                          Cell::of(flow.packets()),
                          Cell::of(flow.bytes()),
                          Cell::of(verdict.score.score),
                          optional(verdict.threshold),
                          optional(verdict.score.p_value),
                          Cell::of(to_text(verdict.score.verdict)),
                          Cell::missing()};
    sink_->row(cells);
  }

 private:
  std::unique_ptr<RowSink> sink_;
};

}  // namespace

std::unique_ptr<VerdictWriter> make_verdict_writer(const ClassifyCommand& command,
                                                   OutputFile& file) {
  switch (command.format) {
    case VerdictFormat::kCsv:
      return std::make_unique<TableWriter>(
          std::make_unique<CsvWriter>(file, CsvDialect::kRfc4180, TextMode::kSafe));
    case VerdictFormat::kJsonLines:
      return std::make_unique<TableWriter>(std::make_unique<JsonLinesWriter>(file));
    case VerdictFormat::kText:
      break;
  }
  return std::make_unique<TextWriter>(command, file);
}

}  // namespace netml
