// The labelled tasks of the reference material, from captures and tables to the area under the ROC
// curve: every model on every set of columns, fitted on all rows of `train`.
#include <algorithm>

#include <gtest/gtest.h>

#include "program.hpp"
#include "support/reference.hpp"
#include "support/temp_folder.hpp"

namespace netml {
namespace {

using namespace test;

struct Model {
  const char* algorithm;
  const char* param;
  double tolerance;  // below the reference: more where a seed decides
};
constexpr Model kModels[] = {{"ocsvm", "", .01},
                             {"knn", "", .01},
                             {"kde", "", .01},
                             {"kres", "", .03},
                             {"gmm", "", .03},
                             {"pca", "", .01},
                             {"pca", "{score: mahalanobis}", .01},
                             {"if", "", .03}};

struct Task {
  const char* folder;
  std::vector<std::string> features;
  double auc[std::size(kModels)];  // MODELS, section 6
};

std::vector<std::string> sets(const std::string& list, std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--features", list});
  return more;
}

std::vector<std::string> stats() {
  return sets("stats", {"--columns",
                        "stats_0,stats_1,stats_2,stats_3,stats_4,stats_5,stats_6,stats_7,stats_8,"
                        "stats_9"});
}

// Widths: floor of the .9-quantile of the packets per flow of `train`.
const std::vector<Task> kTasks = {
    {"dns-tunnel", stats(), {.999, .998, .998, 1, .997, 1, 1, .981}},
    {"dns-tunnel", sets("size", {"--dim", "4"}), {.969, .969, .966, .968, .958, .662, .674, .811}},
    {"dns-tunnel",
     sets("iat,size", {"--dim", "4"}),
     {.905, .904, .903, .893, .921, .397, .747, .767}},
    {"dns-tunnel", sets("biflow"), {1, 1, 1, 1, 1, 1, 1, 1}},
    {"iot-new-device", stats(), {.748, .834, .832, .751, .686, .543, .598, .726}},
    {"iot-new-device",
     sets("size", {"--dim", "37"}),
     {.713, .785, .680, .700, .681, .648, .591, .653}},
    {"iot-new-device",
     sets("iat,size", {"--dim", "37"}),
     {.662, .776, .775, .675, .634, .584, .606, .622}},
    // PCA has .807 in the reference, from columns of a forerunner of the set. These columns give
    // .793, here and with scikit-learn; resampled training rows .783 to .810 (5 to 95 %).
    {"iot-new-device", sets("biflow"), {.888, .879, .875, .838, .885, .793, .840, .624}},
};

// The rules of the material: TCP, UDP and ICMP, 60 s, a new flow at a SYN after FIN or RST.
const std::vector<std::string> kRules = {"--idle-timeout", "60", "--tcp-end",     "graceful",
                                         "--accounting",   "ip", "--min-packets", "2"};

double auc_of(const Task& task, const Model& model) {
  const TempFolder folder;
  const std::string path = reference(std::string("reference/datasets/") + task.folder);
  const std::string filter = "tcp or udp or icmp or icmp6";
  std::vector<std::string> learn = {"learn",
                                    path + "/train.pcap",
                                    "--calibrate",
                                    path + "/normal.pcap",
                                    "--algorithm",
                                    model.algorithm,
                                    "--param",
                                    model.param,
                                    "--bpf",
                                    filter,
                                    "-q",
                                    "-o",
                                    folder.path("m")};
  learn.insert(learn.end(), kRules.begin(), kRules.end());
  learn.insert(learn.end(), task.features.begin(), task.features.end());
  EXPECT_EQ(netml(learn).status, 0);
  EXPECT_EQ(netml({"classify", "-m", folder.path("m"), "--pcap-normal", path + "/normal.pcap",
                   "--pcap-abnormal", path + "/abnormal.pcap", "--bpf", filter, "-q",
                   "--no-report-all", "--summary", folder.path("s.json")})
                .status,
            0);
  return read_json(folder.path("s.json"))["metrics"]["auc"];
}

class Tasks : public testing::TestWithParam<std::size_t> {};

TEST_P(Tasks, EveryModelReachesTheReferenceAuc) {
  const Task& task = kTasks[GetParam()];
  NETML_NEEDS_REFERENCE(std::string("reference/datasets/") + task.folder);
  for (std::size_t i = 0; i < std::size(kModels); ++i) {
    const double auc = auc_of(task, kModels[i]);
    EXPECT_GE(auc, task.auc[i] - kModels[i].tolerance) << kModels[i].algorithm << kModels[i].param;
    RecordProperty(std::string(kModels[i].algorithm) + kModels[i].param, std::to_string(auc));
  }
}

INSTANTIATE_TEST_SUITE_P(Captures, Tasks, testing::Range(std::size_t{0}, kTasks.size()),
                         [](const auto& task) {
                           std::string name = kTasks[task.param].folder;
                           name += "_" + kTasks[task.param].features.back();
                           std::replace_if(
                               name.begin(), name.end(),
                               [](char c) { return c == '-' || c == ','; }, '_');
                           return name;
                         });

TEST(Tasks, EveryModelReachesTheReferenceAucOnTheTable) {
  NETML_NEEDS_REFERENCE("reference/datasets/fridge-activity-features");
  const TempFolder folder;
  const std::string path = reference("reference/datasets/fridge-activity-features/");
  constexpr double kAuc[] = {.912, .902, .913, .885, .894, .882, .855, .813};
  // One table of both, with labels.
  std::string rows;
  for (const auto& [name, label] : {std::pair("normal.csv", "0"), std::pair("abnormal.csv", "1")}) {
    const std::vector<std::string> lines = lines_of(slurp(path + name));
    rows += rows.empty() ? lines.front() + ",label\n" : "";
    for (std::size_t i = 1; i < lines.size(); ++i) {
      rows += lines[i] + "," + label + "\n";
    }
  }
  const std::string table = folder.write("both.csv", rows);
  for (std::size_t i = 0; i < std::size(kModels); ++i) {
    EXPECT_EQ(
        netml({"train", "-f", path + "train.csv", "--calibrate", path + "normal.csv", "--algorithm",
               kModels[i].algorithm, "--param", kModels[i].param, "-q", "-o", folder.path("m")})
            .status,
        0);
    EXPECT_EQ(netml({"classify", "-m", folder.path("m"), "--table", table, "-q", "--no-report-all",
                     "--summary", folder.path("s.json")})
                  .status,
              0);
    const double auc = read_json(folder.path("s.json"))["metrics"]["auc"];
    EXPECT_GE(auc, kAuc[i] - kModels[i].tolerance) << kModels[i].algorithm << kModels[i].param;
  }
}

}  // namespace
}  // namespace netml
