#pragma once

#include "netml/decode/tls_hello.hpp"
#include "netml/features/ja4_text.hpp"

namespace netml {

using Ja4Text = FixedText<36>;   ///< t13d1516h2_8daaf6152771_e5627efa2ab1
using Ja4sText = FixedText<25>;  ///< t120400_c030_4e8089b08790

/// JA4 of a ClientHello and JA4S of a ServerHello, by the public specification (FoxIO,
/// technical_details/JA4.md and JA4S.md). `transport`: 't' TLS over TCP, 'q' QUIC.
Ja4Text ja4_of(const TlsHello& hello, char transport) noexcept;
Ja4sText ja4s_of(const TlsHello& hello, char transport) noexcept;

}  // namespace netml
