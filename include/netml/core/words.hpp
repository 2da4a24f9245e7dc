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

/// What is said of a word that is none of `known`:
/// `'<text>' is none of <known>, …; did you mean '…'?`
std::string none_of(std::string_view text, std::span<const std::string> known);

/// Throws UsageError: `<place>: ` and none_of(). `place` is the option that was given, or what else
/// the word stood in.
[[noreturn]] void refuse_word(std::string_view text, std::span<const std::string> known,
                              const std::string& place);

/// What the word means. Throws as refuse_word does.
template <typename T, std::size_t kCount>
T parse_word(std::string_view text, const Word<T> (&words)[kCount], const std::string& place) {
  std::vector<std::string> known;
  for (const Word<T>& word : words) {
    if (word.text == text) {
      return word.value;
    }
    known.emplace_back(word.text);
  }
  refuse_word(text, known, place);
}

}  // namespace netml
