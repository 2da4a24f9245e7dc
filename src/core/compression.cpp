#include "netml/core/compression.hpp"

#include "netml/core/error.hpp"

namespace netml {

std::string_view compression_of(std::string_view first_bytes) {
  constexpr std::pair<std::string_view, std::string_view> kMagics[] = {
      {"\x1f\x8b", "gzip"}, {"\xfd\x37zX", "xz"}, {"\x28\xb5\x2f\xfd", "zstd"}, {"BZh", "bzip2"}};
  for (const auto& [magic, name] : kMagics) {
    if (first_bytes.starts_with(magic)) {
      return name;
    }
  }
  return "";
}

std::string compression_complaint(std::string_view first_bytes) {
  const std::string name(compression_of(first_bytes));
  return name.empty()
             ? ""
             : "compressed with " + name + ": pipe it in, e.g. " + name + " -dc FILE | netml ... -";
}

void refuse_compressed(std::string_view first_bytes, const std::string& what) {
  if (const std::string complaint = compression_complaint(first_bytes); !complaint.empty()) {
    throw InputError(what + ": " + complaint);
  }
}

}  // namespace netml
