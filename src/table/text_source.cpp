#include "netml/table/text_source.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include "netml/core/input_file.hpp"

namespace netml {

TextSource text_over(std::string_view text) {
  return [text](std::span<char> block) mutable {
    const std::size_t count = std::min(text.size(), block.size());
    std::memcpy(block.data(), text.data(), count);
    text.remove_prefix(count);
    return count;
  };
}

TextSource open_text(const std::string& path) {
  // std::function wants something that can be copied.
  const auto file = std::make_shared<InputFile>(path);
  return [file](std::span<char> block) { return file->read(block); };
}

}  // namespace netml
