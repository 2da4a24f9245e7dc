// In place of pseudonyms.cpp in a build without libcrypto.
#include "netml/core/error.hpp"
#include "netml/core/pseudonyms.hpp"

namespace netml {

class Pseudonyms::Impl {};

Pseudonyms::Pseudonyms(const PseudonymKey&, PseudonymMode) {
  throw UsageError("this build lacks libcrypto, which --anonymize needs");
}
Pseudonyms::~Pseudonyms() = default;

std::string_view Pseudonyms::of(std::string_view) {
  return {};
}

}  // namespace netml
