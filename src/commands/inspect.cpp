#include "netml/commands/inspect.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "netml/core/compression.hpp"
#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/text_format.hpp"
#include "netml/models/detector.hpp"
#include "netml/table/container.hpp"
#include "netml/table/npy.hpp"
#include "netml/table/npz.hpp"
#include "netml/table/sqlite_reader.hpp"

#include "inspect_parts.hpp"
#include "peeked_file.hpp"

namespace netml {
namespace {

static_assert(PeekedFile::kMost >= kSqliteHeader);

// A compressed file counts as one: what refuses it says how to read it.
bool looks_like_capture(std::string_view first) {
  constexpr std::string_view kMagics[] = {{"\xa1\xb2\xc3\xd4", 4}, {"\xd4\xc3\xb2\xa1", 4},
                                          {"\xa1\xb2\x3c\x4d", 4}, {"\x4d\x3c\xb2\xa1", 4},
                                          {"\x0a\x0d\x0d\x0a", 4}, {"\xa1\xb2\xcd\x34", 4},
                                          {"\x34\xcd\xb2\xa1", 4}};
  return !compression_of(first).empty() ||
         std::any_of(std::begin(kMagics), std::end(kMagics),
                     [&](std::string_view magic) { return first.substr(0, 4) == magic; });
}

bool looks_like_sqlite(std::string_view first) {
  return first.starts_with("SQLite format 3");
}

// Bytes that no text has, and of no kind of table that netml reads or names.
bool is_binary(std::string_view first) {
  return first.find('\0') != std::string_view::npos && !looks_like_npz(first) &&
         !looks_like_npy(first) && !looks_like_sqlite(first);
}

Inspection inspected_file(const std::string& path, std::string text) {
  ExtractResult result;
  result.inputs.push_back({path, InputStatus::kOk, "", 0});
  return {std::move(text), 0, std::move(result)};
}

}  // namespace

Inspection inspect(const std::string& path, bool full) {
  const PeekedFile file(path);
  const std::string first = file.first_bytes();
  if (looks_like_container(first)) {
    return inspected_file(path, inspect_model(path, read_file(path, kMostModelBytes), full));
  }
  if (first.empty() || looks_like_capture(first)) {
    return inspect_capture(path);
  }
  if (is_binary(first)) {
    throw DataError(input_name(path) + ": not a capture, model or table");
  }
  if (trim(first).starts_with('{') || trim(first).starts_with('[')) {
    return inspected_file(path, inspect_json_lines(path));
  }
  if (is_sqlite_of_netml(first)) {
    if (is_sqlite_with_wal(first)) {
      throw DataError(
          input_name(path) +
          ": a SQLite database with a write-ahead log, which cannot be looked at without "
          "changing it; sqlite3 FILE 'PRAGMA journal_mode = delete' takes it out");
    }
    return inspected_file(path, inspect_sqlite(path));
  }
  if (looks_like_sqlite(first)) {
    throw DataError(input_name(path) +
                    ": a SQLite database that holds no table that this netml writes");
  }
  return inspected_file(path, inspect_table(path));
}

}  // namespace netml
