#include "netml/commands/columns.hpp"

#include <algorithm>

#include "netml/commands/inputs.hpp"
#include "netml/core/error.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"
#include "netml/features/registry.hpp"
#include "netml/pipeline/packet_series.hpp"
#include "netml/pipeline/packet_table.hpp"
#include "netml/table/identity.hpp"

#include "test_scores.hpp"
#include "verdict_writer.hpp"

namespace netml {
namespace {

struct Section {
  FeatureSetInfo set;
  std::vector<ColumnInfo> columns;
};

std::string type_text(const ColumnInfo& column) {
  return std::string(to_text(column.type)) + (column.unit.empty() ? "" : ", " + column.unit);
}

std::string set_name(const std::string& request) {
  return request.substr(0, request.find(':'));
}

// The set with the arguments that it was asked for with, as in splt:3.
std::string request_for(const FeatureSetInfo& set, const std::vector<std::string>& names) {
  const auto asked = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
    return set_name(name) == set.name;
  });
  return asked == names.end() ? set.name : *asked;
}

bool has_column(const std::vector<ColumnInfo>& columns, const std::string& name) {
  return std::any_of(columns.begin(), columns.end(),
                     [&](const ColumnInfo& column) { return column.name == name; });
}

// CICFlowMeter's columns have other names by an argument: those that the set by itself lacks.
void add_cicflowmeter_variants(std::vector<Section>& sections) {
  const std::string set = "cicflowmeter";
  const std::vector<ColumnInfo> usual = columns_of(set);
  for (const auto& [argument, summary] :
       {std::pair{"2017", "its names of 2017 where they differ"},
        {"2018", "its names of 2018 where they differ"},
        {"extended", "the ten columns that the corrected fork adds"}}) {
    const std::string name = set + ":" + argument;
    Section section{{name, name, summary}, columns_of(name)};
    std::erase_if(section.columns,
                  [&](const ColumnInfo& column) { return has_column(usual, column.name); });
    sections.push_back(std::move(section));
  }
}

// The sets of --features and what stands before or behind them, then the other tables.
std::vector<Section> all_sections(const std::vector<std::string>& names) {
  std::vector<Section> sections;
  for (const FeatureSetInfo& set : feature_sets()) {
    sections.push_back({set, columns_of(request_for(set, names))});
    if (set.name == "cicflowmeter") {
      add_cicflowmeter_variants(sections);
    }
  }
  sections.push_back({{"header", "--header",
                       "before the columns of iat, size, … where --header asks for them "
                       "(Python netml): packets with each of eight TCP flags, then times to live"},
                      header_columns()});
  sections.push_back(
      {{"labels", "labels", "behind the others, where flows have labels"}, label_columns()});
  sections.push_back(
      {{"verdicts", "verdicts", "one row per flow, by netml classify; stage with --early"},
       verdict_columns(true)});
  sections.push_back({{"table-verdicts", "table-verdicts",
                       "one row per row of a table, by netml classify --table; then the identity "
                       "columns of the table, and score, threshold, p_value, verdict, explanation"},
                      {row_column()}});
  sections.push_back({{"test-scores", "test-scores",
                       "the held-out flows, by --test-scores of netml learn and netml train, with "
                       "the identity columns of their table behind the first"},
                      test_score_columns()});
  sections.push_back({{"packets", "packets",
                       "one row per packet, by netml packets; those from captured_length on where "
                       "--columns asks for them"},
                      packet_columns()});
  sections.push_back(
      {{"series", "series", "the packets of one flow or device, by netml packets --id"},
       series_columns()});
  return sections;
}

// "iat_40" is what "iat_0" is, for a larger --dim.
bool is_numbered_like(const std::string& name, const ColumnInfo& column) {
  const std::size_t digits = name.find_last_not_of("0123456789") + 1;
  return digits > 1 && digits < name.size() && name[digits - 1] == '_' &&
         column.name == name.substr(0, digits) + "0";
}

// The names by which those columns are found that are numbered beyond the ones that are listed.
std::vector<std::string> listed_names(const std::vector<Section>& sections,
                                      std::vector<std::string> names) {
  for (std::string& name : names) {
    const auto stands_in = [&](const Section& section) {
      return has_column(section.columns, name);
    };
    if (std::any_of(sections.begin(), sections.end(), stands_in)) {
      continue;
    }
    for (const Section& section : sections) {
      for (const ColumnInfo& column : section.columns) {
        name = is_numbered_like(name, column) ? column.name : name;
      }
    }
  }
  return names;
}

// All sets, or those asked for: a set by its name, a column by its own.
std::vector<Section> choose_sections(const std::vector<std::string>& asked) {
  std::vector<Section> all = all_sections(asked);
  const std::vector<std::string> names = listed_names(all, asked);
  std::vector<Section> sections;
  std::vector<std::string> known;
  std::vector<bool> is_found(names.size(), false);
  for (Section& section : all) {
    const FeatureSetInfo& set = section.set;
    known.push_back(set.name);
    std::vector<ColumnInfo> chosen;
    for (const ColumnInfo& column : section.columns) {
      known.push_back(column.name);
      bool is_chosen = false;
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (set_name(names[i]) == set.name || names[i] == column.name) {
          is_found[i] = is_chosen = true;  // by each name, if more than one asks for it
        }
      }
      if (is_chosen) {
        chosen.push_back(column);
      }
    }
    if (!names.empty()) {
      section.columns = std::move(chosen);
    }
    if (!section.columns.empty()) {
      sections.push_back(std::move(section));
    }
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!is_found[i]) {
      throw UsageError("unknown set or column '" + printable(names[i]) + "'" +
                       did_you_mean(names[i], known));
    }
  }
  return sections;
}

std::string as_text(const std::vector<Section>& sections) {
  std::string text;
  for (const Section& section : sections) {
    text += (text.empty() ? "" : "\n") + section.set.syntax + " - " + section.set.summary + "\n";
    std::size_t width = 0;
    for (const ColumnInfo& column : section.columns) {
      width = std::max(width, column.name.size());
    }
    for (const ColumnInfo& column : section.columns) {
      text += "  " + column.name + std::string(width - column.name.size() + 2, ' ') +
              column.definition + " [" + type_text(column) +
              (column.is_identity ? ", identity" : "") + "; " + column.source + "]\n";
    }
  }
  return text;
}

std::string as_csv(const std::vector<Section>& sections) {
  std::string text = "set,name,type,unit,identity,definition,source\n";
  for (const Section& section : sections) {
    for (const ColumnInfo& column : section.columns) {
      const std::string cells[] = {section.set.name,
                                   column.name,
                                   std::string(to_text(column.type)),
                                   column.unit,
                                   column.is_identity ? "1" : "0",
                                   column.definition,
                                   column.source};
      for (const std::string& cell : cells) {
        text += &cell == cells ? "" : ",";
        append_csv_text(text, cell, TextMode::kRaw);
      }
      text += '\n';
    }
  }
  return text;
}

std::string as_markdown(const std::vector<Section>& sections) {
  std::string text =
      "# Columns\n\nEvery column that `netml` can write, by the set of `--features` that brings "
      "it, then those of labels and verdicts and of `netml packets`. This page is the "
      "output of\n`netml columns --format markdown`. Columns marked *identity* are never seen by a "
      "model.\n";
  for (const Section& section : sections) {
    text += "\n## `" + section.set.syntax + "`\n\n" + section.set.summary +
            ".\n\n| column | type, unit | definition | source |\n|---|---|---|---|\n";
    for (const ColumnInfo& column : section.columns) {
      text += "| `" + column.name + "` | " + type_text(column) +
              (column.is_identity ? ", *identity*" : "") + " | " + column.definition + " | " +
              column.source + " |\n";
    }
  }
  return text;
}

}  // namespace

bool has_known_column(const std::vector<std::string>& names) {
  if (std::any_of(names.begin(), names.end(), is_identity_name)) {
    return true;
  }
  const std::vector<Section> sections = all_sections({});
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::any_of(sections.begin(), sections.end(),
                       [&](const Section& section) { return has_column(section.columns, name); });
  });
}

std::string describe_columns(const std::vector<std::string>& names, ColumnsFormat format) {
  const std::vector<Section> sections = choose_sections(names);
  switch (format) {
    case ColumnsFormat::kCsv:
      return as_csv(sections);
    case ColumnsFormat::kMarkdown:
      return as_markdown(sections);
    case ColumnsFormat::kText:
      break;
  }
  return as_text(sections);
}

}  // namespace netml
