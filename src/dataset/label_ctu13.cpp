// CTU-13: bidirectional argus records, `.binetflow` (S. Garcia et al., Computers & Security 45,
// 2014). Times are local (Prague), the duration is in seconds. Their authors take flows from
// infected hosts for attacks and flows from known clean hosts for normal; who only talked to either
// is not known, and neither is the background.

#include <array>

#include "netml/core/text_format.hpp"

#include "label_cells.hpp"
#include "label_csv_rows.hpp"
#include "label_formats.hpp"

namespace netml {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

struct Columns {
  std::size_t begin, duration, protocol, src_ip, src_port, dst_ip, dst_port, label;
};

Columns find_columns(const LabelHeader& header) {
  return {header.need({"starttime"}), header.need({"dur"}),   header.need({"proto"}),
          header.need({"srcaddr"}),   header.need({"sport"}), header.need({"dstaddr"}),
          header.need({"dport"}),     header.need({"label"})};
}

enum class Meaning { kUnknown, kNone, kNormal, kAttack };

// "flow=From-Botnet-V42-TCP-Established" and its kin.
Meaning meaning_of(std::string_view label) {
  struct Start {
    std::string_view text;
    Meaning meaning;
  };
  constexpr std::array<Start, 8> kStarts = {
      {{"from-botnet", Meaning::kAttack},
       {"botnet", Meaning::kAttack},
       {"from-normal", Meaning::kNormal},
       {"normal", Meaning::kNormal},
       {"background", Meaning::kNone},
       {"backgrund", Meaning::kNone},  // as some files have it
       {"from-background", Meaning::kNone},
       {"to-", Meaning::kNone}}};
  std::string text = to_lower(trim(label));
  if (text.starts_with("flow=")) {
    text.erase(0, 5);
  }
  for (const Start& start : kStarts) {
    if (text.starts_with(start.text)) {
      return start.meaning;
    }
  }
  return Meaning::kUnknown;
}

// argus writes no port where it knows none.
std::string_view port_or_none(std::string_view text) {
  text = trim(text);
  return text.empty() ? "0" : text;
}

std::string read_record(const CsvScanner& record, const Columns& columns, LabelDraft& draft,
                        LabelRowBuilder& rows) {
  std::string problem = read_logged_key(
      {record[columns.protocol], record[columns.src_ip], port_or_none(record[columns.src_port]),
       record[columns.dst_ip], port_or_none(record[columns.dst_port])},
      draft);
  if (!problem.empty()) {
    return problem;
  }
  const std::string_view begin = record[columns.begin], duration = record[columns.duration];
  const auto time = parse_label_time(begin);
  if (!time) {
    return bad_cell("time", begin, "one like 2011/08/10 09:46:59.607825");
  }
  const auto length = parse_label_duration(duration, kSecond);
  if (!length) {
    return bad_cell("duration", duration, "a number of seconds");
  }
  if (!rows.set_times(draft.row, *time, *length)) {
    return bad_cell("time", begin, "with its duration a time before 2262");
  }
  draft.name = record[columns.label];
  const Meaning meaning = meaning_of(draft.name);
  draft.is_left_out = draft.is_left_out || meaning == Meaning::kNone;
  draft.value = meaning == Meaning::kAttack ? 1 : 0;
  return meaning == Meaning::kUnknown
             ? bad_cell("label", draft.name,
                        "one of CTU-13's (From-Botnet…, From-Normal…, Background…, To-…)")
             : "";
}

}  // namespace

bool recognises_ctu13(const LabelHead& head) {
  return head.has_cell("srcaddr") && head.has_cell("dstaddr");
}

LabelRows read_ctu13(TextSource source, LabelRowBuilder& rows, const LabelOptions&) {
  CsvScanner scanner(std::move(source));
  find_first_record(scanner, rows.what());
  const LabelHeader header(scanner, rows.what());
  const Columns columns = find_columns(header);
  read_csv_records(scanner, StartAt::kNextRecord, header.size(), rows,
                   [&](const CsvScanner& record, LabelDraft& draft) {
                     return read_record(record, columns, draft, rows);
                   });
  return rows.finish();
}

}  // namespace netml
