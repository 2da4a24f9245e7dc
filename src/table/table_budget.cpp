#include "netml/table/table_budget.hpp"

#include "netml/core/error.hpp"

namespace netml {

void TableBudget::take(std::uint64_t count, std::uint64_t bytes_each) {
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(count, bytes_each, &bytes) || bytes > left_) {
    throw LimitError(what_ +
                     ": the table does not fit --memory-limit; raise it, or keep fewer columns or "
                     "rows");
  }
  left_ -= bytes;
}

}  // namespace netml
