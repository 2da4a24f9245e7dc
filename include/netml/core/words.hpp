#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netml {

// Options whose value is one of a few words.

template <typename T>
struct Word {
  std::string_view text;
  T value;
};

/// Throws UsageError: `<complaint> '<text>'; did you mean '…'? (<known>, …)`.
[[noreturn]] void refuse_word(std::string_view text, std::span<const std::string> known,
                              const std::string& complaint);

/// What the word means. Throws as refuse_word does.
template <typename T, std::size_t kCount>
T parse_word(std::string_view text, const Word<T> (&words)[kCount], const std::string& complaint) {
  std::vector<std::string> known;
  for (const Word<T>& word : words) {
    if (word.text == text) {
      return word.value;
    }
    known.emplace_back(word.text);
  }
  refuse_word(text, known, complaint);
}

}  // namespace netml
