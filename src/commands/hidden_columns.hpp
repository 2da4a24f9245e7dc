#pragma once

#include "netml/table/anonymized_rows.hpp"

namespace netml {

/// Before any packet is read: throws UsageError for columns that cannot be anonymized, and warns of
/// those that go on telling an address that was hidden. `columns`: those of the table, labels
/// included.
void check_anonymization(const Schema& columns, const Anonymization& anonymization);

}  // namespace netml
