#pragma once

#include <string>
#include <string_view>

namespace netml {

/// What a file that begins so is compressed with ("gzip", "xz", "zstd", "bzip2"); empty: nothing
/// known.
std::string_view compression_of(std::string_view first_bytes);

/// "compressed with gzip: pipe it in, e.g. gzip -dc FILE | netml ... -"; empty where compression_of
/// is.
std::string compression_complaint(std::string_view first_bytes);

/// Throws InputError with the complaint where there is one.
void refuse_compressed(std::string_view first_bytes, const std::string& what);

}  // namespace netml
