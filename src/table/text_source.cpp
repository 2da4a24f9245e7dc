#include "netml/table/text_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

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
  const std::string name = path == "-" ? "standard input" : printable(path);
  std::FILE* opened = path == "-" ? stdin : std::fopen(path.c_str(), "rbe");
  if (opened == nullptr) {
    throw InputError(name + ": cannot open: " + std::strerror(errno));
  }
  // std::function wants something that can be copied.
  const std::shared_ptr<std::FILE> file(opened, [](std::FILE* f) {
    if (f != stdin) {
      std::fclose(f);
    }
  });
  return [file, name](std::span<char> block) {
    errno = 0;
    const std::size_t count = std::fread(block.data(), 1, block.size(), file.get());
    if (count == 0 && std::ferror(file.get()) != 0) {
      throw InputError(name + ": cannot read: " + std::strerror(errno));
    }
    return count;
  };
}

}  // namespace netml
