#include "packet_output.hpp"

#include "netml/commands/table_output.hpp"
#include "netml/core/error.hpp"
#include "netml/table/csv_writer.hpp"
#include "netml/table/json_lines_writer.hpp"

#include "hidden_columns.hpp"

namespace netml {

namespace {

TableFormat packet_format(const PacketsCommand& command) {
  if (command.format.empty()) {
    refuse_foreign_suffix(command.output, {"csv", "jsonl"});
  }
  return choose_format(command.format, command.output);
}

}  // namespace

PacketOutput::PacketOutput(const PacketsCommand& command, Schema schema)
    : schema_(std::move(schema)), file_(command.output) {
  switch (packet_format(command)) {
    case TableFormat::kCsv:
      sink_ = std::make_unique<CsvWriter>(file_, CsvDialect::kRfc4180,
                                          command.raw_text ? TextMode::kRaw : TextMode::kSafe);
      break;
    case TableFormat::kJsonLines:
      sink_ = std::make_unique<JsonLinesWriter>(file_);
      break;
    default:
      throw UsageError("--format: packets are written as csv or jsonl");
  }
  if (!command.anonymization.columns.empty()) {
    check_anonymization(schema_, command.anonymization);
    anonymized_.emplace(*sink_, command.anonymization);
  }
}

RowSink& PacketOutput::sink() {
  RowSink& first = anonymized_ ? static_cast<RowSink&>(*anonymized_) : *sink_;
  if (!has_begun_) {
    has_begun_ = true;
    first.begin(schema_);
  }
  return first;
}

void PacketOutput::flush() {
  sink().flush();
}

void PacketOutput::commit() {
  sink().end();
  file_.commit();
}

}  // namespace netml
