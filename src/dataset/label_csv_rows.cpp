#include "label_csv_rows.hpp"

#include <algorithm>
#include <utility>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

namespace netml {

LabelHeader::LabelHeader(const CsvScanner& record, std::string what) : what_(std::move(what)) {
  for (std::size_t i = 0; i < record.size(); ++i) {
    written_.emplace_back(trim(record[i]));
    names_.push_back(to_lower(written_.back()));
  }
}

std::optional<std::size_t> LabelHeader::find(std::initializer_list<std::string_view> names) const {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (std::none_of(names.begin(), names.end(),
                     [&](std::string_view name) { return to_lower(name) == names_[i]; })) {
      continue;
    }
    if (found) {
      throw DataError(what_ + ": two columns are called '" + printable(written_[*found]) +
                      "' and '" + printable(written_[i]) + "'");
    }
    found = i;
  }
  return found;
}

std::size_t LabelHeader::need(std::initializer_list<std::string_view> names) const {
  if (const auto found = find(names)) {
    return *found;
  }
  std::string wanted;
  for (const std::string_view name : names) {
    wanted += (wanted.empty() ? "'" : " or '") + printable(name) + "'";
  }
  throw DataError(what_ + ": no column " + wanted + "; the columns are " + text());
}

std::string LabelHeader::text() const {
  return printable(join(written_, ", "));
}

void find_first_record(CsvScanner& scanner, const std::string& what) {
  do {
    if (!scanner.next()) {
      throw DataError(what + ": the label file is empty");
    }
  } while (scanner.is_blank());
}

void read_csv_records(CsvScanner& scanner, StartAt start, std::size_t cells, LabelRowBuilder& rows,
                      const CsvRecordReader& read) {
  for (bool is_there = start == StartAt::kThisRecord || scanner.next(); is_there;
       is_there = scanner.next()) {
    if (scanner.is_blank()) {
      continue;
    }
    LabelDraft draft;
    std::string problem = scanner.problem();
    if (problem.empty() && scanner.size() != cells) {
      problem =
          std::to_string(scanner.size()) + " cells where there should be " + std::to_string(cells);
    }
    if (problem.empty()) {
      problem = read(scanner, draft);
    }
    rows.add(std::move(draft), scanner.line(), std::move(problem));
  }
}

}  // namespace netml
