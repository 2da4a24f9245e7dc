#pragma once

#include <cstddef>

namespace netml {

// NFStream's three scopes of a flow, in the order of its columns.

enum Scope : std::size_t { kBidirectional, kForwardScope, kBackwardScope, kScopeCount };

inline constexpr const char* kScopePrefix[] = {"bidirectional_", "src2dst_", "dst2src_"};
/// For definitions.
inline constexpr const char* kScopeText[] = {"in both directions", "from source to destination",
                                             "from destination to source"};

}  // namespace netml
