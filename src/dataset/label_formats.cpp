#include "label_formats.hpp"

#include <algorithm>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"
#include "netml/table/csv_scanner.hpp"

#include "label_json.hpp"

namespace netml {
namespace {

constexpr LabelFormatInfo kFormats[] = {
    {.format = LabelFormat::kCicids2017,
     .name = "cicids2017",
     .recognised = "the columns 'Source IP' and 'Destination IP'",
     .recognises = recognises_cicids2017,
     .read = read_cicids2017,
     .knows_halves_of_days = true},
    {.format = LabelFormat::kNetml,
     .name = "netml",
     .recognised = "",
     .recognises = nullptr,  // the same file, read in another way: only by its name
     .read = read_netml_labels,
     .is_directed = true,
     .conflict = LabelConflict::kLast},
    {.format = LabelFormat::kZeek,
     .name = "zeek",
     .recognised = "a line that begins with '#separator' or '#fields', or the JSON key 'id.orig_h'",
     .recognises = recognises_zeek,
     .read = read_zeek},
    {.format = LabelFormat::kUnswNb15,
     .name = "unsw-nb15",
     .recognised = "the columns 'srcip' and 'dstip', or 49 cells without a header",
     .recognises = recognises_unsw_nb15,
     .read = read_unsw_nb15},
    {.format = LabelFormat::kCtu13,
     .name = "ctu13",
     .recognised = "the columns 'SrcAddr' and 'DstAddr'",
     .recognises = recognises_ctu13,
     .read = read_ctu13,
     .names_differ = false},
    {.format = LabelFormat::kSuricata,
     .name = "suricata",
     .recognised = "the JSON key 'event_type'",
     .recognises = recognises_suricata,
     .read = read_suricata,
     .names_differ = false},
    {.format = LabelFormat::kCsv,
     .name = "csv",
     .recognised = "--label-columns, or columns named as its keys: 'src_ip', 'dst_ip', 'label'",
     .recognises = recognises_csv_labels,
     .read = read_csv_labels,
     .is_rule_file = true,
     .conflict = LabelConflict::kFirst}};

bool contains(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::string names(const std::vector<const LabelFormatInfo*>& formats) {
  std::vector<std::string> list;
  list.reserve(formats.size());
  for (const LabelFormatInfo* format : formats) {
    list.emplace_back(format->name);
  }
  return join(list, ", ");
}

const LabelFormatInfo& by_name(LabelFormat wanted) {
  return *std::find_if(std::begin(kFormats), std::end(kFormats),
                       [&](const LabelFormatInfo& known) { return known.format == wanted; });
}

// Long enough to be recognised by a reader of the message.
std::string excerpt(std::string_view line) {
  constexpr std::size_t kLongest = 80;
  return printable(line.substr(0, kLongest)) + (line.size() > kLongest ? "…" : "");
}

}  // namespace

bool LabelHead::has_cell(std::string_view name) const {
  return contains(cells, name);
}
bool LabelHead::has_member(std::string_view name) const {
  return contains(members, name);
}

std::span<const LabelFormatInfo> label_formats() {
  return kFormats;
}

LabelHead label_head(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  LabelHead head;
  const std::size_t begin = text.find_first_not_of("\r\n");
  if (begin == std::string_view::npos) {
    return head;
  }
  text.remove_prefix(begin);
  head.line = text.substr(0, text.find_first_of("\r\n"));
  CsvScanner record = CsvScanner::over(text);
  if (record.next()) {
    for (std::size_t i = 0; i < record.size(); ++i) {
      head.cells.push_back(to_lower(trim(record[i])));
    }
  }
  if (head.line.starts_with('{')) {
    std::vector<std::string> telling = {"event_type", "id.orig_h", "id.resp_h"};
    JsonFields fields(telling);
    fields.read(head.line);  // a line that is cut or bad may say enough all the same
    std::copy_if(telling.begin(), telling.end(), std::back_inserter(head.members),
                 [&](const std::string& name) { return fields.get(name).has_value(); });
  }
  return head;
}

const LabelFormatInfo& find_label_format(const LabelOptions& options, const LabelHead& head,
                                         const std::string& what) {
  if (options.format != LabelFormat::kAuto) {
    return by_name(options.format);
  }
  if (!options.columns.empty()) {
    return by_name(LabelFormat::kCsv);
  }
  if (head.line.empty()) {
    throw DataError(what + ": the label file is empty");
  }
  std::vector<const LabelFormatInfo*> recognising, all;
  for (const LabelFormatInfo& format : kFormats) {
    all.push_back(&format);
    if (format.recognises != nullptr && format.recognises(head)) {
      recognising.push_back(&format);
    }
  }
  if (recognising.size() == 1) {
    return *recognising.front();
  }
  const std::string seen = "the file begins with '" + excerpt(head.line) + "'";
  if (recognising.empty()) {
    throw DataError(what + ": not labels of a format that netml recognises: " + seen +
                    "; --label-format says which it is (" + names(all) +
                    "), --label-columns names the columns of any other CSV");
  }
  std::string reasons;
  for (const LabelFormatInfo* format : recognising) {
    reasons += (reasons.empty() ? "" : "; ") + std::string(format->name) + " has " +
               std::string(format->recognised);
  }
  throw DataError(what + ": labels of several formats begin like this (" + reasons + "): " + seen +
                  "; --label-format says which it is");
}

}  // namespace netml
