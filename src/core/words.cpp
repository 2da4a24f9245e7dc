#include "netml/core/words.hpp"

#include "netml/core/error.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"

namespace netml {

std::string none_of(std::string_view text, std::span<const std::string> known) {
  return "'" + printable(text) + "' is none of " + join(known, ", ") + did_you_mean(text, known);
}

void refuse_word(std::string_view text, std::span<const std::string> known,
                 const std::string& place) {
  throw UsageError(place + ": " + none_of(text, known));
}

}  // namespace netml
