#include "model_columns.hpp"

#include "netml/core/error.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"

namespace netml {

std::vector<std::size_t> find_model_columns(const Table& table,
                                            const std::vector<std::string>& columns,
                                            const std::string& what) {
  const ColumnIndex index(table.schema());
  std::vector<std::size_t> places;
  places.reserve(columns.size());
  for (const std::string& name : columns) {
    const auto found = index.find(name);
    if (!found) {
      throw DataError(what + ": column '" + printable(name) + "' of the model is missing" +
                      did_you_mean(name, table.schema().names()));
    }
    const ColumnType type = table.schema().columns[*found].type;
    if (type != ColumnType::kU64 && type != ColumnType::kI64 && type != ColumnType::kF64) {
      throw DataError(what + ": column '" + printable(name) + "' holds " +
                      std::string(to_text(type)) + ", the model takes numbers");
    }
    places.push_back(*found);
  }
  return places;
}

}  // namespace netml
