#pragma once

#include <cstdint>
#include <span>

#include "netml/decode/tls_hello.hpp"
#include "netml/features/ja4_text.hpp"

namespace netml {

/// Longer than NFStream's versions, which are any two numbers, can make it.
using NfstreamJa4Text = FixedText<72>;

enum class NfstreamHello : std::uint8_t {
  kNone,    ///< not such a hello
  kBroken,  ///< its reader stumbles
  kFound,
};

/// JA4 (or JA4S) as NFStream's plugin has it: the hello must begin and end with the payload of one
/// segment; two GREASE values in a row leave the second one in the lists that are hashed; an
/// extension that comes twice counts once, in its first place, with its last content.
NfstreamHello nfstream_ja4(std::span<const std::uint8_t> payload, TlsHello::Kind kind,
                           NfstreamJa4Text& text) noexcept;

}  // namespace netml
