// Zeek's conn.log with the two columns that IoT-23 adds (label, detailed-label), as Zeek's
// tab-separated text or as JSON lines. Times are seconds since 1970, durations are in seconds.
//
// In most files of IoT-23 the last three columns are one: tunnel_parents, label and detailed-label
// stand in the last cell with spaces between them, in the line of the names and in every row.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

#include "label_cells.hpp"
#include "label_formats.hpp"
#include "label_json.hpp"
#include "label_lines.hpp"

namespace netml {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::size_t kMostColumns = 4096;  // far above any log

/// One connection; a field that is not set has no value.
struct Connection {
  std::optional<std::string_view> begin, duration, protocol, protocol_number, src_ip, src_port,
      dst_ip, dst_port, label, detail;
};

struct FieldName {
  std::string_view name;
  std::optional<std::string_view> Connection::*field;
};

// The detail has had three spellings.
constexpr std::array<FieldName, 12> kFieldNames = {{{"ts", &Connection::begin},
                                                    {"duration", &Connection::duration},
                                                    {"proto", &Connection::protocol},
                                                    {"ip_proto", &Connection::protocol_number},
                                                    {"id.orig_h", &Connection::src_ip},
                                                    {"id.orig_p", &Connection::src_port},
                                                    {"id.resp_h", &Connection::dst_ip},
                                                    {"id.resp_p", &Connection::dst_port},
                                                    {"label", &Connection::label},
                                                    {"detailed-label", &Connection::detail},
                                                    {"detailedlabel", &Connection::detail},
                                                    {"detailed_label", &Connection::detail}}};

bool is_said(const std::optional<std::string_view>& text) {
  return text && !text->empty() && *text != "-" && *text != "(empty)";
}

std::string read_label(const Connection& connection, LabelDraft& draft) {
  if (!connection.label || connection.label->empty() || *connection.label == "(empty)") {
    return "the label is empty";
  }
  draft.name = is_said(connection.detail) ? *connection.detail : *connection.label;
  draft.value = label_value(*connection.label);
  // What the labelling tool of IoT-23's authors gives to what no rule of theirs speaks of.
  draft.is_left_out = draft.is_left_out || to_lower(*connection.label) == "background";
  return "";
}

std::string read_times(const Connection& connection, LabelRow& row, LabelRowBuilder& rows) {
  const std::string_view begin = connection.begin.value_or("");
  const auto time = parse_label_time(begin);
  if (!time) {
    return bad_cell("ts", begin, "a number of seconds since 1970");
  }
  const auto length = parse_label_duration(connection.duration.value_or(""), kSecond);
  if (!length) {
    return bad_cell("duration", *connection.duration, "a number of seconds");
  }
  return rows.set_times(row, *time, *length)
             ? ""
             : bad_cell("ts", begin, "with its duration a time before 2262");
}

std::string read_connection(const Connection& connection, LabelDraft& draft,
                            LabelRowBuilder& rows) {
  std::string_view protocol = connection.protocol.value_or("");
  if (protocol == "unknown_transport" && connection.protocol_number) {
    protocol = *connection.protocol_number;
  }
  std::string problem =
      read_logged_key({protocol, connection.src_ip.value_or(""), connection.src_port.value_or(""),
                       connection.dst_ip.value_or(""), connection.dst_port.value_or("")},
                      draft);
  if (problem.empty()) {
    problem = read_times(connection, draft.row, rows);
  }
  return problem.empty() ? read_label(connection, draft) : problem;
}

// At most `most` parts, with one or more separators between them.
void split_at_blanks(std::string_view text, std::size_t most,
                     std::vector<std::string_view>& parts) {
  text = trim(text);
  while (parts.size() + 1 < most) {
    const std::size_t at = text.find(' ');
    if (at == std::string_view::npos) {
      break;
    }
    parts.push_back(text.substr(0, at));
    text = trim(text.substr(at));
  }
  parts.push_back(text);
}

// Tab-separated logs.
class LogReader {
 public:
  explicit LogReader(LabelRowBuilder& rows) : rows_(rows) {}

  // A line that begins with '#'. Throws DataError for columns that give no labels.
  void read_comment(std::string_view line) {
    if (const auto text = value_of(line, "#separator ")) {
      set_separator(*text);
    } else if (const auto unset = value_of(line, "#unset_field" + separator_)) {
      unset_ = *unset;
    } else if (const auto names = value_of(line, "#fields" + separator_)) {
      set_columns(*names);
    }
  }

  std::string read(std::string_view line, LabelDraft& draft) {
    if (columns_.empty()) {
      return "a row stands before the line of #fields";
    }
    cells_.clear();
    split_cells(line, columns_.size() + 1, cells_);
    if (cells_.size() < columns_.size()) {
      const std::string_view last = cells_.back();
      cells_.pop_back();
      split_at_blanks(last, columns_.size(), cells_);
    }
    if (cells_.size() != columns_.size()) {
      return std::to_string(cells_.size()) + " cells where #fields has " +
             std::to_string(columns_.size());
    }
    Connection connection;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool is_label = columns_[i] == &Connection::label;  // there "-" means normal
      if (columns_[i] != nullptr && (is_label || cells_[i] != unset_)) {
        connection.*columns_[i] = trim(cells_[i]);
      }
    }
    return read_connection(connection, draft, rows_);
  }

 private:
  static std::optional<std::string_view> value_of(std::string_view line, std::string_view key) {
    return line.starts_with(key) ? std::optional(line.substr(key.size())) : std::nullopt;
  }

  // "\x09", or the character itself.
  void set_separator(std::string_view text) {
    separator_.clear();
    while (!text.empty()) {
      const bool is_escaped = text.size() >= 4 && text[0] == '\\' && text[1] == 'x';
      const auto code = is_escaped ? hexadecimal(text.substr(2, 2)) : std::nullopt;
      separator_ += code ? *code : text[0];
      text.remove_prefix(code ? 4 : 1);
    }
    if (separator_.empty()) {
      separator_ = "\t";
    }
  }
  static std::optional<char> hexadecimal(std::string_view digits) {
    int code = 0;
    for (const char c : digits) {
      const auto digit = std::string_view("0123456789abcdef").find(to_lower({&c, 1}));
      if (digit == std::string_view::npos) {
        return std::nullopt;
      }
      code = 16 * code + static_cast<int>(digit);
    }
    return static_cast<char>(code);
  }

  // At most `most` cells; the last holds the rest.
  void split_cells(std::string_view line, std::size_t most,
                   std::vector<std::string_view>& cells) const {
    for (std::size_t at = line.find(separator_);
         at != std::string_view::npos && cells.size() + 1 < most; at = line.find(separator_)) {
      cells.push_back(line.substr(0, at));
      line.remove_prefix(at + separator_.size());
    }
    cells.push_back(line);
  }

  void set_columns(std::string_view text) {
    std::vector<std::string_view> names, parts;
    split_cells(text, kMostColumns + 1, names);
    split_at_blanks(names.back(), kMostColumns + 1, parts);
    names.pop_back();
    names.insert(names.end(), parts.begin(), parts.end());
    if (names.size() > kMostColumns) {
      throw DataError(rows_.what() + ": the line of #fields names more than 4096 columns");
    }
    columns_.clear();
    for (const std::string_view name : names) {
      columns_.push_back(nullptr);
      for (const FieldName& known : kFieldNames) {
        if (to_lower(name) == known.name) {
          columns_.back() = known.field;
        }
      }
    }
    for (const std::string_view needed :
         {"ts", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "label"}) {
      const auto is_needed = [&](std::string_view name) { return to_lower(name) == needed; };
      if (std::none_of(names.begin(), names.end(), is_needed)) {
        throw DataError(rows_.what() + ": no column '" + std::string(needed) +
                        "' in the line of #fields; netml reads a conn.log with labels, as IoT-23's "
                        "conn.log.labeled");
      }
    }
  }

  LabelRowBuilder& rows_;
  std::string separator_ = "\t", unset_ = "-";
  std::vector<std::optional<std::string_view> Connection::*> columns_;
  std::vector<std::string_view> cells_;
};

// JSON lines.
class ObjectReader {
 public:
  explicit ObjectReader(LabelRowBuilder& rows) : rows_(rows), fields_(wanted()) {}

  std::string read(std::string_view line, LabelDraft& draft) {
    if (std::string problem = fields_.read(line); !problem.empty()) {
      return problem;
    }
    Connection connection;
    for (const FieldName& known : kFieldNames) {
      if (const auto value = fields_.get(known.name)) {
        connection.*known.field = value;
      }
    }
    return read_connection(connection, draft, rows_);
  }

 private:
  static std::vector<std::string> wanted() {
    std::vector<std::string> names;
    names.reserve(std::size(kFieldNames));
    for (const FieldName& known : kFieldNames) {
      names.emplace_back(known.name);
    }
    return names;
  }

  LabelRowBuilder& rows_;
  JsonFields fields_;
};

}  // namespace

bool recognises_zeek(const LabelHead& head) {
  return head.line.starts_with("#separator") || head.line.starts_with("#fields") ||
         head.has_member("id.orig_h") || head.has_member("id.resp_h");
}

LabelRows read_zeek(TextSource source, LabelRowBuilder& rows, const LabelOptions&) {
  LineScanner lines(std::move(source));
  LogReader log(rows);
  ObjectReader objects(rows);
  while (lines.next()) {
    const std::string_view line = lines.line();
    if (line.empty()) {
      continue;
    }
    if (line[0] == '#' && lines.problem().empty()) {
      log.read_comment(line);
      continue;
    }
    LabelDraft draft;
    std::string problem = lines.problem();
    if (problem.empty()) {
      problem = line[0] == '{' ? objects.read(line, draft) : log.read(line, draft);
    }
    rows.add(std::move(draft), lines.number(), std::move(problem));
  }
  return rows.finish();
}

}  // namespace netml
