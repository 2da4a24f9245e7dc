#include "first_bytes.hpp"

#include <cstring>
#include <string>

namespace netml {
namespace {

std::string_view compression(std::string_view first) {
  const auto starts = [&](std::string_view magic) {
    return first.substr(0, magic.size()) == magic;
  };
  if (starts("\x1f\x8b")) {
    return "gzip";
  }
  if (starts(std::string_view("\xfd"
                              "7zX"))) {
    return "xz";
  }
  if (starts("\x28\xb5\x2f\xfd")) {
    return "zstd";
  }
  return starts("BZh") ? "bzip2" : "";
}

}  // namespace

void check_first_bytes(const ByteSource& source, std::string_view first) {
  if (source.error() != 0) {
    source.refuse(std::string("cannot read: ") + std::strerror(source.error()));
  }
  if (first.empty()) {
    source.refuse("empty; not a capture");
  }
  if (const std::string format(compression(first)); !format.empty()) {
    source.refuse("compressed with " + format + ": pipe it in, e.g. " + format +
                  " -dc FILE | netml ... -");
  }
}

}  // namespace netml
