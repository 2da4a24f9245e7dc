#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netml/dataset/labels.hpp"
#include "netml/table/text_source.hpp"

#include "label_rows.hpp"

namespace netml {

/// The begin of a label file, by which its format is recognised.
struct LabelHead {
  std::string_view line;             ///< the first line that is not blank, without byte-order mark
  std::vector<std::string> cells;    ///< of that line as CSV, in lower case, without outer spaces
  std::vector<std::string> members;  ///< of that line as JSON: those that tell formats apart

  bool has_cell(std::string_view name) const;
  bool has_member(std::string_view name) const;
};

/// Reads the whole of a label file. Throws DataError.
using LabelReader = LabelRows (*)(TextSource source, LabelRowBuilder& rows,
                                  const LabelOptions& options);

/// A label format: how it is named and recognised, what reads it, and how its rows match.
struct LabelFormatInfo {
  LabelFormat format;
  std::string_view name;        ///< on the command line
  std::string_view recognised;  ///< by what, for messages
  bool (*recognises)(const LabelHead& head);
  LabelReader read;
  bool is_directed = false;           ///< rows match flows of their own direction only
  bool knows_halves_of_days = false;  ///< a clock without AM and PM may mean either
  bool is_rule_file = false;          ///< the first row that matches counts, unless a rule is given
  bool names_differ = true;           ///< false: labels of one value are the same, however named
  LabelConflict conflict = LabelConflict::kAnyAttack;
};

/// All formats but `auto`.
std::span<const LabelFormatInfo> label_formats();

/// The format of that name or, for kAuto, the only one that recognises the begin of the file.
/// Throws DataError that says what was seen and what to give.
const LabelFormatInfo& find_label_format(const LabelOptions& options, const LabelHead& head,
                                         const std::string& what);

/// The begin of `text`, the first bytes of a file.
LabelHead label_head(std::string_view text);

// The readers and recognisers, each in the file of its format.
bool recognises_cicids2017(const LabelHead& head);
LabelRows read_cicids2017(TextSource source, LabelRowBuilder& rows, const LabelOptions& options);
LabelRows read_netml_labels(TextSource source, LabelRowBuilder& rows, const LabelOptions& options);
bool recognises_zeek(const LabelHead& head);
LabelRows read_zeek(TextSource source, LabelRowBuilder& rows, const LabelOptions& options);
bool recognises_unsw_nb15(const LabelHead& head);
LabelRows read_unsw_nb15(TextSource source, LabelRowBuilder& rows, const LabelOptions& options);
bool recognises_ctu13(const LabelHead& head);
LabelRows read_ctu13(TextSource source, LabelRowBuilder& rows, const LabelOptions& options);
bool recognises_suricata(const LabelHead& head);
LabelRows read_suricata(TextSource source, LabelRowBuilder& rows, const LabelOptions& options);
bool recognises_csv_labels(const LabelHead& head);
LabelRows read_csv_labels(TextSource source, LabelRowBuilder& rows, const LabelOptions& options);

}  // namespace netml
