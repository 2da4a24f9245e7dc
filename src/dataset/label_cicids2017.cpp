// CICFlowMeter's CSV with labels, as the files of CICIDS2017 have it, and the Python netml's
// reading of it (its SPEC section 5).

#include <optional>

#include "label_cells.hpp"
#include "label_csv_rows.hpp"
#include "label_formats.hpp"

namespace netml {
namespace {

constexpr std::int64_t kMicrosecond = 1000;

struct Columns {
  std::size_t src_ip, src_port, dst_ip, dst_port, protocol, label;
  std::optional<std::size_t> time, duration;
};

Columns find_columns(const LabelHeader& header) {
  return {header.need({"source ip", "src ip"}),
          header.need({"source port", "src port"}),
          header.need({"destination ip", "dst ip"}),
          header.need({"destination port", "dst port"}),
          header.need({"protocol"}),
          header.need({"label"}),
          header.find({"timestamp"}),
          header.find({"flow duration"})};
}

std::string read_key(const CsvScanner& record, const Columns& columns, LabelKey& key) {
  std::string problem = read_address(record[columns.src_ip], key.a);
  if (problem.empty()) {
    problem = read_address(record[columns.dst_ip], key.b);
  }
  if (problem.empty()) {
    problem = read_port(record[columns.src_port], key.port_a);
  }
  if (problem.empty()) {
    problem = read_port(record[columns.dst_port], key.port_b);
  }
  return problem.empty() ? read_protocol_number(record[columns.protocol], key.protocol) : problem;
}

std::string read_times(const CsvScanner& record, const Columns& columns, LabelRow& row,
                       LabelRowBuilder& rows) {
  const std::string_view text = record[*columns.time];
  const auto time = parse_label_time(text);
  if (!time) {
    return bad_cell("time", text, "one of d/m/Y H:MM[:SS], Y-m-d H:MM[:SS] or seconds since 1970");
  }
  const auto duration =
      columns.duration ? parse_label_duration(record[*columns.duration], kMicrosecond) : 0;
  if (!duration) {
    return bad_cell("flow duration", record[*columns.duration], "a number of microseconds");
  }
  return rows.set_times(row, *time, *duration)
             ? ""
             : bad_cell("time", text, "with its duration a time before 2262");
}

LabelRows read(TextSource source, LabelRowBuilder& rows, bool with_times) {
  CsvScanner scanner(std::move(source));
  find_first_record(scanner, rows.what());
  const LabelHeader header(scanner, rows.what());
  const Columns columns = find_columns(header);
  read_csv_records(scanner, StartAt::kNextRecord, header.size(), rows,
                   [&](const CsvScanner& record, LabelDraft& draft) {
                     std::string problem = read_key(record, columns, draft.row.key);
                     if (problem.empty() && with_times && columns.time) {
                       problem = read_times(record, columns, draft.row, rows);
                     }
                     draft.name = record[columns.label];
                     return problem;
                   });
  return rows.finish();
}

}  // namespace

bool recognises_cicids2017(const LabelHead& head) {
  return (head.has_cell("source ip") || head.has_cell("src ip")) &&
         (head.has_cell("destination ip") || head.has_cell("dst ip"));
}

LabelRows read_cicids2017(TextSource source, LabelRowBuilder& rows, const LabelOptions&) {
  return read(std::move(source), rows, true);
}

LabelRows read_netml_labels(TextSource source, LabelRowBuilder& rows, const LabelOptions&) {
  return read(std::move(source), rows, false);
}

}  // namespace netml
