#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netml/table/csv_scanner.hpp"

#include "label_rows.hpp"

namespace netml {

// What the formats that are CSV share.

/// Column names of a CSV; case and outer spaces do not matter.
class LabelHeader {
 public:
  /// `record`: the row of the names. `what`: the file, for messages.
  LabelHeader(const CsvScanner& record, std::string what);

  std::size_t size() const noexcept { return names_.size(); }
  /// The column that has one of the names. Throws DataError when two have.
  std::optional<std::size_t> find(std::initializer_list<std::string_view> names) const;
  /// Throws DataError when none has.
  std::size_t need(std::initializer_list<std::string_view> names) const;
  /// For messages: the names as they are written, cut where there are many.
  std::string text() const;

 private:
  std::string what_;
  std::vector<std::string> names_;
  std::vector<std::string> written_;
};

/// Moves to the first record that is not blank. Throws DataError: there is none.
void find_first_record(CsvScanner& scanner, const std::string& what);

/// Fills a draft from a record; what is wrong with it, or nothing.
using CsvRecordReader = std::function<std::string(const CsvScanner& record, LabelDraft& draft)>;

enum class StartAt { kThisRecord, kNextRecord };

/// Gives every record that is not blank and has `cells` cells to `read`, and the drafts to `rows`.
void read_csv_records(CsvScanner& scanner, StartAt start, std::size_t cells, LabelRowBuilder& rows,
                      const CsvRecordReader& read);

}  // namespace netml
