#include "netml/decode/dhcp_message.hpp"

#include <algorithm>

namespace netml {

//  0                   1                   2                   3     RFC 2131, 2
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +---------------+---------------+---------------+---------------+
// |    op (1)     |   htype (1)   |   hlen (1)    |   hops (1)    |
// +---------------+---------------+---------------+---------------+
// |                            xid (4)                            |
// +-------------------------------+-------------------------------+
// |           secs (2)            |           flags (2)           |
// +-------------------------------+-------------------------------+
// |          ciaddr, yiaddr, siaddr, giaddr (4 each)              |
// |          chaddr (16), sname (64), file (128)                  |
// |          magic cookie (4), options (variable)                 |
bool DhcpMessage::read(std::span<const std::uint8_t> bytes, DhcpMessage& message) noexcept {
  constexpr std::size_t kAddressWidth = 4, kHardwareWidth = 16, kNames = 64 + 128;
  ByteReader reader(bytes);
  message.operation = reader.u8();
  reader.skip(1);
  message.hardware_length = reader.u8();
  reader.skip(1 + 4 + 2 + 2);
  const auto client = reader.take(kAddressWidth);
  reader.skip(3 * kAddressWidth);
  message.hardware_address = reader.take(kHardwareWidth);
  reader.skip(kNames);
  message.magic = reader.u32be();
  message.options = reader.rest();
  if (!reader.ok()) {
    return false;
  }
  std::copy(client.begin(), client.end(), message.client_address.begin());
  return true;
}

bool DhcpOptions::next(DhcpOption& option) noexcept {
  while (reader_.remaining() != 0 && reader_.peek() == dhcp_option::kPad) {
    reader_.skip(1);
  }
  option.code = reader_.u8();
  if (!reader_.ok() || option.code == dhcp_option::kEnd || reader_.remaining() == 0) {
    return false;
  }
  const std::size_t length = reader_.u8();
  option.data = reader_.take(std::min(length, reader_.remaining()));
  return true;
}

}  // namespace netml
