#pragma once

// What the three manners of `netml packets` share.

#include <cstdint>
#include <memory>

#include "netml/commands/packets.hpp"
#include "netml/pipeline/packet_reading.hpp"

namespace netml {

/// Turns packets into rows of an output. A reader of it that goes away ends the run quietly.
class PacketRows : public PacketConsumer {
 public:
  bool packet(const RawPacket& packet) final;
  bool idle() final;

  /// Completes the output. Requires: not is_closed().
  virtual void commit() = 0;
  /// Adds what became of the packets, so that every one of them is a row or skipped for a reason.
  virtual void add_to(RunStats& stats) const;

  std::uint64_t rows() const noexcept { return rows_; }
  bool is_closed() const noexcept { return is_closed_; }
  /// True when --memory-limit was reached.
  bool is_full() const noexcept { return is_full_; }

 protected:
  enum class Outcome : std::uint8_t { kRow, kSkipped, kFull };

  /// Writes the packet's row, or counts it as skipped.
  virtual Outcome write(const RawPacket& packet) = 0;
  virtual void flush() = 0;

 private:
  std::uint64_t rows_ = 0;
  std::uint64_t unwritten_ = 0;
  bool is_closed_ = false;
  bool is_full_ = false;
};

/// One row per packet.
std::unique_ptr<PacketRows> make_packet_table(const PacketsCommand& command);
/// One row per packet of command.id. commit() throws DataError when there is none.
std::unique_ptr<PacketRows> make_packet_series(const PacketsCommand& command);
/// The table of the Python netml, written at the end.
std::unique_ptr<PacketRows> make_netml_packet_table(const PacketsCommand& command);

}  // namespace netml
