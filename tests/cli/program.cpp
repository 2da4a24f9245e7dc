#include "program.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "netml/table/csv_scanner.hpp"

#include "support/temp_folder.hpp"

namespace netml::test {

std::string binary() {
  const char* other = std::getenv("NETML_TEST_BINARY");
  return other == nullptr ? NETML_BINARY : other;
}

std::vector<std::string> netml_command(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {binary()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

RunResult netml(const std::vector<std::string>& arguments, const std::string& input,
                const Streams& streams) {
  RunResult result = run_program(netml_command(arguments), input, streams);
  expect_sound(result, join(arguments, " "));
  return result;
}

void expect_sound(const RunResult& result, const std::string& what) {
  static const std::set<int> kKnown = {0, 2, 3, 4, 5, 6, 10, 11, 130, 141, 143};
  EXPECT_EQ(result.died, "") << what << "\n" << result.err;
  EXPECT_EQ(kKnown.count(result.status), 1U) << what << ": status " << result.status << "\n"
                                             << result.err;
  bool has_reason = false;
  for (const std::string& line : lines_of(result.err)) {
    const bool is_message = line.rfind("netml: ", 0) == 0 || line.rfind("{\"level\":", 0) == 0;
    const bool is_table = line.rfind('+', 0) == 0 || line.rfind('|', 0) == 0;
    EXPECT_TRUE(is_message || is_table) << what << ": " << line;
    has_reason = has_reason || (is_message && line.size() > 9);
  }
  EXPECT_EQ(std::count_if(result.err.begin(), result.err.end(),
                          [](unsigned char c) { return (c < 32 && c != '\n') || c == 127; }),
            0)
      << what << ": " << result.err;
  for (const char* leak : {"terminate called", "what()", "std::", "exception", "internal error",
                           "CLI::", "Sanitizer", "assert"}) {
    EXPECT_EQ(result.err.find(leak), std::string::npos) << what << ": " << result.err;
  }
  if (result.status >= 1 && result.status <= 6) {
    EXPECT_TRUE(has_reason) << what << ": status " << result.status << " without a reason";
  }
}

std::string demo(const std::string& name) {
  return std::string(NETML_SOURCE_DIR) + "/data/" + name;
}

nlohmann::json read_json(const std::string& path) {
  return nlohmann::json::parse(slurp(path), nullptr, false);
}

void expect_conservation(const nlohmann::json& summary, const std::string& what) {
  ASSERT_TRUE(summary.is_object()) << what << ": no summary";
  std::uint64_t accounted = summary.at("packets_in_flows").get<std::uint64_t>() +
                            summary.at("packets_in_flows_too_short").get<std::uint64_t>();
  for (const auto& [reason, packets] : summary.at("packets_skipped").items()) {
    EXPECT_FALSE(reason.empty()) << what;
    accounted += packets.get<std::uint64_t>();
  }
  EXPECT_EQ(summary.at("packets_read").get<std::uint64_t>(), accounted) << what << summary.dump();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines = split(text, '\n');
  if (!lines.empty() && lines.back().empty()) {
    lines.pop_back();
  }
  return lines;
}

std::vector<std::vector<std::string>> csv_rows(const std::string& text) {
  const TempFolder folder;
  CsvScanner scanner = CsvScanner::open(folder.write("table.csv", text));
  std::vector<std::vector<std::string>> rows;
  while (scanner.next()) {
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < scanner.size(); ++i) {
      row.emplace_back(scanner[i]);
    }
    EXPECT_EQ(row.size(), rows.front().size()) << "row " << rows.size();
  }
  return rows;
}

std::vector<std::string> folder_names(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace netml::test
