#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netml {

// The .npy format (NumPy enhancement proposal 1): magic, version, header length, a Python
// dictionary as text, then the values.

/// A field of a structured array, or (with an empty name) the values of a plain one.
struct NpyField {
  std::string name;
  char kind = 'f';         ///< f, i, u, b (bool), U (UCS-4 text), S (bytes)
  std::size_t width = 8;   ///< bytes of one value
  std::size_t offset = 0;  ///< within a record
};

struct NpyArray {
  std::vector<NpyField> fields;  ///< one without a name for a plain array
  bool is_structured = false;
  std::vector<std::uint64_t> shape;
  std::size_t record_width = 0;
  std::string_view values;  ///< shape's product × record_width bytes

  std::size_t count() const noexcept {
    return record_width == 0 ? 0 : values.size() / record_width;
  }
};

/// Everything before the values, at least `minimum` bytes long (padded with spaces).
std::string npy_header(std::string_view descr, std::string_view shape, std::size_t minimum = 0);
/// A Python string literal.
std::string python_literal(std::string_view text);

/// Reads a member; borrows it. Throws DataError `<what>: <reason>`.
NpyArray parse_npy(std::string_view bytes, const std::string& what);

/// A number (kinds f, i, u, b) as a double; not for 64-bit integers that a double cannot hold.
double npy_number(const NpyField& field, const char* record);
std::int64_t npy_i64(const NpyField& field, const char* record);
std::uint64_t npy_u64(const NpyField& field, const char* record);
/// Text (kinds U, S) as UTF-8 without trailing NULs; bad code points as U+FFFD.
std::string npy_text(const NpyField& field, const char* record);

/// UTF-8 (made valid first) as little-endian UCS-4.
std::u32string to_ucs4(std::string_view text);

}  // namespace netml
