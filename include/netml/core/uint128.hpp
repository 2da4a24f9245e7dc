#pragma once

namespace netml {

/// Exact sums of squares. A compiler extension that both gcc and clang have.
__extension__ typedef unsigned __int128 Uint128;

}  // namespace netml
