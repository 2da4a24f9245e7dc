#include "rotated_output.hpp"

#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "netml/core/error.hpp"
#include "netml/core/output_file.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

void remove_file(const std::string& path) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT) {
    throw OutputError(printable(path) + ": cannot be removed: " + std::strerror(errno));
  }
}

// The first `rows` lines of a text, or all of it; `rows` becomes how many there are.
std::string_view first_lines(std::string_view text, std::uint64_t& rows) {
  std::size_t end = 0;
  std::uint64_t found = 0;
  while (found < rows && end < text.size()) {
    end = text.find('\n', end) + 1;
    ++found;
  }
  rows = found;
  return text.substr(0, end);
}

// Where the number of a piece goes: before the suffix.
std::size_t stem_end(const std::string& path) {
  const std::size_t name = path.size() - base_name(path).size();
  const std::size_t dot = path.rfind('.');
  return dot != std::string::npos && dot > name ? dot : path.size();
}

}  // namespace

std::string piece_path(const std::string& path, std::uint64_t number) {
  const std::size_t end = stem_end(path);
  return path.substr(0, end) + "." + std::to_string(number) + path.substr(end);
}

bool is_piece(const std::string& name, const std::string& path) {
  const std::string place = place_of(name);
  const std::string own = place_of(path);
  const std::size_t number = stem_end(own) + 1;
  const std::string first = piece_path(own, 0);
  for (const std::string& kind : {first, metadata_path(first)}) {
    const std::string_view before = std::string_view(kind).substr(0, number);
    const std::string_view behind = std::string_view(kind).substr(number + 1);
    if (place.size() > before.size() + behind.size() && place.starts_with(before) &&
        place.ends_with(behind) &&
        place.find_first_not_of("0123456789", number) == place.size() - behind.size()) {
      return true;
    }
  }
  return false;
}

RotatedOutput::RotatedOutput(std::string path, const Rotation& rotation, Lines lines, Open open)
    : path_(std::move(path)), rotation_(rotation), lines_(lines), open_(std::move(open)) {}

void RotatedOutput::begin(const Schema& schema) {
  schema_ = schema;
  open_piece();
}

void RotatedOutput::open_piece() {
  piece_ = open_(piece_path(path_, number_));
  piece_->sink().begin(schema_);
  rows_ = 0;
}

void RotatedOutput::close_piece() {
  piece_->commit(schema_);
  piece_.reset();
  if (rotation_.keep != 0 && number_ >= rotation_.keep) {
    const std::string old = piece_path(path_, number_ - rotation_.keep);
    remove_file(old);
    remove_file(metadata_path(old));
  }
  ++number_;
}

void RotatedOutput::require_room() {
  if (rows_ == rotation_.rows) {
    close_piece();
    open_piece();
  }
}

void RotatedOutput::row(std::span<const Cell> row) {
  require_room();
  piece_->sink().row(row);
  ++rows_;
}

std::unique_ptr<RowFormat> RotatedOutput::row_format() const {
  return lines_ == Lines::kOnePerRow ? piece_->sink().row_format() : nullptr;
}

void RotatedOutput::lines(std::string_view text) {
  while (!text.empty()) {
    require_room();
    std::uint64_t rows = rotation_.rows - rows_;
    const std::string_view part = first_lines(text, rows);
    piece_->sink().lines(part);
    rows_ += rows;
    text.remove_prefix(part.size());
  }
}

void RotatedOutput::end() {
  close_piece();
}

}  // namespace netml
