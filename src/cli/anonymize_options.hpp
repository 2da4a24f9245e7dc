#pragma once

#include <optional>
#include <string>

#include "netml/table/anonymized_rows.hpp"

namespace CLI {
class App;
}

namespace netml::cli {

struct AnonymizeText {
  std::optional<std::string> columns, key, mode;
};

/// --anonymize, --anonymize-key, --anonymize-mode.
void add_anonymize(CLI::App& group, AnonymizeText& text);

/// What they say; nothing when --anonymize was not given. Reads the key. Throws UsageError,
/// InputError, DataError.
Anonymization make_anonymization(const AnonymizeText& text);

}  // namespace netml::cli
