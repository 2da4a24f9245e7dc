#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "netml/decode/quic_initial.hpp"
#include "netml/decode/tls_hello.hpp"
#include "netml/features/hello_stream.hpp"
#include "netml/features/ja4_fingerprint.hpp"
#include "netml/flow/flow_hooks.hpp"

namespace netml {

/// Looks for the two hellos at the start of a flow and keeps their fingerprints. Per-flow state;
/// wants the payload of every packet and is done after a few.
///
/// TLS over TCP: hellos of any number of segments and records, in any order, up to 16 KiB, at the
/// start of the stream of either side. The stream begins behind the SYN or, without one, with the
/// first payload. QUIC: Initial packets of either side, of any number, likewise.
class HelloWatch {
 public:
  void init(const Flow& flow, const PacketView& packet) noexcept { update(flow, packet); }
  void update(const Flow& flow, const PacketView& packet) noexcept;

  const Ja4Text& client() const noexcept { return client_; }
  const Ja4sText& server() const noexcept { return server_; }

  /// Where the blobs are in the state.
  static std::array<std::size_t, 2> blob_offsets() noexcept;

 private:
  static constexpr std::uint8_t kMostDatagrams = 16;  ///< that are tried, per direction

  /// One direction.
  struct Side {
    HelloStream stream;
    std::uint32_t base = 0;  ///< TCP sequence number of the stream's first byte
    bool has_base = false;
    bool is_over = false;
    std::uint8_t datagrams = 0;
    std::uint16_t next_search = 0;  ///< bytes of a TCP stream with which it can find more
  };

  /// Keys that a datagram was tried with, so that many packets cost little more than one.
  struct DatagramKeys {
    std::optional<QuicInitialKeys> known;  ///< from the id that the flow's keys come from
    std::optional<QuicInitialKeys> own;    ///< from the datagram's destination id
  };

  void update_tcp(const PacketView& packet) noexcept;
  void update_udp(const PacketView& packet) noexcept;
  void take_datagram(Side& side, const PacketView& packet) noexcept;
  bool open_initial(const QuicLongPacket& packet, Direction direction, DatagramKeys& keys,
                    QuicInitialKeys::Buffer& buffer,
                    std::span<const std::uint8_t>& frames) noexcept;
  void take_frames(Side& side, std::span<const std::uint8_t> frames, BlobStore& blobs) noexcept;
  void take_message(std::span<const std::uint8_t> message, char transport) noexcept;
  static void end(Side& side, BlobStore& blobs) noexcept;

  Side& side_of(const PacketView& packet) noexcept {
    return sides_[static_cast<std::size_t>(packet.direction)];
  }
  bool is_over() const noexcept { return sides_[0].is_over && sides_[1].is_over; }

  Side sides_[2];
  Ja4Text client_;
  Ja4sText server_;
  // QUIC: who the client is and which id the keys come from.
  bool has_client_ = false;
  Direction client_direction_ = Direction::kForward;
  std::uint8_t id_size_ = 0;
  std::array<std::uint8_t, 20> id_{};
};

}  // namespace netml
