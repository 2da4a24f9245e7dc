// The reference numbers of the systems that the presets reproduce, through the real binary.
#include <gtest/gtest.h>

#include "program.hpp"
#include "support/reference.hpp"

namespace netml {
namespace {

using namespace test;

void expect_equal_to_golden(const std::string& suite, const std::vector<std::string>& options) {
  std::vector<std::string> command = {"python3", reference("tools/golden_check.py"), binary(),
                                      suite, reference("reference")};
  command.insert(command.end(), options.begin(), options.end());
  const RunResult result = run_program(command);
  EXPECT_EQ(result.died, "");
  EXPECT_EQ(result.status, 0) << result.out << result.err;
}

bool has_python() {
  return run_program({"sh", "-c", "command -v python3"}).status == 0;
}

#define NETML_NEEDS_PYTHON()                 \
  do {                                       \
    if (!has_python()) {                     \
      GTEST_SKIP() << "python3 is not here"; \
    }                                        \
  } while (false)

TEST(Golden, PresetNfstream) {
  NETML_NEEDS_REFERENCE("tools/golden_check.py");
  NETML_NEEDS_REFERENCE("reference/nfstream/golden");
  NETML_NEEDS_PYTHON();
  expect_equal_to_golden("nfstream", {"--no-l7"});
}

TEST(Golden, PresetNetflowmeter) {
  NETML_NEEDS_REFERENCE("tools/golden_check.py");
  NETML_NEEDS_REFERENCE("reference/netflowmeter/golden");
  NETML_NEEDS_PYTHON();
  expect_equal_to_golden("netflowmeter", {});
}

TEST(Golden, PresetNetml) {
  NETML_NEEDS_REFERENCE("tools/golden_check.py");
  NETML_NEEDS_REFERENCE("reference/netml/golden");
  NETML_NEEDS_PYTHON();
  expect_equal_to_golden("netml", {});
}

}  // namespace
}  // namespace netml
