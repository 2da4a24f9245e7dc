#pragma once

namespace netml {

/// Gives each of the descriptors 0, 1 and 2 that is closed a /dev/null that cannot be used the way
/// the stream is: reading, writing there goes on failing, and no file that is opened later takes
/// the number, which would put messages into an output. Messages themselves go nowhere. To be
/// called before anything is opened.
void secure_standard_streams() noexcept;

}  // namespace netml
