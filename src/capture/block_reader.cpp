#include "block_reader.hpp"

#include <cstring>

#include "netml/core/interrupt.hpp"

namespace netml {
namespace {

std::string read_error(int error) {
  return std::string("cannot read: ") + std::strerror(error);
}

}  // namespace

void BlockReader::refuse(const std::string& reason) const {
  const ByteSource& source = input_->source();
  source.refuse(source.error() != 0 ? read_error(source.error()) : reason);
}

ReadStatus BlockReader::damaged(std::string reason, std::uint64_t reach) {
  damage_ = std::move(reason) + " [packet " + std::to_string(packets_seen_ + 1) + ", byte " +
            std::to_string(input_->position() + reach) + "]";
  return ReadStatus::kDamaged;
}

ReadStatus BlockReader::ended(bool may_end, std::string reason) {
  if (interrupt::pending() != 0) {
    return ReadStatus::kInterrupted;
  }
  if (input_->source().is_stopped()) {
    return ReadStatus::kEnd;
  }
  if (const int error = input_->source().error(); error != 0) {
    return damaged(read_error(error), input_->size());
  }
  return may_end ? ReadStatus::kEnd : damaged(std::move(reason), input_->size());
}

}  // namespace netml
