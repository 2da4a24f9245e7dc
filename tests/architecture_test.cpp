// Holds the source tree against the picture of rooms in docs/decisions/0001-rooms-and-arrows.md.

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netml {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Which rooms a room may include, itself aside. A new arrow is an edit here.
const std::map<std::string, std::set<std::string>>& picture() {
  static const std::map<std::string, std::set<std::string>> kPicture = {
      {"core", {}},
      {"capture", {"core"}},
      {"decode", {"capture", "core"}},
      {"flow", {"decode", "capture", "core"}},
      {"table", {"core"}},
      {"features", {"flow", "decode", "capture", "table", "core"}},
      {"pipeline", {"features", "flow", "decode", "capture", "table", "core"}},
      {"nn", {"core"}},
      {"dataset", {"table", "core"}},
      {"models", {"nn", "dataset", "table", "core"}},
      {"traffic", {"nn", "dataset", "table", "core"}},
      {"commands",
       {"pipeline", "models", "traffic", "dataset", "nn", "table", "features", "flow", "decode",
        "capture", "core"}},
      {"cli",
       {"commands", "pipeline", "models", "traffic", "dataset", "nn", "table", "features", "flow",
        "decode", "capture", "core"}},
  };
  return kPicture;
}

bool allows(const std::string& from, const std::string& to) {
  const auto entry = picture().find(from);
  return entry != picture().end() && (from == to || entry->second.contains(to));
}

// "include/netml/flow/flow.hpp" and "src/flow/flow.cpp" are in "flow"; src/main.cpp is in "cli".
std::string room_of(const std::string& path) {
  static const std::regex kRoom("(?:include/netml|src)/([^/]+)/.*");
  std::smatch match;
  if (std::regex_match(path, match, kRoom)) {
    return match[1];
  }
  return "cli";
}

// Code without comments and without the content of literals, line by line.
std::vector<std::string> code_lines(const std::string& text) {
  static const std::regex kNoise(R"re(//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+')re");
  static const std::regex kBlock(R"(/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)");
  std::vector<std::string> lines;
  std::istringstream in(std::regex_replace(text, kBlock, ""));
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line.find("#include") == std::string::npos
                        ? std::regex_replace(line, kNoise, "\"\"")
                        : line);
  }
  return lines;
}

// What one source file does that its room may not do.
std::vector<std::string> violations(const std::string& path, const std::string& text) {
  static const std::regex kOwn(R"(^\s*#include\s*[<"]netml/([^/">]+)/.*)");
  static const std::regex kThirdParty(
      R"(^\s*#include\s*[<"](pcap[./]|openssl/|sqlite3\.h|libsvm|svm\.h|yaml-cpp|CLI/|nlohmann/json\.hpp|spdlog).*)");
  static const std::regex kPrints(
      R"((std::(cout|cerr|clog)\b|\b(v?f?printf|f?puts|putchar|f?putc|perror|fwrite)\s*\())");
  static const std::regex kExits(R"((^|[^\w])(_?exit|_Exit|quick_exit|abort|terminate)\s*\()");
  const std::string room = room_of(path);
  const bool is_header = path.size() > 4 && path.substr(path.size() - 4) == ".hpp";
  const bool is_above = room == "commands" || room == "cli";
  // The log writes to stderr; a second signal ends the process at once.
  const bool may_print = is_above || path == "src/core/log.cpp";
  const bool may_exit = is_above || path == "src/core/interrupt.cpp";
  std::vector<std::string> found;
  std::smatch match;
  std::size_t number = 0;
  for (const std::string& line : code_lines(text)) {
    const std::string where = path + ":" + std::to_string(++number) + ": ";
    if (std::regex_match(line, match, kOwn) && !allows(room, match[1])) {
      found.push_back(where + room + " may not include " + match[1].str());
    }
    if (is_header && std::regex_match(line, match, kThirdParty)) {
      found.push_back(where + match[1].str() + " belongs into .cpp files");
    }
    if (!may_print && std::regex_search(line, match, kPrints)) {
      found.push_back(where + room + " may not print");
    }
    if (!may_exit && std::regex_search(line, match, kExits)) {
      found.push_back(where + room + " may not end the program");
    }
  }
  return found;
}

// The DEPENDS of a room's CMakeLists.txt that are not in the picture.
std::vector<std::string> wrong_depends(const std::string& room, const std::string& text) {
  static const std::regex kDepends(R"(\bDEPENDS\s+([a-z\s]*))");
  std::vector<std::string> found;
  std::smatch match;
  if (std::regex_search(text, match, kDepends)) {
    std::istringstream names(match[1]);
    for (std::string name; names >> name;) {
      if (!allows(room, name)) {
        found.push_back("src/" + room + "/CMakeLists.txt: " + room + " may not depend on " + name);
      }
    }
  }
  return found;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::filesystem::path> files_below(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           std::filesystem::path(NETML_SOURCE_DIR) / folder)) {
    if (entry.is_regular_file()) {
      files.push_back(entry.path());
    }
  }
  return files;
}

// ---------------------------------------------------------------- the tree

TEST(Architecture, EveryFileKeepsToItsRoom) {
  std::size_t count = 0;
  for (const char* folder : {"include/netml", "src"}) {
    for (const std::filesystem::path& file : files_below(folder)) {
      if (file.extension() != ".hpp" && file.extension() != ".cpp") {
        continue;
      }
      ++count;
      const std::string path = std::filesystem::relative(file, NETML_SOURCE_DIR).generic_string();
      EXPECT_TRUE(picture().contains(room_of(path))) << path << ": a room outside the picture";
      EXPECT_THAT(violations(path, read(file)), IsEmpty());
    }
  }
  EXPECT_GT(count, 50u) << "the tree was not found";
}

TEST(Architecture, EveryDependsIsInThePicture) {
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(NETML_SOURCE_DIR) / "src")) {
    const std::filesystem::path file = entry.path() / "CMakeLists.txt";
    if (std::filesystem::exists(file)) {
      ++count;
      EXPECT_THAT(wrong_depends(entry.path().filename().string(), read(file)), IsEmpty());
    }
  }
  EXPECT_GT(count, 5u);
}

TEST(Architecture, ThePictureHasNoCircles) {
  for (const auto& [room, below] : picture()) {
    for (const std::string& other : below) {
      EXPECT_FALSE(allows(other, room)) << room << " and " << other;
      for (const std::string& further : picture().at(other)) {
        EXPECT_TRUE(below.contains(further))
            << room << " is above " << other << " but not above " << further;
      }
    }
  }
}

// ---------------------------------------------------------------- the checker

TEST(ArchitectureChecker, FindsAnArrowThatIsNotInThePicture) {
  EXPECT_THAT(violations("src/models/kde.cpp", "// x\n#include \"netml/flow/flow.hpp\"\n"),
              ElementsAre("src/models/kde.cpp:2: models may not include flow"));
  EXPECT_THAT(violations("include/netml/flow/flow.hpp", "#include \"netml/features/recipe.hpp\""),
              ElementsAre(HasSubstr("flow may not include features")));
  EXPECT_THAT(violations("src/core/x.cpp", "  #include <netml/table/table.hpp>"),
              ElementsAre(HasSubstr("core may not include table")));
  EXPECT_THAT(violations("src/table/x.cpp", "#include \"netml/unheard/of.hpp\""),
              ElementsAre(HasSubstr("may not include unheard")));
  EXPECT_THAT(violations("src/commands/x.cpp", "#include \"netml/cli/app.hpp\""),
              ElementsAre(HasSubstr("commands may not include cli")));
  EXPECT_THAT(violations("src/features/x.cpp",
                         "#include \"netml/features/recipe.hpp\"\n#include "
                         "\"netml/core/error.hpp\"\n#include \"column_block.hpp\""),
              IsEmpty());
}

TEST(ArchitectureChecker, FindsThirdPartyHeadersInHeaders) {
  for (const char* header : {"<pcap/pcap.h>", "<pcap.h>", "<libsvm/svm.h>", "<yaml-cpp/yaml.h>",
                             "<CLI/CLI.hpp>", "<nlohmann/json.hpp>", "<spdlog/spdlog.h>"}) {
    const std::string line = std::string("#include ") + header;
    EXPECT_EQ(violations("src/models/x.hpp", line).size(), 1u) << header;
    EXPECT_THAT(violations("src/models/x.cpp", line), IsEmpty()) << header;
  }
  EXPECT_THAT(violations("include/netml/core/x.hpp", "#include <nlohmann/json_fwd.hpp>"),
              IsEmpty());
}

TEST(ArchitectureChecker, FindsOutputAndExitsBelowTheCommands) {
  for (const char* line :
       {"std::cout << x;", "  std::cerr << x;", "printf(\"x\");", "std::fprintf(stderr, \"\");",
        "fputs(text, stdout);", "puts (text);", "exit(1);", "std::exit(1);", "  _exit(2);",
        "std::abort();", "std::terminate();"}) {
    EXPECT_EQ(violations("src/models/x.cpp", line).size(), 1u) << line;
    EXPECT_THAT(violations("src/commands/x.cpp", line), IsEmpty()) << line;
  }
  for (const char* line : {"snprintf(buffer, 3, \"x\");", "// std::cout << x", "x = \"exit(1)\";",
                           "inputs(x);", "on_exit_code(3);", "int c = '\"'; // printf("}) {
    EXPECT_THAT(violations("src/models/x.cpp", line), IsEmpty()) << line;
  }
  EXPECT_THAT(violations("src/core/log.cpp", "std::fprintf(stderr, \"\");"), IsEmpty());
}

TEST(ArchitectureChecker, FindsADependencyThatIsNotInThePicture) {
  EXPECT_THAT(wrong_depends("table",
                            "netml_module(table\n  SOURCES flow.cpp\n  DEPENDS core\n    "
                            "flow\n  LIBRARIES ZLIB::ZLIB)"),
              ElementsAre("src/table/CMakeLists.txt: table may not depend on flow"));
  EXPECT_THAT(wrong_depends("table", "netml_module(table SOURCES a.cpp DEPENDS core)"), IsEmpty());
  EXPECT_THAT(wrong_depends("core", "netml_module(core SOURCES a.cpp)"), IsEmpty());
}

}  // namespace
}  // namespace netml
