#include "label_lines.hpp"

#include <algorithm>

namespace netml {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{256} << 10;
constexpr std::size_t kLongestLine = std::size_t{16} << 20;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

LineScanner::LineScanner(TextSource source) : source_(std::move(source)), block_(kBlockBytes) {}

bool LineScanner::next() {
  line_.clear();
  is_too_long_ = false;
  bool has_bytes = false, is_whole = false;
  while (!is_whole) {
    if (position_ == filled_) {
      filled_ = source_(block_);
      position_ = 0;
      if (filled_ == 0) {
        break;
      }
    }
    has_bytes = true;
    const char* const begin = block_.data() + position_;
    const char* const end = block_.data() + filled_;
    const char* const at = std::find(begin, end, '\n');
    const auto length = static_cast<std::size_t>(at - begin);
    const std::size_t room = kLongestLine - line_.size();
    line_.append(begin, std::min(length, room));
    is_too_long_ = is_too_long_ || length > room;
    is_whole = at != end;
    position_ += length + (is_whole ? 1 : 0);
  }
  if (!has_bytes) {
    return false;
  }
  ++number_;
  if (line_.ends_with('\r')) {
    line_.pop_back();
  }
  if (number_ == 1 && line_.starts_with(kByteOrderMark)) {
    line_.erase(0, kByteOrderMark.size());
  }
  return true;
}

std::string LineScanner::problem() const {
  return is_too_long_ ? "the row is longer than " + std::to_string(kLongestLine >> 20) + " MiB"
                      : std::string();
}

}  // namespace netml
