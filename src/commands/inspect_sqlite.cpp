#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/text_format.hpp"
#include "netml/table/sqlite_reader.hpp"

#include "inspect_parts.hpp"
#include "value_range.hpp"

namespace netml {
namespace {

constexpr std::size_t kMostRunsShown = 20;
constexpr std::size_t kMostNamesShown = 5;
constexpr std::size_t kMostInputValues = 1'000'000;

// SQLite reads files by their names.
void require_file(const std::string& path) {
  struct stat status {};
  if (path == "-" || stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw DataError(input_name(path) +
                    ": a SQLite database, which is looked at in a regular file only; give its "
                    "name");
  }
}

// "a.pcap, b.pcap and 3 more", of a list that somebody else may have written.
std::string input_names(std::string_view inputs, const std::string& what) {
  std::vector<std::string> names;
  std::size_t count = 0;
  try {
    const JsonDocument list = parse_json(inputs, what, {.depth = 4, .values = kMostInputValues});
    for (const nlohmann::json& input : *list) {
      const auto name = input.is_object() ? input.find("name") : input.end();
      if (++count <= kMostNamesShown && name != input.end() && name->is_string()) {
        names.push_back(printable(name->get_ref<const std::string&>()));
      }
    }
  } catch (const DataError&) {
    return printable(inputs);
  }
  const std::string more =
      count > kMostNamesShown ? " and " + std::to_string(count - kMostNamesShown) + " more" : "";
  return names.empty() ? "no inputs" : join(names, ", ") + more;
}

std::string run_line(const SqliteRun& run, const std::string& path) {
  const std::string name = "run " + std::to_string(run.number);
  return "  " + name + "  " + input_names(run.inputs, input_name(path) + ": " + name) + "; " +
         std::to_string(run.packets_read) + " packets, " + std::to_string(run.rows_written) +
         " rows, " + (run.is_complete ? "" : "ended by a signal, ") + "status " +
         std::to_string(run.status) + ", netml " + printable(run.netml_version) + "\n";
}

// The last runs, and how many there are.
struct Runs {
  std::size_t count = 0;
  std::deque<std::string> lines;
  std::string recipe;  ///< of the last one

  void read(SqliteReader& reader, const std::string& path) {
    reader.read_runs([&](const SqliteRun& run) {
      ++count;
      lines.push_back(run_line(run, path));
      if (lines.size() > kMostRunsShown) {
        lines.pop_front();
      }
      recipe = run.recipe;
    });
  }
  std::string text() const {
    std::string text = "runs:\n";
    if (count > lines.size()) {
      text += "  " + std::to_string(count - lines.size()) + " earlier ones\n";
    }
    for (const std::string& line : lines) {
      text += line;
    }
    return recipe.empty() ? text
                          : text + "recipe of the last run: " + printable_line(recipe) + "\n";
  }
};

}  // namespace

std::string inspect_sqlite(const std::string& path) {
  require_file(path);
  SqliteReader reader(path);
  Runs runs;
  runs.read(reader, path);
  const std::vector<ColumnInfo>& columns = reader.schema().columns;
  std::vector<ValueRange> ranges(columns.size());
  std::uint64_t rows = 0;
  reader.read_rows([&](std::span<const Cell> cells) {
    ++rows;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      ranges[i].add(cells[i]);
    }
  });
  std::string text = input_name(path) + ": feature table in a SQLite database, " +
                     std::to_string(rows) + " rows, " + std::to_string(columns.size()) +
                     " columns, " + std::to_string(runs.count) + " runs\n";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    text += "  " + printable(columns[i].name) + "  " + std::string(to_text(columns[i].type)) +
            (columns[i].is_identity ? ", identity" : "") + ranges[i].text() + "\n";
  }
  return text + runs.text();
}

}  // namespace netml
