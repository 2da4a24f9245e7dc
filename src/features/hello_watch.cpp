#include "hello_watch.hpp"

#include <algorithm>
#include <cstddef>

namespace netml {

void HelloWatch::update(const Flow& flow, const PacketView& packet) noexcept {
  if (is_over()) {
    return;
  }
  if (flow.key.protocol == ip_protocol::kTcp) {
    update_tcp(packet);
  } else if (flow.key.protocol == ip_protocol::kUdp) {
    update_udp(packet);
  } else {
    sides_[0].is_over = sides_[1].is_over = true;
  }
}

std::array<std::size_t, 2> HelloWatch::blob_offsets() noexcept {
  constexpr std::size_t kInSide = offsetof(Side, stream) + offsetof(HelloStream, blob);
  return {offsetof(HelloWatch, sides_) + kInSide,
          offsetof(HelloWatch, sides_) + sizeof(Side) + kInSide};
}

void HelloWatch::end(Side& side, BlobStore& blobs) noexcept {
  side.is_over = true;
  side.stream.release(blobs);
}

void HelloWatch::take_message(std::span<const std::uint8_t> message, char transport) noexcept {
  TlsHello hello;
  if (!TlsHello::read(message, hello)) {
    return;
  }
  if (hello.kind == TlsHello::Kind::kClient) {
    client_ = ja4_of(hello, transport);
  } else {
    server_ = ja4s_of(hello, transport);
  }
}

// ---------------------------------------------------------------- TCP

void HelloWatch::update_tcp(const PacketView& packet) noexcept {
  Side& side = side_of(packet);
  if (side.is_over) {
    return;
  }
  const bool is_syn = (packet.record.tcp_flags & tcp_flag::kSyn) != 0;
  const std::uint32_t first = packet.record.tcp_seq + (is_syn ? 1U : 0U);
  if (!side.has_base && (is_syn || !packet.payload.empty())) {
    side.base = first;
    side.has_base = true;
  }
  if (packet.payload.empty()) {
    return;
  }
  constexpr std::uint32_t kBefore = 0x80000000;  // half of the numbers lie behind, half ahead
  const std::uint32_t offset = first - side.base;
  if (offset >= kBefore) {
    return;  // keep-alives repeat a byte that was acknowledged
  }
  if (offset >= HelloStream::kMostBytes) {
    return end(side, *packet.blobs);  // whatever is missing, it is not coming any more
  }
  std::span<const std::uint8_t> start = packet.payload;
  const bool is_first_piece = offset == 0 && side.stream.is_empty();
  if (!is_first_piece) {
    side.stream.add(offset, packet.payload, *packet.blobs);
    start = side.stream.start(*packet.blobs);
    // Else a sender of tiny segments, or of the same one again, has all of it searched each time.
    if (start.size() < side.next_search) {
      return;
    }
  }
  std::array<std::uint8_t, kLongestTlsHello> scratch;
  std::span<const std::uint8_t> message;
  switch (find_tls_hello(start, scratch, message)) {
    case TlsSearch::kFound:
      take_message(message, 't');
      end(side, *packet.blobs);
      break;
    case TlsSearch::kNone:
      end(side, *packet.blobs);
      break;
    case TlsSearch::kNeedsMore:
      side.next_search = static_cast<std::uint16_t>(
          std::min<std::size_t>(start.size() + missing_of_handshake(message), UINT16_MAX));
      if (is_first_piece) {
        side.stream.add(0, packet.payload, *packet.blobs);
      }
      break;
  }
}

// ---------------------------------------------------------------- QUIC

void HelloWatch::update_udp(const PacketView& packet) noexcept {
  Side& side = side_of(packet);
  constexpr std::uint8_t kLongHeader = 0x80;
  if (side.is_over) {
    return;
  }
  if (side.datagrams == kMostDatagrams) {
    return end(side, *packet.blobs);
  }
  ++side.datagrams;
  if (!packet.payload.empty() && (packet.payload[0] & kLongHeader) != 0) {
    take_datagram(side, packet);
  }
}

// All packets of a datagram are of one connection: those with another destination id than the first
// are none for its receiver either (RFC 9000, 12.2), and packets behind one that does not open are.
void HelloWatch::take_datagram(Side& side, const PacketView& packet) noexcept {
  QuicInitialKeys::Buffer buffer;
  DatagramKeys keys;
  QuicLongPackets packets(packet.payload);
  constexpr int kMostPackets = 4;  // one per level of encryption, and one more
  QuicLongPacket first, next;
  for (int i = 0; i < kMostPackets && !side.is_over && packets.next(next); ++i) {
    first = i == 0 ? next : first;
    const bool is_of_first = next.version == first.version &&
                             std::equal(next.destination_id.begin(), next.destination_id.end(),
                                        first.destination_id.begin(), first.destination_id.end());
    std::span<const std::uint8_t> frames;
    if (next.is_initial && is_of_first &&
        open_initial(next, packet.direction, keys, buffer, frames)) {
      take_frames(side, frames, *packet.blobs);
    }
  }
}

// The client's keys follow from the id that it made up, or, behind a Retry, from the server's.
bool HelloWatch::open_initial(const QuicLongPacket& packet, Direction direction, DatagramKeys& keys,
                              QuicInitialKeys::Buffer& buffer,
                              std::span<const std::uint8_t>& frames) noexcept {
  const auto opens_with = [&](std::optional<QuicInitialKeys>& tried,
                              std::span<const std::uint8_t> id, QuicSide sender) {
    if (!tried) {
      tried.emplace(packet.version, id, sender);
    }
    const auto opened = tried->open(packet, buffer);
    frames = opened.value_or(std::span<const std::uint8_t>{});
    return opened.has_value();
  };
  const auto known_id = std::span<const std::uint8_t>(id_).first(id_size_);
  if (has_client_ && direction != client_direction_) {
    return opens_with(keys.known, known_id, QuicSide::kServer);
  }
  if (has_client_ && opens_with(keys.known, known_id, QuicSide::kClient)) {
    return true;
  }
  if (!opens_with(keys.own, packet.destination_id, QuicSide::kClient)) {
    return false;
  }
  has_client_ = true;
  client_direction_ = direction;
  id_size_ = static_cast<std::uint8_t>(packet.destination_id.size());
  std::copy(packet.destination_id.begin(), packet.destination_id.end(), id_.begin());
  return true;
}

void HelloWatch::take_frames(Side& side, std::span<const std::uint8_t> frames,
                             BlobStore& blobs) noexcept {
  QuicCryptoFrames crypto(frames);
  for (QuicCryptoFrames::Frame frame; crypto.next(frame);) {
    side.stream.add(frame.offset, frame.data, blobs);
  }
  std::span<const std::uint8_t> message;
  const std::span<const std::uint8_t> start = side.stream.start(blobs);
  switch (find_tls_handshake(start, message)) {
    case TlsSearch::kFound:
      take_message(message, 'q');
      end(side, blobs);
      break;
    case TlsSearch::kNone:
      end(side, blobs);
      break;
    case TlsSearch::kNeedsMore:
      break;
  }
}

}  // namespace netml
