// Damaged files of every kind that the program reads, through the real binary: it ends by itself,
// with a status of its own and a reason. tests/fuzz looks deeper; this looks at the whole program.
#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

#include "netml/core/rng.hpp"

#include "cli/program.hpp"
#include "support/capture_text.hpp"
#include "support/figures.hpp"
#include "support/label_files.hpp"
#include "support/reference.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;

// Mutants of each file; NETML_MUTANTS asks for more.
std::size_t mutants_per_file() {
  const char* text = std::getenv("NETML_MUTANTS");
  return text == nullptr ? 3 : std::strtoul(text, nullptr, 10);
}

/// A file and how it is read.
struct Seed {
  std::string bytes;
  std::string kind;
};

// Up to eight changes: bytes, lengths that lie, parts that are cut, doubled or moved.
std::string mutant(std::string bytes, Rng& rng) {
  for (std::uint64_t i = 0, changes = 1 + rng.below(8); i < changes && !bytes.empty(); ++i) {
    const std::size_t at = rng.below(bytes.size());
    const std::size_t size = std::min<std::size_t>(1 + rng.below(64), bytes.size() - at);
    switch (rng.below(6)) {
      case 0:
        bytes[at] = static_cast<char>(rng.bits());
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ 1 << rng.below(8));
        break;
      case 2:
        bytes.replace(at, size, std::string(size, rng.below(2) == 0 ? '\xff' : '\0'));
        break;
      case 3:
        bytes.insert(at, bytes.substr(at, size));
        break;
      case 4:
        bytes.erase(at, size);
        break;
      default:
        if (rng.below(4) == 0) {
          bytes.resize(at);
        }
    }
  }
  return bytes;
}

std::vector<Seed> seeds(const TempFolder& folder) {
  std::vector<Seed> all;
  for (const char* kind : {"capture", "labels", "params", "model"}) {
    for (const Sample& sample : corpus(kind)) {
      all.push_back({slurp(reference("corpus/" + sample.file)), kind});
    }
  }
  all.push_back({udp_capture(50), "capture"});
  all.push_back({slurp(demo("unclassified.pcap")).substr(0, 40000), "capture"});
  all.push_back({slurp(demo("demo.csv")).substr(0, 20000), "labels"});
  for (const LabelSyntax& syntax : label_syntaxes()) {
    all.push_back({syntax.header + syntax.attack + syntax.normal, "labels"});
  }
  all.push_back({"{\"ocsvm\": {\"nu\": 0.1, \"gamma\": \"auto\"}}", "params"});
  all.push_back({"ocsvm:\n  nu: 0.1\n  gamma: scale\n", "params"});
  const std::string model = folder.path("seed.netml"), table = folder.path("seed.npz");
  EXPECT_EQ(netml({"learn", demo("unclassified.pcap"), "-o", model, "-f", table, "-q"}).status, 0);
  all.push_back({slurp(model), "model"});
  all.push_back({slurp(table), "table"});
  EXPECT_EQ(netml({"extract", folder.write("small.pcap", udp_capture(60)), "--features", "biflow",
                   "-o", folder.path("seed.csv")})
                .status,
            0);
  all.push_back({slurp(folder.path("seed.csv")), "table"});
  return all;
}

// A run that reads `path` as what it was made of.
std::vector<std::string> run_of(const std::string& kind, const std::string& path,
                                const TempFolder& folder, Rng& rng) {
  const std::string small = folder.path("small.pcap"), output = folder.path("model.netml");
  if (kind == "labels") {
    return {"extract", small, "--label", path, "--features", "flow"};
  }
  if (kind == "params") {
    return {"learn", small, "-o", output, "--param", path};
  }
  if (kind == "model") {
    return rng.below(2) == 0 ? std::vector<std::string>{"classify", "-m", path, small}
                             : std::vector<std::string>{"inspect", path};
  }
  if (kind == "table") {
    return {"train", "-f", path, "-o", output};
  }
  const std::vector<std::vector<std::string>> ways = {
      {"extract", path, "--features", "flow,statistics,splt,biflow"},
      {"extract", path, "--preset", "nfstream", "--threads", "4"},
      {"extract", path, "--preset", "netml", "--features", "iat,stats"},
      {"extract", path, "--features", "size,samp_num", "--header", "--format", "jsonl"},
      {"classify", "-m", folder.path("seed.netml"), path, "--report-all"},
      {"inspect", path}};
  return ways[rng.below(ways.size())];
}

TEST(Mutants, EndByThemselvesWithAReason) {
  const TempFolder folder;
  Rng rng(11);
  std::size_t runs = 0, refused = 0;
  const std::vector<Seed> all = seeds(folder);
  for (const Seed& seed : all) {
    for (std::size_t i = 0; i < mutants_per_file(); ++i, ++runs) {
      const std::string path =
          folder.write("mutant", i == 0 ? seed.bytes : mutant(seed.bytes, rng));
      const std::vector<std::string> arguments = run_of(seed.kind, path, folder, rng);
      const RunResult result = netml(arguments);  // held against the rules of every run
      refused += result.status == 3 || result.status == 4 ? 1U : 0U;
      EXPECT_NE(result.status, 2) << join(arguments, " ") << result.err;
      EXPECT_NE(result.status, 5) << join(arguments, " ") << result.err;
      if (testing::Test::HasFailure()) {
        const std::string kept = testing::TempDir() + "netml-mutant-" + std::to_string(runs);
        std::filesystem::copy_file(path, kept, std::filesystem::copy_options::overwrite_existing);
        FAIL() << "run " << runs << " on a " << seed.kind << ", kept as " << kept << ": "
               << join(arguments, " ");
      }
    }
  }
  EXPECT_GT(refused, runs / 10) << "the damage does not show";
  figures(std::to_string(runs) + " runs over " + std::to_string(all.size()) + " files" +
          (corpus("capture").empty() ? " (the corpus is not here)" : "") + ", " +
          std::to_string(refused) + " with status 3 or 4, none by a signal");
}

}  // namespace
}  // namespace netml
