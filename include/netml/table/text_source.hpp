#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace netml {

/// Bytes of a text file, block by block: fills the span from its start and gives the number of
/// bytes, 0 at the end of the input.
using TextSource = std::function<std::size_t(std::span<char>)>;

/// Borrows `text`.
TextSource text_over(std::string_view text);

/// Opens a file, FIFO or, for "-", stdin. Throws InputError and, when a signal that asks to stop
/// comes while it waits, Interrupted; so does the source.
TextSource open_text(const std::string& path);

}  // namespace netml
