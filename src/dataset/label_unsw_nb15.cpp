// UNSW-NB15: the four CSV files of argus and Bro records with 49 columns (N. Moustafa, J. Slay,
// MilCIS 2015). The published files have no header; the columns are those of their
// NUSW-NB15_features.csv. Times are whole seconds since 1970, the duration is in seconds.

#include <algorithm>
#include <optional>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

#include "label_cells.hpp"
#include "label_csv_rows.hpp"
#include "label_formats.hpp"

namespace netml {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::size_t kPublishedColumns = 49;

struct Columns {
  std::size_t src_ip = 0, src_port = 1, dst_ip = 2, dst_port = 3, protocol = 4, begin = 28;
  std::optional<std::size_t> duration = 6, end = 29, category = 47;
  std::size_t label = 48;
};

Columns find_columns(const LabelHeader& header, const std::string& what) {
  if (header.find({"attack_cat"}) && !header.find({"srcip"})) {
    throw DataError(what +
                    ": these labels have no addresses, as the training and testing sets of "
                    "UNSW-NB15; take its files UNSW-NB15_1.csv to UNSW-NB15_4.csv");
  }
  Columns columns;
  columns.src_ip = header.need({"srcip"});
  columns.src_port = header.need({"sport"});
  columns.dst_ip = header.need({"dstip"});
  columns.dst_port = header.need({"dsport"});
  columns.protocol = header.need({"proto"});
  columns.begin = header.need({"stime"});
  columns.duration = header.find({"dur"});
  columns.end = header.find({"ltime"});
  columns.category = header.find({"attack_cat"});
  columns.label = header.need({"label"});
  return columns;
}

// argus writes no port where it knows none.
std::string_view port_or_none(std::string_view text) {
  text = trim(text);
  return text.empty() || text == "-" ? "0" : text;
}

// From Stime to Ltime, or as long as `dur` says if that is longer.
std::string read_times(const CsvScanner& record, const Columns& columns, LabelRow& row,
                       LabelRowBuilder& rows) {
  const auto begin = parse_label_time(record[columns.begin]);
  if (!begin) {
    return bad_cell("time", record[columns.begin], "a number of seconds since 1970");
  }
  std::int64_t length = 0;
  if (columns.duration) {
    const auto duration = parse_label_duration(record[*columns.duration], kSecond);
    if (!duration) {
      return bad_cell("duration", record[*columns.duration], "a number of seconds");
    }
    length = *duration;
  }
  if (columns.end) {
    const auto end = parse_label_time(record[*columns.end]);
    if (!end) {
      return bad_cell("time", record[*columns.end], "a number of seconds since 1970");
    }
    length = std::max(length, end->ns - begin->ns);
  }
  return rows.set_times(row, *begin, length)
             ? ""
             : bad_cell("time", record[columns.begin], "with its duration a time before 2262");
}

std::string read_record(const CsvScanner& record, const Columns& columns, LabelDraft& draft,
                        LabelRowBuilder& rows) {
  std::string problem = read_logged_key(
      {record[columns.protocol], record[columns.src_ip], port_or_none(record[columns.src_port]),
       record[columns.dst_ip], port_or_none(record[columns.dst_port])},
      draft);
  if (problem.empty()) {
    problem = read_times(record, columns, draft.row, rows);
  }
  const auto label = parse_whole(record[columns.label], 1);
  if (problem.empty() && !label) {
    return bad_cell("label", record[columns.label], "0 or 1");
  }
  draft.value = static_cast<int>(label.value_or(0));
  // The category is empty in normal rows.
  draft.name = columns.category ? trim(record[*columns.category]) : std::string_view();
  if (draft.name.empty() || draft.name == "-") {
    draft.name = draft.value == 0 ? "Normal" : "attack";
  }
  return problem;
}

}  // namespace

bool recognises_unsw_nb15(const LabelHead& head) {
  const bool is_published =
      head.cells.size() == kPublishedColumns && parse_ip_address(head.cells[0]).has_value();
  return is_published || (head.has_cell("srcip") && head.has_cell("dstip")) ||
         (head.has_cell("attack_cat") && head.has_cell("label"));
}

LabelRows read_unsw_nb15(TextSource source, LabelRowBuilder& rows, const LabelOptions&) {
  CsvScanner scanner(std::move(source));
  find_first_record(scanner, rows.what());
  const bool has_header = !parse_ip_address(trim(scanner[0])).has_value();
  Columns columns;
  std::size_t cells = kPublishedColumns;
  if (has_header) {
    const LabelHeader header(scanner, rows.what());
    columns = find_columns(header, rows.what());
    cells = header.size();
  }
  read_csv_records(scanner, has_header ? StartAt::kNextRecord : StartAt::kThisRecord, cells, rows,
                   [&](const CsvScanner& record, LabelDraft& draft) {
                     return read_record(record, columns, draft, rows);
                   });
  return rows.finish();
}

}  // namespace netml
