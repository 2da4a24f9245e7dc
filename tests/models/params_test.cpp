#include "netml/models/params.hpp"

#include <gtest/gtest.h>

#include "netml/core/error.hpp"

#include "models/support.hpp"
#include "support/reference.hpp"

namespace netml {
namespace {

using test::ocsvm_params;

std::string refusal(const std::string& text, bool is_json = false) {
  const ModelEntry& entry = find_model("ocsvm");
  try {
    parse_params(text, is_json, "p", entry.schema, algorithm_names(entry));
  } catch (const DataError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Params, YamlAndJsonFlatOrKeyedByAlgorithm) {
  for (const char* text :
       {"nu: 0.1", "{nu: .1}", R"({"nu": 0.1})", R"({"nu":1e-1})", "{ocsvm: {nu: .1}}",
        "ocsvm:\n  nu: 0.1\nkde:\n  bandwidth: 3\n", "---\nnu: +0.1\n", "\xef\xbb\xbfnu: 0.1",
        "{\"ocsvm\":\n\t{\"nu\": 0.1}}"}) {
    EXPECT_EQ(ocsvm_params(text).real("nu"), 0.1) << text;
    EXPECT_TRUE(ocsvm_params(text).is_given("nu"));
    EXPECT_FALSE(ocsvm_params(text).is_given("tol"));
  }
}

TEST(Params, ANumberOrAChoice) {
  EXPECT_EQ(ocsvm_params("gamma: scale").text("gamma"), "scale");
  EXPECT_FALSE(ocsvm_params("").is_number("gamma"));
  EXPECT_EQ(ocsvm_params("gamma: 2").real("gamma"), 2);
  EXPECT_EQ(refusal("gamma: big"),
            "p: gamma is 'big', but must be auto, scale or a number above 0");
  EXPECT_EQ(refusal("gamma: '2'"), "p: gamma is '2', but must be auto, scale or a number above 0");
}

TEST(Params, RefusalsNameKeyValueAndRange) {
  EXPECT_EQ(refusal("nu: 0"), "p: nu is '0', but must be a number above 0, at most 1");
  EXPECT_EQ(refusal("nu: 1.5"), "p: nu is '1.5', but must be a number above 0, at most 1");
  EXPECT_EQ(refusal("nu: [1]"), "p: nu is a list, but must be a number above 0, at most 1");
  EXPECT_EQ(refusal("max_rows: 1.0"),
            "p: max_rows is '1.0', but must be a whole number from 0 to 1000000000");
  EXPECT_EQ(refusal("score: lag"), "p: score is 'lag', but must be log, raw");
  EXPECT_EQ(refusal("gama: 1"),
            "p: ocsvm has no parameter 'gama'; did you mean 'gamma'? (it has nu, gamma, q, tol, "
            "score, max_rows)");
  EXPECT_EQ(refusal("{kde: {bandwidth: 1}}"), "p: holds parameters of kde, none of ocsvm");
  EXPECT_NE(refusal("{ocsvm: {nu: .1}, nu: .1}"), "accepted");
  EXPECT_EQ(refusal("{nu: 0.1"), "p: not valid YAML at line 1: end of map flow not found");
  EXPECT_EQ(refusal("[nu, 0.1"), "p: not valid YAML at line 1: end of sequence flow not found");
  EXPECT_EQ(refusal("{nu: 0.1}: 2"), "p: line 1: a list or mapping cannot be a name");
  for (const char* text : {"nu: .nan", "nu: .inf", "nu: 1e999", "nu: 010", "nu: 0x1", "nu: 1_0",
                           "nu: 1:30", "nu: true", "nu:", "nu: ~", "nu: '0.1'", "nu: ٠.١",
                           "seed: 1", "random_state: 1", "nu: 0.1 0.2"}) {
    EXPECT_NE(refusal(text), "accepted") << text;
  }
}

TEST(Params, YamlThatIsMoreThanDataIsRefused) {
  for (const char* text :
       {"a: &a\n  <<: *a\n  nu: 1\n", "nu: &x 0.1", "nu: !!float 0.1", "!!map {nu: 0.1}",
        "nu: !!python/object/apply:os.system [x]", "nu: 0.1\nnu: 0.2", "nu: 0.1\n'nu': 0.2",
        "? [a]\n: 1", "nu: 0.1\n---\nnu: 0.2", "<<: {nu: 0.1}", "", "# nothing", "3", "[nu]",
        "nu: 0.1\n\tq: 1", "{nu: 0.1", "\"nu", "*a"}) {
    EXPECT_NE(refusal(text), "accepted") << text;
  }
  EXPECT_NE(refusal(std::string("nu: 0.1\0evil: 1", 15)), "accepted");
  EXPECT_NE(refusal("nu: \xff"), "accepted");
}

TEST(Params, DepthAndSizeAreBounded) {
  std::string deep, indented, wide = "{";
  for (int i = 0; i < 20000; ++i) {
    deep += "{a: ";
    wide += "k" + std::to_string(i) + ": 1, ";
  }
  for (int i = 0; i < 1000; ++i) {
    indented += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  }
  EXPECT_NE(refusal(deep), "accepted");
  EXPECT_NE(refusal(std::string(100000, '[')), "accepted");
  EXPECT_NE(refusal(std::string(100000, '-')), "accepted");
  EXPECT_NE(refusal("a: " + std::string(100000, '?')), "accepted");
  EXPECT_NE(refusal(indented), "accepted");
  EXPECT_EQ(refusal(wide + "}"), "p: line 1: more than 10000 values");
  EXPECT_NE(refusal(std::string(2 << 20, ' ') + "nu: 1"), "accepted");
}

TEST(Params, AFileOfThatNameIsRead) {
  const test::TempFolder folder;
  const ModelEntry& entry = find_model("ocsvm");
  const auto read = [&](const std::string& param) {
    return read_params(param, entry.schema, algorithm_names(entry)).real("nu");
  };
  EXPECT_EQ(read(folder.write("p.yaml", "nu: 0.2")), 0.2);
  EXPECT_EQ(read(folder.write("p.json", R"({"nu": 0.3})")), 0.3);
  EXPECT_EQ(read("nu: 0.4"), 0.4);
  EXPECT_EQ(read(""), 0.05);
  EXPECT_THROW(read(folder.write("q.json", "nu: 0.3")), DataError);
  try {
    read("missing.yaml");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(),
                 "--param: 'missing.yaml' is neither a file nor parameters like 'nu: 0.1'");
  }
}

TEST(Params, CorpusSamplesEndAsExpected) {
  const auto samples = test::corpus("params");
  if (samples.empty()) {
    GTEST_SKIP() << "the corpus is not here";
  }
  const ModelEntry& entry = find_model("ocsvm");
  for (const test::Sample& sample : samples) {
    bool accepted = true;
    try {
      read_params(test::reference("corpus/" + sample.file), entry.schema, algorithm_names(entry));
    } catch (const DataError& error) {
      accepted = false;
      EXPECT_NE(std::string(error.what()).find(sample.file), std::string::npos) << error.what();
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    }
    if (sample.expected != "any") {
      EXPECT_EQ(accepted, sample.expected == "ok") << sample.file;
    }
  }
}

TEST(Registry, UnknownNamesAreAnsweredWithTheKnownOnes) {
  std::string built;
  for (const ModelEntry& entry : model_entries()) {
    built += (built.empty() ? "" : ", ") + entry.name;
    for (const std::string& alias : entry.aliases) {
      built += ", " + alias;
    }
  }
  try {
    find_model("ocvsm");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_EQ(error.what(), "unknown algorithm 'ocvsm'; did you mean 'ocsvm'? (" + built + ")");
  }
}

TEST(Registry, HelpNamesEveryParameterAndDefault) {
  for (const std::string& text : {help_algorithm(), help_param()}) {
    for (const char* line :
         {"nu: 0.05", "gamma: auto", "q: 0.05", "tol: 0.001", "score: log", "max_rows: 20000"}) {
      EXPECT_NE(text.find(line), std::string::npos) << line;
    }
  }
  EXPECT_EQ(help_algorithm().rfind("netml learn: model-training algorithms\n", 0), 0u);
  EXPECT_NE(help_param("knn").find("\nknn:\n"), std::string::npos);
  EXPECT_EQ(help_param("knn").find("\nocsvm:\n"), std::string::npos);
}

}  // namespace
}  // namespace netml
