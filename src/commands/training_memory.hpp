#pragma once

#include <cstdint>

#include "netml/commands/train.hpp"
#include "netml/models/detector.hpp"
#include "netml/models/registry.hpp"

#include "training_rows.hpp"

namespace netml {

// What a training run takes of --memory-limit, said before it takes it. The checks throw
// LimitError.

/// Bytes of a table in memory, as its reader counts them.
std::uint64_t table_bytes(const Table& table);

/// Before the rows of so many columns are taken from the table.
void check_row_memory(const Table& table, const TrainOptions& options, std::size_t columns);

/// Before the fit: the most that the run will hold at once, from the tables to the file, roughly
/// and from above. The message names what makes it smaller.
void check_training_memory(const Table& table, const TrainOptions& options, const RowPlan& plan,
                           const Detector& detector, const ModelEntry& entry);

}  // namespace netml
