// `netml completion`: scripts that the shells take, and that complete what is parsed.
#include <set>

#include <gtest/gtest.h>

#include "netml/core/text_format.hpp"

#include "program.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;

std::string script(const std::string& shell) {
  const RunResult result = netml({"completion", shell});
  EXPECT_EQ(result.status, 0) << result.err;
  return result.out;
}

bool has_program(const std::string& name) {
  return run_program({"sh", "-c", "command -v " + name}).status == 0;
}

#define NETML_NEEDS_PROGRAM(name)               \
  do {                                          \
    if (!has_program(name)) {                   \
      GTEST_SKIP() << (name) << " is not here"; \
    }                                           \
  } while (false)

// What bash proposes for the last of the words.
std::set<std::string> bash_completion(const std::vector<std::string>& words,
                                      const std::string& folder) {
  std::string line = "source netml.bash\nCOMP_WORDS=(";
  for (const std::string& word : words) {
    line += " '" + word + "'";
  }
  line += ")\nCOMP_CWORD=" + std::to_string(words.size() - 1) +
          "\n_netml\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
  Streams streams;
  streams.folder = folder;
  const RunResult result = run_program({"bash", "-c", line}, "", streams);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "") << join(words, " ");
  const auto lines = lines_of(result.out);
  return {lines.begin(), lines.end()};
}

using Words = std::set<std::string>;

TEST(Completion, BashCompletesCommandsOptionsAndValues) {
  NETML_NEEDS_PROGRAM("bash");
  const TempFolder folder;
  folder.write("netml.bash", script("bash"));
  folder.write("a capture.pcap", "");
  const auto complete = [&](const std::vector<std::string>& words) {
    return bash_completion(words, folder.path(""));
  };
  EXPECT_EQ(complete({"netml", "pac"}), Words{"packets"});
  EXPECT_EQ(complete({"netml", "learn", "ex"}), Words{"extract"});
  EXPECT_EQ(complete({"netml", "packets", "--deco"}), Words{"--decode-tunnels"});
  EXPECT_EQ(complete({"netml", "extract", "--summ"}), Words{"--summary"}) << "global options too";
  EXPECT_EQ(complete({"netml", "extract", "--id"}), Words{"--idle-timeout"}) << "not of packets";
  EXPECT_EQ(complete({"netml", "learn", "extract", "--label-f"}), Words{"--label-format"});
  EXPECT_EQ(complete({"netml", "packets", "--preset", ""}), Words{"netml"});
  EXPECT_EQ(complete({"netml", "--progress", "a"}), (Words{"always", "auto"}));
  EXPECT_EQ(complete({"netml", "--progress", "=", "a"}), (Words{"always", "auto"}));
  EXPECT_EQ(complete({"netml", "packets", "a"}), Words{"a capture.pcap"});
  EXPECT_EQ(complete({"netml", "packets", "-o", "net"}), Words{"netml.bash"});
  EXPECT_EQ(complete({"netml", "packets", "--id", ""}), Words{""}) << "nothing to propose";
  EXPECT_EQ(complete({"netml", "completion", "--log-format", "j"}), Words{"json"});
  EXPECT_EQ(complete({"netml", "completion", ""}), (Words{"bash", "fish", "man", "zsh"}));
}

// Every option in the help of a command is completed.
TEST(Completion, BashKnowsWhatTheHelpSays) {
  NETML_NEEDS_PROGRAM("bash");
  const TempFolder folder;
  folder.write("netml.bash", script("bash"));
  for (const std::string command : {"extract", "packets", "learn", "train", "classify"}) {
    const Words known = bash_completion({"netml", command, "--"}, folder.path(""));
    const std::string help = netml({command, "--help"}).out;
    for (std::size_t at = help.find(" --"); at != std::string::npos;
         at = help.find(" --", at + 1)) {
      const std::size_t end =
          help.find_first_not_of("-abcdefghijklmnopqrstuvwxyz0123456789", at + 1);
      const std::string name = help.substr(at + 1, end - at - 1);
      const std::size_t line_start = help.rfind('\n', at) + 1;
      if (help.find_first_not_of(' ', line_start) <= line_start + 2 && help[line_start] == ' ' &&
          name.size() > 2 && help.rfind("  ", at) < line_start + 2) {
        EXPECT_EQ(known.count(name), 1U) << command << " " << name;
      }
    }
  }
}

TEST(Completion, TheShellsTakeTheirScripts) {
  const TempFolder folder;
  std::string absent;
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const std::string path = folder.write("script", script(shell));
    if (!has_program(shell)) {
      absent += " " + shell;
      continue;
    }
    const RunResult result = run_program({shell, "-n", path});
    EXPECT_EQ(result.status, 0) << shell << ": " << result.err;
    EXPECT_EQ(result.err, "") << shell;
  }
  if (!absent.empty()) {
    GTEST_SKIP() << "not here, and their scripts not looked at:" << absent;
  }
}

TEST(Completion, FishCompletes) {
  NETML_NEEDS_PROGRAM("fish");
  const TempFolder folder;
  const std::string path = folder.write("netml.fish", script("fish"));
  const auto complete = [&](const std::string& line) {
    const RunResult result = run_program(
        {"fish", "--no-config", "-c", "source " + path + "; complete -C '" + line + "'"});
    EXPECT_EQ(result.err, "");
    Words words;
    for (const std::string& one : lines_of(result.out)) {
      words.insert(one.substr(0, one.find('\t')));
    }
    return words;
  };
  EXPECT_EQ(complete("netml pac"), Words{"packets"});
  EXPECT_EQ(complete("netml packets --deco"), Words{"--decode-tunnels"});
  EXPECT_EQ(complete("netml --progress a"), (Words{"always", "auto"}));
  EXPECT_EQ(complete("netml learn ex"), Words{"extract"});
}

TEST(Completion, OtherShellsAreRefused) {
  const RunResult result = netml({"completion", "tcsh"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(netml({"completion"}).status, 2);
}

TEST(Completion, TheManualPageHasEveryCommandAndNoMistake) {
  const std::string page = script("man");
  EXPECT_EQ(page.rfind(".TH NETML 1", 0), 0U);
  for (const char* part :
       {".SS netml packets\n", ".SS netml learn extract\n", "\\-\\-progress", ".SH EXIT STATUS"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  NETML_NEEDS_PROGRAM("groff");
  const RunResult result = run_program({"groff", "-man", "-Tutf8", "-k", "-ww", "-z"}, page);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "");
}

}  // namespace
}  // namespace netml
