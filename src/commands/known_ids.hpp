#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "netml/pipeline/packet_id.hpp"

namespace netml {

/// The flows or devices that captures hold, to propose one instead of an identifier that they do
/// not hold. Remembers at most 16384 of them, the first that come.
class KnownIds {
 public:
  explicit KnownIds(PacketId::Kind kind) : kind_(kind) {}

  void add(const PacketFacts& packet);

  /// `; did you mean '…'?`, or the busiest ones, or that there are none.
  std::string suggestion(const std::string& id) const;

 private:
  PacketId::Kind kind_;
  std::map<std::string, std::uint64_t> packets_;
};

}  // namespace netml
