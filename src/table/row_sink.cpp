#include "netml/table/row_sink.hpp"

#include "netml/core/error.hpp"

namespace netml {

void RowSink::lines(std::string_view) {
  throw InternalError("a sink of cells was given text");
}

}  // namespace netml
