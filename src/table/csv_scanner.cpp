#include "netml/table/csv_scanner.hpp"

#include "netml/table/text_source.hpp"

namespace netml {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{256} << 10;
// Far above any row that a tool writes; keeps a quote that is never closed from taking the memory.
constexpr std::size_t kLongestRecord = std::size_t{16} << 20;
constexpr std::size_t kMostCells = 65'536;  // an empty one takes no text
constexpr int kEnd = -1;

}  // namespace

CsvScanner::CsvScanner(Source source) : source_(std::move(source)), block_(kBlockBytes) {}

CsvScanner CsvScanner::over(std::string_view text) {
  return CsvScanner(text_over(text));
}

CsvScanner CsvScanner::open(const std::string& path) {
  return CsvScanner(open_text(path));
}

std::string_view CsvScanner::operator[](std::size_t i) const noexcept {
  const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
  return std::string_view(record_).substr(begin, ends_[i] - begin);
}

bool CsvScanner::fill() {
  if (position_ == filled_) {
    filled_ = source_(block_);
    position_ = 0;
  }
  return position_ != filled_;
}

int CsvScanner::get() {
  if (position_ == filled_ && !fill()) {
    return kEnd;
  }
  return static_cast<unsigned char>(block_[position_++]);
}

int CsvScanner::peek() {
  if (position_ == filled_ && !fill()) {
    return kEnd;
  }
  return static_cast<unsigned char>(block_[position_]);
}

void CsvScanner::append(char c) {
  if (record_.size() < kLongestRecord) {
    record_ += c;
  } else if (problem_.empty()) {
    problem_ = "the row is longer than " + std::to_string(kLongestRecord >> 20) + " MiB";
  }
}

void CsvScanner::finish_cell() {
  if (ends_.size() < kMostCells) {
    ends_.push_back(record_.size());
  } else if (problem_.empty()) {
    problem_ = "the row has more than " + std::to_string(kMostCells) + " cells";
  }
}

void CsvScanner::skip_byte_order_mark() {
  started_ = true;
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  // Sources may give one byte at a time: collect the first three.
  if (!fill()) {
    return;
  }
  while (filled_ < kMark.size()) {
    const std::size_t count = source_(std::span<char>(block_).subspan(filled_, 1));
    if (count == 0) {
      break;
    }
    filled_ += count;
  }
  if (std::string_view(block_.data(), filled_).substr(0, kMark.size()) == kMark) {
    position_ = kMark.size();
  }
}

bool CsvScanner::next() {
  if (!started_) {
    skip_byte_order_mark();
  }
  record_.clear();
  ends_.clear();
  problem_.clear();
  quoted_ = false;
  line_ = next_line_;
  if (peek() == kEnd) {
    return false;
  }
  enum class State { kCellStart, kPlain, kQuoted, kAfterQuote };
  State state = State::kCellStart;
  while (true) {
    const int c = get();
    if (state == State::kQuoted) {
      if (c == '"') {
        state = State::kAfterQuote;
        continue;
      }
      if (c == kEnd) {
        problem_ = "a quote is never closed";
        break;
      }
      append(static_cast<char>(c));
      if (c == '\n') {
        ++next_line_;
        if (!problem_.empty()) {
          break;  // too long already: the quote is given up at the end of this line
        }
      }
      continue;
    }
    if (c == kEnd || c == '\n' || (c == '\r' && (peek() == '\n' || peek() == kEnd))) {
      if (c == '\r' && peek() == '\n') {
        get();
      }
      next_line_ += c == kEnd ? 0 : 1;
      break;
    }
    if (c == ',') {
      finish_cell();
      state = State::kCellStart;
    } else if (state == State::kCellStart && c == '"') {
      state = State::kQuoted;
      quoted_ = true;
    } else if (state == State::kAfterQuote && c == '"') {
      append('"');
      state = State::kQuoted;
    } else {
      if (state == State::kAfterQuote && problem_.empty()) {
        problem_ = "text follows a closing quote";
      }
      append(static_cast<char>(c));
      state = state == State::kAfterQuote ? state : State::kPlain;
    }
  }
  finish_cell();
  return true;
}

}  // namespace netml
