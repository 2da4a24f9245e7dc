#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netml/core/number_text.hpp"

namespace netml {

// Numbers as text, as the functions of number_text.hpp write them. Locale-free both ways.

void append_number(std::string& out, std::uint64_t value);
void append_number(std::string& out, std::int64_t value);
/// Requires: finite. Whole numbers are written without an exponent up to 1e15.
void append_number(std::string& out, double value);
/// value / 1000000 as an exact decimal; reads back as the double nearest to it.
void append_millionths(std::string& out, std::int64_t value);

/// Python's repr: `94.5`, `0.0`, `1e-05`, `1e+16`. Requires: finite.
void append_python_repr(std::string& out, double value);
std::string number_text(double value);
/// The number with so many significant digits, for people to read; the same text as number_text of
/// it. At most 17.
std::string rounded_text(double value, int digits);

/// The whole text must be one number (no spaces, no leading '+'); nullopt otherwise, for values out
/// of range and for inf and nan.
std::optional<double> parse_double(std::string_view text);
std::optional<std::int64_t> parse_i64(std::string_view text);
std::optional<std::uint64_t> parse_u64(std::string_view text);

std::string_view trim(std::string_view text);
std::string to_lower(std::string_view text);
/// Splits at every `separator`; "a,,b" gives three parts, "" gives none.
std::vector<std::string> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
/// What follows the last '/' of a path.
std::string_view base_name(std::string_view path);

// Text from captures and files.

/// What the table writers do to text (RFC 4180 quoting aside, which is not optional).
enum class TextMode {
  kSafe,  ///< control characters as \xNN, formula cells get a leading apostrophe, bad UTF-8 as
          ///< U+FFFD
  kRaw,   ///< only bad UTF-8 is replaced
};

/// Appends `text` as a CSV cell: quoted where RFC 4180 asks for it, and where it begins with
/// U+FEFF, which at the start of a file readers take for a byte-order mark.
void append_csv_text(std::string& out, std::string_view text, TextMode mode);

/// Appends `text` as such a cell says it, without the quoting: for formats that need none.
void append_cell_text(std::string& out, std::string_view text, TextMode mode);

/// Appends `text` as a JSON string with its quotes; control characters and bad UTF-8 escaped.
void append_json_text(std::string& out, std::string_view text);

/// Text from an input made safe for one line of a message: control characters, bidirectional
/// overrides (U+202A-202E, U+2066-2069) and bad UTF-8 as \xNN; cut at 256 characters.
std::string printable(std::string_view text);

/// The same without the cut, for whole lines.
std::string printable_line(std::string_view text);

/// `text` with every byte that is not part of valid UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

/// `text` without the bytes that are not part of valid UTF-8.
std::string drop_invalid_utf8(std::string_view text);

}  // namespace netml
