#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "netml/table/table.hpp"

namespace netml {

/// Where the columns that a model sees stand in a table, one place for each name. Throws DataError
/// `<what>: …` for one that is absent or holds no numbers.
std::vector<std::size_t> find_model_columns(const Table& table,
                                            const std::vector<std::string>& columns,
                                            const std::string& what);

}  // namespace netml
