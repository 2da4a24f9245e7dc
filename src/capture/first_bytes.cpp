#include "first_bytes.hpp"

#include <cstring>
#include <string>

#include "netml/core/compression.hpp"

namespace netml {

void check_first_bytes(const ByteSource& source, std::string_view first) {
  if (source.error() != 0) {
    source.refuse(std::string("cannot read: ") + std::strerror(source.error()));
  }
  if (first.empty()) {
    source.refuse("empty; not a capture");
  }
  if (const std::string complaint = compression_complaint(first); !complaint.empty()) {
    source.refuse(complaint);
  }
}

}  // namespace netml
