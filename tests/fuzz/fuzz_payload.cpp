// What is read out of packet payloads: TLS and QUIC hellos, DHCP and DNS messages. The first byte
// chooses the reader, the rest is its input.

#include <array>
#include <memory>
#include <vector>

#include "netml/decode/dhcp_message.hpp"
#include "netml/decode/dns_message.hpp"
#include "netml/decode/quic_initial.hpp"
#include "netml/decode/tls_hello.hpp"
#include "netml/features/hello_stream.hpp"
#include "netml/features/ja4_fingerprint.hpp"
#include "netml/features/ja4_nfstream.hpp"

#include "fuzz.hpp"

namespace netml {
namespace {

using fuzz::require;
using Bytes = std::span<const std::uint8_t>;

bool lies_in(Bytes part, Bytes whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

void check_hello(Bytes message) {
  TlsHello hello;
  if (!TlsHello::read(message, hello)) {
    return;
  }
  require(message.size() >= 4, "a hello has a header");
  require(lies_in(hello.random, message) && hello.random.size() == 32,
          "a hello has 32 random bytes");
  require(lies_in(hello.extensions, message), "extensions lie in the message");
  require(hello.server_name.size() <= message.size() && hello.alpn.size() <= 255,
          "names are part of it");
  const Ja4Text client = ja4_of(hello, 't');
  const Ja4sText server = ja4s_of(hello, 'q');
  require(client.view().size() == 36, "JA4 has 36 characters");
  require(is_printable_ascii(client.view()), "JA4 is plain text");
  require(server.view().size() == 25, "JA4S has 25 characters");
}

// A message is found where it ends, not before and not later.
void check_stream(Bytes stream) {
  static std::array<std::uint8_t, kLongestTlsHello> scratch;
  Bytes message;
  const TlsSearch whole = find_tls_hello(stream, scratch, message);
  if (whole == TlsSearch::kFound) {
    check_hello(std::vector<std::uint8_t>(message.begin(), message.end()));
  }
  for (std::size_t size = 0; size < stream.size(); size += 1 + stream.size() / 16) {
    Bytes shorter;
    const TlsSearch search = find_tls_hello(stream.first(size), scratch, shorter);
    require(search == TlsSearch::kNeedsMore || search == whole,
            "more bytes do not change a verdict");
  }
}

void check_quic(Bytes datagram) {
  static const auto buffer = std::make_unique<QuicInitialKeys::Buffer>();
  QuicLongPackets packets(datagram);
  QuicLongPacket packet;
  for (std::size_t count = 0; packets.next(packet); ++count) {
    require(count <= datagram.size(), "packets of a datagram end");
    require(lies_in(packet.bytes, datagram) && packet.number_offset <= packet.bytes.size(),
            "a packet lies in its datagram");
    require(packet.destination_id.size() <= 20, "an id has at most 20 bytes");
    for (const QuicSide side : {QuicSide::kClient, QuicSide::kServer}) {
      const auto frames =
          QuicInitialKeys(packet.version, packet.destination_id, side).open(packet, *buffer);
      require(!frames || lies_in(*frames, *buffer), "frames lie in the buffer");
    }
  }
}

// The frames of opened packets; fuzzing does not get through the encryption.
void check_frames(Bytes frames) {
  QuicCryptoFrames crypto(frames);
  BlobStore blobs;
  HelloStream stream;
  for (QuicCryptoFrames::Frame frame; crypto.next(frame);) {
    require(lies_in(frame.data, frames), "a frame lies in its packet");
    stream.add(frame.offset, frame.data, blobs);
    const Bytes start = stream.start(blobs);
    require(start.size() <= HelloStream::kMostBytes, "a stream is bounded");
  }
  Bytes message;
  if (find_tls_handshake(stream.start(blobs), message) == TlsSearch::kFound) {
    check_hello(message);
  }
  stream.release(blobs);
  require(blobs.used_bytes() == 0, "what was kept is given back");
}

void check_nfstream(Bytes payload) {
  NfstreamJa4Text text;
  for (const TlsHello::Kind kind : {TlsHello::Kind::kClient, TlsHello::Kind::kServer}) {
    if (nfstream_ja4(payload, kind, text) == NfstreamHello::kFound) {
      require(text.view().front() == 't' && text.view().size() > 20, "a fingerprint is whole");
    }
  }
}

void check_dhcp(Bytes payload) {
  DhcpMessage message;
  if (!DhcpMessage::read(payload, message)) {
    return;
  }
  require(lies_in(message.options, payload) && message.hardware_address.size() == 16,
          "fields lie in the message");
  DhcpOptions options(message.options);
  std::size_t count = 0;
  for (DhcpOption option; options.next(option); ++count) {
    require(lies_in(option.data, payload) && option.data.size() <= 255,
            "an option lies in the message");
    require(option.code != dhcp_option::kPad && option.code != dhcp_option::kEnd,
            "options have codes");
  }
  require(2 * count <= message.options.size(), "every option takes two bytes");
}

void check_dns(Bytes payload) {
  DnsMessage message(payload);
  std::size_t count = 0;
  for (DnsEntry record; message.next(record); ++count) {
    require(count <= payload.size(), "records take bytes");
    DnsName name;
    if (record.data_begin != 0 && message.name_at(record.data_begin, name)) {
      require(name.text().size() < DnsName::kLongest, "a name is bounded");
    }
  }
}

}  // namespace
}  // namespace netml

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netml;
  if (size == 0) {
    return 0;
  }
  // A copy of its own, so that reading beyond the end is seen.
  const std::vector<std::uint8_t> input(data + 1, data + size);
  constexpr void (*kReaders[])(Bytes) = {check_hello,    check_stream, check_quic, check_frames,
                                         check_nfstream, check_dhcp,   check_dns};
  kReaders[data[0] % std::size(kReaders)](input);
  return 0;
}
