#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "netml/commands/table_output.hpp"
#include "netml/table/row_sink.hpp"

namespace netml {

/// "flows.csv" -> "flows.3.csv", "flows" -> "flows.3".
std::string piece_path(const std::string& path, std::uint64_t number);

/// True for the name of any piece of `path`, or of the description beside one.
bool is_piece(const std::string& name, const std::string& path);

/// What --rotate and --keep ask for.
struct Rotation {
  std::uint64_t rows = 0;  ///< of a piece; 0: none, the table is one file
  std::uint64_t keep = 0;  ///< only the last ones stay; 0: all
};

/// A table in pieces, each a whole table under its own name with what belongs beside it. A piece
/// takes its place when it is full, the last one at the end; there is always a first. Files of
/// earlier runs are replaced where a piece has their name, and else left alone.
class RotatedOutput final : public RowSink {
 public:
  /// Opens a piece.
  using Open = std::function<std::unique_ptr<TableOutput>(const std::string& path)>;
  enum class Lines {
    kOnePerRow,  ///< a row never holds a line end
    kMany,       ///< it may: rows are formatted one by one
  };

  RotatedOutput(std::string path, const Rotation& rotation, Lines lines, Open open);

  void begin(const Schema& schema) override;
  void row(std::span<const Cell> row) override;
  std::unique_ptr<RowFormat> row_format() const override;
  void lines(std::string_view text) override;
  void flush() override { piece_->sink().flush(); }
  /// Throws OutputError also when a piece that is not to stay cannot be removed.
  void end() override;

 private:
  void open_piece();
  void close_piece();
  /// Makes room in the piece for another row.
  void require_room();

  std::string path_;
  Rotation rotation_;
  Lines lines_;
  Open open_;
  Schema schema_;
  std::unique_ptr<TableOutput> piece_;
  std::uint64_t number_ = 0;
  std::uint64_t rows_ = 0;  ///< in the piece
};

}  // namespace netml
