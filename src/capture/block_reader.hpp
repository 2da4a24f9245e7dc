#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "netml/capture/packet_source.hpp"

#include "block_input.hpp"

namespace netml {

/// What the readers of both formats share: the input, the counts, and how reading stops.
///
/// A record that cannot be read is not skipped, so asking again gives the same answer. Messages and
/// positions are libpcap's: the byte is the one up to which the input had to be read.
class BlockReader : public PacketSource {
 public:
  int link_type() const noexcept override { return link_type_; }
  std::string damage() const override { return damage_; }
  std::uint64_t packets_seen() const noexcept override { return packets_seen_; }

 protected:
  explicit BlockReader(std::unique_ptr<BlockInput> input) : input_(std::move(input)) {}

  BlockInput& input() const noexcept { return *input_.get(); }
  void count_packet() noexcept { ++packets_seen_; }

  /// Throws the InputError for `reason`, or for the failed read that is behind it.
  [[noreturn]] void refuse(const std::string& reason) const;
  /// The input is damaged; it was looked at up to `reach` bytes after the reading position.
  ReadStatus damaged(std::string reason, std::uint64_t reach);
  /// `input().require()` failed: the input ended where nothing more is due, a signal asked to stop,
  /// on_idle had enough, a read failed, or the input is cut, for which `reason` is.
  ReadStatus ended(bool may_end, std::string reason);

  int link_type_ = 0;

 private:
  std::unique_ptr<BlockInput> input_;
  std::uint64_t packets_seen_ = 0;
  std::string damage_;
};

}  // namespace netml
