#pragma once

// Flows as people read them.

#include <cstdint>
#include <string>

#include "netml/commands/classify.hpp"
#include "netml/flow/flow.hpp"

#include "verdict_writer.hpp"

namespace netml {

/// "TCP"; "protocol-47" of those that are rare.
std::string short_protocol_name(std::uint8_t protocol);
/// "10.0.0.1:5 → 10.0.0.2:53 [UDP]".
std::string endpoints_text(const VerdictSubject& subject);
/// "[2017-07-04] [11:54:30.123456 – 11:54:31.000000]".
std::string times_text(const Flow& flow, TextZone zone);
/// "[2017-07-04] [11:54:30.123456]".
std::string time_text(std::int64_t ns, TextZone zone);
/// A row_key() in the form of a verdict's line: "[2017-07-04] [11:54:30.123456] 10.0.0.1:5 →
/// 10.0.0.2:53 [UDP]", without the time where the table had no start_ns; as it is when it is not
/// one.
std::string readable_key(const std::string& key, TextZone zone);

}  // namespace netml
