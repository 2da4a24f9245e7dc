#include "netml/core/error.hpp"

#include "column_block.hpp"

namespace netml {
std::unique_ptr<ColumnBlock> make_representation_block(const SetRequest& request, const Recipe&) {
  throw UsageError("feature set '" + request.name + "' is not in this build");
}
}  // namespace netml
