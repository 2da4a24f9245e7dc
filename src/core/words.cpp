#include "netml/core/words.hpp"

#include "netml/core/error.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"

namespace netml {

void refuse_word(std::string_view text, std::span<const std::string> known,
                 const std::string& complaint) {
  throw UsageError(complaint + " '" + printable(text) + "'" + did_you_mean(text, known) + " (" +
                   join(known, ", ") + ")");
}

}  // namespace netml
