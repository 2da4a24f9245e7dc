#include "verdict_writer.hpp"

#include "netml/core/text_format.hpp"
#include "netml/table/csv_writer.hpp"
#include "netml/table/json_lines_writer.hpp"

#include "flow_text.hpp"

namespace netml {
namespace {

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

const char* stage_name(const VerdictSubject& subject) {
  return subject.time == VerdictTime::kEarly ? "early" : "final";
}

// The end of a text line, from the verdict on, and the lines with the reasons. `stage`: empty, or a
// word after the verdict.
std::string said(const SubjectVerdict& verdict, const ClassifyCommand& command,
                 const std::string& stage = {}) {
  const RowScore& score = verdict.score;
  const bool is_bright = command.uses_color && score.verdict == Verdict::kAnomaly;
  std::string line = is_bright ? "\x1b[1;31m" + upper_verdict(score.verdict) + "\x1b[0m"
                               : upper_verdict(score.verdict);
  if (!stage.empty()) {
    line += " " + stage;
  }
  if (score.verdict != Verdict::kInvalid) {
    line += " score=" + number_text(score.score);
  }
  if (score.p_value) {
    line += " p=" + number_text(*score.p_value);
  }
  line += "\n";
  for (const std::string& reason : verdict.reasons) {
    line += "    " + reason + "\n";
  }
  return verdict.like.empty()
             ? line
             : line + "    nearest normal flow: " + readable_key(verdict.like, command.zone) + "\n";
}

// [2017-07-04] [11:54:30.123456 – 11:54:31.000000] 192.168.10.5:49188 → 8.8.8.8:53 [UDP] ANOMALY
// score=… p=…, with --early "ANOMALY early" or "ANOMALY final"
class TextWriter final : public VerdictWriter {
 public:
  TextWriter(const ClassifyCommand& command, OutputFile& file) : command_(command), file_(file) {}

  void write(const SubjectVerdict& verdict) override {
    file_.write(times_text(verdict.subject.flow, command_.zone) + " " +
                endpoints_text(verdict.subject) + " " +
                said(verdict, command_, command_.early != 0 ? stage_name(verdict.subject) : ""));
  }

 private:
  const ClassifyCommand& command_;
  OutputFile& file_;
};

// row 12 ANOMALY score=… p=…
class RowTextWriter final : public VerdictWriter {
 public:
  RowTextWriter(const ClassifyCommand& command, OutputFile& file)
      : command_(command), file_(file) {}

  void write(const SubjectVerdict& verdict) override {
    file_.write("row " + std::to_string(verdict.subject.row + 1) + " " + said(verdict, command_));
  }

 private:
  const ClassifyCommand& command_;
  OutputFile& file_;
};

ColumnInfo column(const char* name, ColumnType type, const char* unit, const char* definition,
                  bool is_identity = false) {
  return {name, type, unit, definition, "netml", is_identity};
}

ColumnInfo stage_column() {
  return column("stage", ColumnType::kText, "", "early: of the first packets; final: of the flow");
}

void add_verdict_columns(Schema& schema, bool has_stage = false) {
  for (ColumnInfo& one : std::vector<ColumnInfo>{
           column("score", ColumnType::kF64, "", "greater = more novel"),
           column("threshold", ColumnType::kF64, "", "a score above it is an anomaly"),
           column("p_value", ColumnType::kF64, "", "conformal p-value"),
           column("verdict", ColumnType::kText, "", "anomaly, normal, invalid or unclassified"),
           column("explanation", ColumnType::kText, "", "the columns that drove an alert")}) {
    if (has_stage && one.name == "explanation") {
      schema.columns.push_back(stage_column());
    }
    schema.columns.push_back(std::move(one));
  }
}

}  // namespace

std::vector<ColumnInfo> verdict_columns(bool has_stage) {
  Schema schema{
      {column("src_ip", ColumnType::kText, "", "address of the flow's initiator", true),
       column("src_port", ColumnType::kU64, "", "its port", true),
       column("dst_ip", ColumnType::kText, "", "address of the responder", true),
       column("dst_port", ColumnType::kU64, "", "its port", true),
       column("protocol", ColumnType::kU64, "", "IANA protocol number", true),
       column("start_ns", ColumnType::kI64, "ns", "time of the first packet since 1970", true),
       column("end_ns", ColumnType::kI64, "ns", "time of the last packet since 1970", true),
       column("packets", ColumnType::kU64, "packets", "packets in both directions"),
       column("bytes", ColumnType::kU64, "bytes", "their sizes by the model's accounting")}};
  add_verdict_columns(schema, has_stage);
  return schema.columns;
}

ColumnInfo row_column() {
  return column("row", ColumnType::kU64, "", "row of the table, from 1", true);
}

namespace {

// The cells of the verdict columns; the explanation's text lives in `explanation`.
void add_verdict_cells(std::vector<Cell>& cells, const SubjectVerdict& verdict,
                       std::string& explanation, bool has_stage = false) {
  const auto optional = [](const std::optional<double>& value) {
    return value ? Cell::of(*value) : Cell::missing();
  };
  explanation = join(verdict.reasons, "; ");
  if (!verdict.like.empty()) {
    explanation += (explanation.empty() ? "like " : "; like ") + verdict.like;
  }
  cells.push_back(Cell::of(verdict.score.score));
  cells.push_back(optional(verdict.threshold));
  cells.push_back(optional(verdict.score.p_value));
  cells.push_back(Cell::of(to_text(verdict.score.verdict)));
  if (has_stage) {
    cells.push_back(Cell::of(std::string_view(stage_name(verdict.subject))));
  }
  cells.push_back(explanation.empty() ? Cell::missing() : Cell::of(std::string_view(explanation)));
}

class TableWriter final : public VerdictWriter {
 public:
  TableWriter(std::unique_ptr<RowSink> sink, bool has_stage)
      : sink_(std::move(sink)), has_stage_(has_stage) {
    sink_->begin({verdict_columns(has_stage)});
  }

  void write(const SubjectVerdict& verdict) override {
    const Flow& flow = verdict.subject.flow;
    const bool has_addresses = verdict.subject.has_addresses;
    const std::string source = has_addresses ? to_text(flow.source(), flow.key.ip_version) : "";
    const std::string destination =
        has_addresses ? to_text(flow.destination(), flow.key.ip_version) : "";
    const auto or_none = [&](std::uint64_t value) {
      return has_addresses ? Cell::of(value) : Cell::of(std::int64_t{-1});
    };
    cells_ = {Cell::of(std::string_view(source)),
              or_none(flow.source_port()),
              Cell::of(std::string_view(destination)),
              or_none(flow.destination_port()),
              or_none(flow.key.protocol),
              Cell::of(flow.first_ns()),
              Cell::of(flow.last_ns()),
              Cell::of(flow.packets()),
              Cell::of(flow.bytes())};
    std::string explanation;
    add_verdict_cells(cells_, verdict, explanation, has_stage_);
    sink_->row(cells_);
  }

 private:
  std::unique_ptr<RowSink> sink_;
  bool has_stage_;
  std::vector<Cell> cells_;
};

class RowTableWriter final : public VerdictWriter {
 public:
  RowTableWriter(std::unique_ptr<RowSink> sink, const Table& table)
      : sink_(std::move(sink)), table_(table) {
    Schema schema{{row_column()}};
    for (std::size_t i = 0; i < table.schema().size(); ++i) {
      const ColumnInfo& own = table.schema().columns[i];
      // A name that a verdict column has is the verdict's.
      const bool is_taken = own.name == "row" || own.name == "score" || own.name == "threshold" ||
                            own.name == "p_value" || own.name == "verdict" ||
                            own.name == "explanation";
      if (own.is_identity && !is_taken) {
        identity_.push_back(i);
        schema.columns.push_back(own);
      }
    }
    add_verdict_columns(schema);
    sink_->begin(schema);
  }

  void write(const SubjectVerdict& verdict) override {
    cells_ = {Cell::of(std::uint64_t{verdict.subject.row + 1})};
    for (const std::size_t column : identity_) {
      cells_.push_back(table_.cell(verdict.subject.row, column));
    }
    std::string explanation;
    add_verdict_cells(cells_, verdict, explanation);
    sink_->row(cells_);
  }

 private:
  std::unique_ptr<RowSink> sink_;
  const Table& table_;
  std::vector<std::size_t> identity_;
  std::vector<Cell> cells_;
};

std::unique_ptr<RowSink> make_sink(const ClassifyCommand& command, OutputFile& file) {
  if (command.format == VerdictFormat::kCsv) {
    return std::make_unique<CsvWriter>(file, CsvDialect::kRfc4180, TextMode::kSafe);
  }
  return std::make_unique<JsonLinesWriter>(file);
}

}  // namespace

std::unique_ptr<VerdictWriter> make_verdict_writer(const ClassifyCommand& command,
                                                   OutputFile& file) {
  if (command.format == VerdictFormat::kText) {
    return std::make_unique<TextWriter>(command, file);
  }
  return std::make_unique<TableWriter>(make_sink(command, file), command.early != 0);
}

std::unique_ptr<VerdictWriter> make_row_verdict_writer(const ClassifyCommand& command,
                                                       OutputFile& file, const Table& table) {
  if (command.format == VerdictFormat::kText) {
    return std::make_unique<RowTextWriter>(command, file);
  }
  return std::make_unique<RowTableWriter>(make_sink(command, file), table);
}

}  // namespace netml
