#include "netml/commands/columns.hpp"

#include <algorithm>

#include "netml/core/error.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"
#include "netml/features/registry.hpp"
#include "netml/pipeline/packet_series.hpp"
#include "netml/pipeline/packet_table.hpp"

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

// The sets of --features, then the tables of netml packets.
std::vector<Section> all_sections(const std::vector<std::string>& names) {
  std::vector<Section> sections;
  for (const FeatureSetInfo& set : feature_sets()) {
    sections.push_back({set, columns_of(request_for(set, names))});
  }
  sections.push_back({{"packets", "packets",
                       "one row per packet, by netml packets; those from captured_length on where "
                       "--columns asks for them"},
                      packet_columns()});
  sections.push_back(
      {{"series", "series", "the packets of one flow or device, by netml packets --id"},
       series_columns()});
  return sections;
}

// All sets, or those asked for: a set by its name, a column by its own.
std::vector<Section> choose_sections(const std::vector<std::string>& names) {
  std::vector<Section> sections;
  std::vector<std::string> known;
  std::vector<bool> is_found(names.size(), false);
  for (Section& section : all_sections(names)) {
    const FeatureSetInfo& set = section.set;
    known.push_back(set.name);
    std::vector<ColumnInfo> chosen;
    for (const ColumnInfo& column : section.columns) {
      known.push_back(column.name);
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (set_name(names[i]) == set.name || names[i] == column.name) {
          is_found[i] = true;
          chosen.push_back(column);
          break;
        }
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
      "it, then those of `netml packets`. This page is the "
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
