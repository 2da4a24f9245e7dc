#include "anonymize_options.hpp"

#include <CLI/CLI.hpp>

#include "netml/core/error.hpp"
#include "netml/core/words.hpp"

#include "declare.hpp"
#include "options.hpp"

namespace netml::cli {
namespace {

constexpr Word<PseudonymMode> kModes[] = {{"digest", PseudonymMode::kDigest},
                                          {"prefix", PseudonymMode::kPrefix}};

}  // namespace

void add_anonymize(CLI::App& group, AnonymizeText& text) {
  add_text(group, "--anonymize", text.columns, "COLUMNS",
           "replace the text of these columns by keyed digests");
  add_text(group, "--anonymize-key", text.key, "FILE",
           "32 bytes or 64 hexadecimal digits, for the same digests in each run (random)");
  add_text(group, "--anonymize-mode", text.mode, "MODE",
           "digest (default), or prefix: addresses become addresses with equal prefixes");
}

Anonymization make_anonymization(const AnonymizeText& text) {
  Anonymization anonymization;
  if (!text.columns) {
    if (text.key || text.mode) {
      throw UsageError(std::string(text.key ? "--anonymize-key" : "--anonymize-mode") +
                       " goes with --anonymize COLUMNS");
    }
    return anonymization;
  }
  anonymization.columns = parse_list("--anonymize", *text.columns);
  anonymization.mode = parse_word(text.mode.value_or("digest"), kModes, "--anonymize-mode");
  anonymization.has_own_key = text.key.has_value();
  anonymization.key = text.key ? read_pseudonym_key(*text.key) : random_pseudonym_key();
  return anonymization;
}

}  // namespace netml::cli
