#pragma once

#include <memory>
#include <optional>

#include "netml/commands/packets.hpp"
#include "netml/core/output_file.hpp"
#include "netml/table/anonymized_rows.hpp"
#include "netml/table/row_sink.hpp"

namespace netml {

/// Rows of packets on their way to the named output. Nothing is written before the first of them,
/// so that a run which fails without any leaves nothing on stdout.
class PacketOutput {
 public:
  /// Opens the output. Throws UsageError for a format that does not stream and for columns that
  /// cannot be anonymized, OutputError.
  PacketOutput(const PacketsCommand& command, Schema schema);

  RowSink& sink();
  void flush();
  /// Completes the output, with a header where there are no rows.
  void commit();

 private:
  Schema schema_;
  OutputFile file_;
  std::unique_ptr<RowSink> sink_;
  std::optional<AnonymizedRows> anonymized_;  ///< in front of it, with --anonymize
  bool has_begun_ = false;
};

}  // namespace netml
