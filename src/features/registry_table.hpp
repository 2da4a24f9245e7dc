#pragma once

#include <memory>
#include <span>
#include <string>

#include "column_block.hpp"

namespace netml {

/// One row of the registry of sets.
struct SetEntry {
  const char* name;
  const char* syntax;
  std::size_t most_arguments;
  const char* summary;
  BlockFactory make;
};

std::span<const SetEntry> set_entries();

/// Builds the block of a set as the user wrote it. Throws UsageError.
std::unique_ptr<ColumnBlock> make_block(const std::string& text, const Recipe& recipe);

}  // namespace netml
