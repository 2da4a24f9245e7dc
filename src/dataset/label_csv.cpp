// Any CSV with a header: --label-columns says which columns to take for what. Cells may be ranges
// or say nothing, so that a list of rules is such a file too.

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "netml/core/error.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"

#include "label_cells.hpp"
#include "label_csv_rows.hpp"
#include "label_formats.hpp"

namespace netml {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

enum Key : std::size_t {
  kSrcIp,
  kSrcPort,
  kDstIp,
  kDstPort,
  kProtocol,
  kStart,
  kEnd,
  kDuration,
  kLabel,
  kName,
  kKeys
};

struct KeyName {
  std::string_view name;
  Key key;
  std::int64_t unit_ns = kSecond;  ///< of numbers, where the key is a time
};

constexpr std::array<KeyName, 19> kKeyNames = {{{"src_ip", kSrcIp},
                                                {"src_port", kSrcPort},
                                                {"dst_ip", kDstIp},
                                                {"dst_port", kDstPort},
                                                {"protocol", kProtocol},
                                                {"start", kStart},
                                                {"start_ms", kStart, 1'000'000},
                                                {"start_us", kStart, 1'000},
                                                {"start_ns", kStart, 1},
                                                {"end", kEnd},
                                                {"end_ms", kEnd, 1'000'000},
                                                {"end_us", kEnd, 1'000},
                                                {"end_ns", kEnd, 1},
                                                {"duration", kDuration},
                                                {"duration_ms", kDuration, 1'000'000},
                                                {"duration_us", kDuration, 1'000},
                                                {"duration_ns", kDuration, 1},
                                                {"label", kLabel},
                                                {"label_name", kName}}};

const KeyName* find_key(std::string_view name) {
  const auto* const at = std::find_if(kKeyNames.begin(), kKeyNames.end(),
                                      [&](const KeyName& known) { return known.name == name; });
  return at == kKeyNames.end() ? nullptr : at;
}

struct Column {
  std::size_t index;
  std::int64_t unit_ns;
};
using Columns = std::array<std::optional<Column>, kKeys>;

void set_column(Columns& columns, const KeyName& key, std::size_t index, const std::string& what) {
  if (columns[key.key]) {
    throw DataError(what + ": two columns are given for " + std::string(key.name));
  }
  columns[key.key] = Column{index, key.unit_ns};
}

// Those that the options name or, where they name none, those that are called like a key.
Columns find_columns(const LabelHeader& header, const LabelOptions& options,
                     const std::string& what) {
  Columns columns;
  for (const auto& [key, name] : options.columns) {
    set_column(columns, *find_key(key), header.need({name}), what);
  }
  if (options.columns.empty()) {
    for (const KeyName& key : kKeyNames) {
      if (const auto index = header.find({key.name})) {
        set_column(columns, key, *index, what);
      }
    }
  }
  if (!columns[kLabel]) {
    throw DataError(what +
                    ": no column for the label; --label-columns label=NAME names it, the "
                    "columns are " +
                    header.text());
  }
  // A row that any flow matches must be meant: by name.
  const bool has_key = std::any_of(columns.begin(), columns.begin() + kLabel,
                                   [](const auto& column) { return column.has_value(); });
  const bool has_address = columns[kSrcIp] || columns[kDstIp];
  if (options.columns.empty() ? !has_address : !has_key) {
    throw DataError(what +
                    ": no column says which flows the rows speak of; --label-columns names "
                    "them (src_ip=NAME,…), the columns are " +
                    header.text());
  }
  if (columns[kEnd] && columns[kDuration]) {
    throw DataError(what + ": a row has an end or a duration; --label-columns names both");
  }
  return columns;
}

bool is_any(std::string_view text) {
  return text.empty() || text == "*";
}

// The addresses that share the first `bits` bits; of 128, as IPv4 is mapped.
LabelRange<IpAddress> prefix(IpAddress address, std::size_t bits) {
  LabelRange<IpAddress> range{address, address};
  for (std::size_t i = 0; i < range.low.bytes.size(); ++i) {
    const std::size_t kept = std::clamp<std::size_t>(bits, 8 * i, 8 * i + 8) - 8 * i;
    const auto mask = static_cast<std::uint8_t>(0xff00U >> kept);
    range.low.bytes[i] = static_cast<std::uint8_t>(range.low.bytes[i] & mask);
    range.high.bytes[i] = static_cast<std::uint8_t>(range.high.bytes[i] | ~mask);
  }
  return range;
}

std::string read_addresses(std::string_view text, LabelRange<IpAddress>& range) {
  if (is_any(text)) {
    range = prefix({}, 0);
    return "";
  }
  constexpr std::string_view kExpected =
      "an address, a network like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9";
  const std::size_t slash = text.find('/'), dash = text.find('-');
  const auto low = parse_ip_address(trim(text.substr(0, std::min(slash, dash))));
  if (!low) {
    return bad_cell("address", text, kExpected);
  }
  range = {*low, *low};
  if (slash != std::string_view::npos) {
    const bool is_ipv4 = text.find(':') == std::string_view::npos;
    const auto bits = parse_u64(trim(text.substr(slash + 1)));
    if (!bits || *bits > (is_ipv4 ? 32U : 128U)) {
      return bad_cell("address", text, kExpected);
    }
    range = prefix(*low, *bits + (is_ipv4 ? 96 : 0));
  } else if (dash != std::string_view::npos) {
    const auto high = parse_ip_address(trim(text.substr(dash + 1)));
    if (!high || *high < *low || high->is_mapped_ipv4() != low->is_mapped_ipv4()) {
      return bad_cell("address", text, kExpected);
    }
    range.high = *high;
  }
  return "";
}

std::string read_ports(std::string_view text, LabelRange<std::uint16_t>& range) {
  if (is_any(text)) {
    range = {0, 65535};
    return "";
  }
  const std::size_t dash = text.find('-');
  const auto low = parse_whole(text.substr(0, dash), 65535);
  const auto high =
      dash == std::string_view::npos ? low : parse_whole(text.substr(dash + 1), 65535);
  if (!low || !high || *high < *low) {
    return bad_cell("port", text, "a number from 0 to 65535 or a range like 8000-8080");
  }
  range = {static_cast<std::uint16_t>(*low), static_cast<std::uint16_t>(*high)};
  return "";
}

template <typename Value>
bool is_one(const LabelRange<Value>& range) {
  return range.low == range.high;
}

class RuleReader {
 public:
  RuleReader(const Columns& columns, LabelRowBuilder& rows) : columns_(columns), rows_(rows) {}

  std::string read(const CsvScanner& record, LabelDraft& draft) {
    record_ = &record;
    LabelRule rule;
    std::string problem = read_addresses(cell(kSrcIp), rule.a);
    if (problem.empty()) {
      problem = read_addresses(cell(kDstIp), rule.b);
    }
    if (problem.empty()) {
      problem = read_ports(cell(kSrcPort), rule.port_a);
    }
    if (problem.empty()) {
      problem = read_ports(cell(kDstPort), rule.port_b);
    }
    if (problem.empty()) {
      problem = read_protocols(rule, draft);
    }
    if (problem.empty()) {
      problem = read_times(draft.row);
    }
    set_key(rule, draft);
    const std::string_view label = cell(kLabel), name = cell(kName);
    draft.name = label.empty() || name.empty() ? label : name;
    draft.value = label_value(label);
    return problem;
  }

 private:
  std::string_view cell(Key key) const {
    return columns_[key] ? trim((*record_)[columns_[key]->index]) : std::string_view();
  }

  std::string read_protocols(LabelRule& rule, LabelDraft& draft) const {
    const std::string_view text = cell(kProtocol);
    if (is_any(text)) {
      return "";
    }
    const auto protocol = parse_label_protocol(text);
    if (!protocol) {
      return bad_cell("protocol", text, "the name or number of a protocol");
    }
    draft.is_left_out = !protocol->is_ip;
    rule.protocol = {protocol->number, protocol->number};
    return "";
  }

  // A row of one key is found by its key, whatever their number.
  static void set_key(const LabelRule& rule, LabelDraft& draft) {
    if (is_one(rule.a) && is_one(rule.b) && is_one(rule.port_a) && is_one(rule.port_b) &&
        is_one(rule.protocol)) {
      draft.row.key = {rule.a.low, rule.b.low, rule.port_a.low, rule.port_b.low, rule.protocol.low};
    } else {
      draft.rule = rule;
    }
  }

  // Nothing where the cell says nothing.
  std::string read_time(Key key, std::optional<LabelTime>& time) const {
    const std::string_view text = cell(key);
    if (is_any(text)) {
      return "";
    }
    if (columns_[key]->unit_ns == kSecond) {
      time = parse_label_time(text);
      return time ? ""
                  : bad_cell("time", text,
                             "one of Y-m-d H:MM[:SS][±HH:MM], d/m/Y H:MM[:SS] or seconds since "
                             "1970");
    }
    const auto units = parse_i64(text);
    LabelTime found;
    if (!units || *units < 0 || __builtin_mul_overflow(*units, columns_[key]->unit_ns, &found.ns)) {
      return bad_cell("time", text, "a whole number since 1970");
    }
    time = found;
    return "";
  }

  std::string read_times(LabelRow& row) {
    std::optional<LabelTime> begin, end;
    std::string problem = read_time(kStart, begin);
    if (problem.empty()) {
      problem = read_time(kEnd, end);
    }
    if (!problem.empty()) {
      return problem;
    }
    if (begin && !columns_[kEnd]) {  // a moment, or as long as it says
      const auto length = columns_[kDuration]
                              ? parse_label_duration(cell(kDuration), columns_[kDuration]->unit_ns)
                              : 0;
      if (!length) {
        return bad_cell("duration", cell(kDuration), "a number");
      }
      return rows_.set_times(row, *begin, *length) ? "" : "the row does not end before 2262";
    }
    if (!rows_.set_times(row, begin, end)) {
      return "the row does not end before 2262";
    }
    return row.begin_ns <= row.end_ns ? "" : "the row ends before it starts";
  }

  const Columns& columns_;
  LabelRowBuilder& rows_;
  const CsvScanner* record_ = nullptr;
};

}  // namespace

std::vector<LabelColumn> parse_label_columns(std::string_view text) {
  std::vector<LabelColumn> columns;
  for (const std::string& part : split(text, ',')) {
    const std::size_t at = part.find('=');
    const std::string key(trim(std::string_view(part).substr(0, at)));
    const std::string name(at == std::string::npos ? ""
                                                   : trim(std::string_view(part).substr(at + 1)));
    if (key.empty() || name.empty()) {
      throw UsageError("--label-columns: '" + printable(text) + "' is not KEY=NAME,…");
    }
    const KeyName* const known = find_key(key);
    if (known == nullptr) {
      std::vector<std::string> keys;
      keys.reserve(std::size(kKeyNames));
      for (const KeyName& one : kKeyNames) {
        keys.emplace_back(one.name);
      }
      throw UsageError("--label-columns: unknown key '" + printable(key) + "'" +
                       did_you_mean(key, keys) + " (" + join(keys, ", ") + ")");
    }
    for (const LabelColumn& earlier : columns) {
      if (find_key(earlier.first)->key == known->key) {
        throw UsageError("--label-columns gives " + printable(earlier.first) + " and " +
                         printable(key) + ", which are one");
      }
    }
    columns.emplace_back(key, name);
  }
  if (columns.empty()) {
    throw UsageError("label columns name nothing; give KEY=NAME,…");
  }
  return columns;
}

bool recognises_csv_labels(const LabelHead& head) {
  return head.has_cell("label") && (head.has_cell("src_ip") || head.has_cell("dst_ip"));
}

LabelRows read_csv_labels(TextSource source, LabelRowBuilder& rows, const LabelOptions& options) {
  CsvScanner scanner(std::move(source));
  find_first_record(scanner, rows.what());
  const LabelHeader header(scanner, rows.what());
  const Columns columns = find_columns(header, options, rows.what());
  RuleReader rules(columns, rows);
  read_csv_records(
      scanner, StartAt::kNextRecord, header.size(), rows,
      [&](const CsvScanner& record, LabelDraft& draft) { return rules.read(record, draft); });
  return rows.finish();
}

}  // namespace netml
