#include "netml/commands/train.hpp"

#include <chrono>
#include <cmath>
#include <csignal>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "netml/commands/feature_file.hpp"
#include "netml/core/error.hpp"
#include "netml/core/interrupt.hpp"
#include "netml/core/output_file.hpp"
#include "netml/core/rng.hpp"
#include "netml/core/text_format.hpp"
#include "netml/models/detector.hpp"
#include "netml/table/csv_scanner.hpp"
#include "netml/table/npz.hpp"

#include "support/reference.hpp"

namespace netml {
namespace {

// n normal rows around 0 and k abnormal ones around 6, as extract would write them.
std::string feature_csv(int n, int k, bool labelled = true, std::uint64_t seed = 1) {
  Rng rng(seed);
  std::string csv = "id,src_ip,src_port,dst_ip,dst_port,protocol,start_ns,a,b,constant,end_reason";
  csv += labelled ? ",label,label_name\n" : "\n";
  for (int i = 0; i < n + k; ++i) {
    const bool abnormal = i % (n + k) >= n;
    const double centre = abnormal ? 6 : 0;
    csv += std::to_string(i) + ",10.0.0.1," + std::to_string(1000 + i) + ",10.0.0.2,443,6," +
           std::to_string(1499083690000000000 + (i * 7919LL % (n + k)) * 1000) + "," +
           number_text(centre + rng.normal()) + "," + number_text(centre + rng.normal()) +
           ",3,idle";
    csv += labelled ? (abnormal ? ",1,=DDoS\n" : ",0,BENIGN\n") : "\n";
  }
  return csv;
}

struct TrainRun {
  test::TempFolder folder;
  TrainCommandOptions options;

  explicit TrainRun(const std::string& csv) {
    options.feature = folder.write("features.csv", csv);
    options.train.output = folder.path("model.netml");
    options.train.test_scores = folder.path("scores.csv");
  }
  TrainResult operator()() {
    OutputGroup files;
    TrainResult result = run_train(options, files);
    files.commit();
    return result;
  }
  std::string bytes() const { return test::slurp(options.train.output); }
  Detector model() const { return load_detector(bytes(), "model.netml"); }
  std::string refusal() {
    try {
      (*this)();
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }
};

TEST(Train, LabelledRowsTrainOnNormalAndTestOnAllAbnormal) {
  TrainRun run(feature_csv(600, 50));
  const TrainResult result = run();
  EXPECT_EQ(result.flows_test, 198u + 50u);  // ceil(.33 * 600) and every abnormal one
  EXPECT_EQ(result.flows_train, 402u);
  EXPECT_EQ(result.flows_calibration, 80u);
  EXPECT_EQ(result.columns, (std::vector<std::string>{"protocol", "a", "b", "constant"}));
  EXPECT_GT(*result.auc, 0.99);
  EXPECT_EQ(*result.alpha, 1.0 / 81);
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_NE(result.warnings[0].find("0.01 takes 99"), std::string::npos);

  const Detector model = run.model();
  EXPECT_EQ(model.columns, result.columns);
  EXPECT_EQ(model.calibration.size(), 80u);
  EXPECT_EQ(model.warnings, result.warnings);
  const auto card = nlohmann::json::parse(model.card_json);
  EXPECT_EQ(card["files"][0]["name"], "features.csv");
  EXPECT_EQ(card["files"][0]["sha256"].get<std::string>().size(), 64u);
  EXPECT_EQ(card["flows"]["test_abnormal"], 50);
  EXPECT_EQ(card["metrics"]["auc"], *result.auc);
  EXPECT_EQ(model.reference.keys[0].rfind("10.0.0.1:1", 0), 0u) << model.reference.keys[0];
  struct stat status {};
  ASSERT_EQ(stat(run.options.train.output.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0077U, 0u);
}

TEST(Train, CalibrationRowsAreEveryFifthByTime) {
  TrainRun run(feature_csv(100, 0, false));
  run.options.train.test_scores.clear();
  run();
  const Detector model = run.model();
  // The scores of every fifth row by start_ns, in order.
  const FeatureFile file = read_feature_file(run.options.feature, 1 << 30);
  std::vector<std::pair<std::int64_t, std::size_t>> times;
  for (std::size_t r = 0; r < 100; ++r) {
    times.emplace_back(static_cast<std::int64_t>(file.table.cell(r, 6).u64), r);
  }
  std::sort(times.begin(), times.end());
  std::vector<std::size_t> kept;
  for (std::size_t i = 4; i < 100; i += 5) {
    kept.push_back(times[i].second);
  }
  const std::vector<std::size_t> columns = {5, 7, 8, 9};
  const Vector scores = model.raw_scores(select_rows(to_matrix(file.table, columns), kept));
  std::vector<double> sorted(scores.begin(), scores.end());
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(sorted, model.calibration.scores());
}

TEST(Train, ColumnsOfTestScoresStandOnce) {
  std::string text = feature_csv(60, 6);
  text.replace(0, text.find(','), "row");
  TrainRun run(text);
  run();
  CsvScanner scanner = CsvScanner::open(run.options.train.test_scores);
  ASSERT_TRUE(scanner.next());
  EXPECT_EQ(scanner[0], "row");
  EXPECT_EQ(scanner[1], "src_ip");
}

TEST(Train, TestScoresAreInSplitOrderWithIdentity) {
  TrainRun run(feature_csv(60, 6));
  const TrainResult result = run();
  CsvScanner scanner = CsvScanner::open(run.options.train.test_scores);
  ASSERT_TRUE(scanner.next());
  std::vector<std::string> header;
  for (std::size_t i = 0; i < scanner.size(); ++i) {
    header.emplace_back(scanner[i]);
  }
  EXPECT_EQ(header, (std::vector<std::string>{"row", "id", "src_ip", "src_port", "dst_ip",
                                              "dst_port", "start_ns", "end_reason", "label_name",
                                              "label", "score", "p_value"}));
  const Detector model = run.model();
  std::size_t count = 0;
  while (scanner.next()) {
    ++count;
    EXPECT_EQ(scanner[0], scanner[1]);  // id is the row number here
    const bool abnormal = std::stoi(std::string(scanner[0])) >= 60;
    EXPECT_EQ(scanner[9], abnormal ? "1" : "0");
    EXPECT_EQ(scanner[8], abnormal ? "'=DDoS" : "BENIGN");
    EXPECT_EQ(*parse_double(scanner[11]), model.calibration.p_value(*parse_double(scanner[10])));
  }
  EXPECT_EQ(count, result.flows_test);
}

TEST(Train, TheSameRunGivesTheSameBytes) {
  TrainRun one(feature_csv(200, 20));
  TrainRun two(feature_csv(200, 20));
  one();
  two();
  EXPECT_EQ(one.bytes(), two.bytes());
  two.options.train.seed = 43;
  two();
  EXPECT_NE(one.bytes(), two.bytes());
}

TEST(Train, WithoutLabelsEverythingTrainsAndNothingIsTested) {
  TrainRun run(feature_csv(200, 0, false));
  EXPECT_NE(run.refusal().find("--test-scores takes labels"), std::string::npos);
  run.options.train.test_scores.clear();
  const TrainResult result = run();
  EXPECT_EQ(result.flows_train, 200u);
  EXPECT_EQ(result.flows_test, 0u);
  EXPECT_FALSE(result.auc);
  EXPECT_FALSE(result.test_seconds);
}

TEST(Train, FewFlowsHaveNoThreshold) {
  TrainRun run(feature_csv(9, 0, false));
  run.options.train.test_scores.clear();
  const TrainResult result = run();
  EXPECT_FALSE(result.threshold);
  EXPECT_EQ(result.flows_fit, 9u);
  ASSERT_EQ(result.warnings.size(), 1u);
  const Detector model = run.model();
  EXPECT_EQ(model.threshold_rule, ThresholdRule::kNone);
  EXPECT_EQ(model.score(Matrix::Zero(1, 4))[0].verdict, Verdict::kUnclassified);
  run.options.train.false_alarm_rate = 0.1;
  EXPECT_NE(run.refusal().find("takes at least 9"), std::string::npos);
}

TEST(Train, AnAskedRateThatIsTooSmallIsRefusedWithTheNumberNeeded) {
  TrainRun run(feature_csv(200, 0, false));
  run.options.train.test_scores.clear();
  run.options.train.false_alarm_rate = 0.001;
  EXPECT_NE(run.refusal().find("takes at least 999 calibration flows, there are 40"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(run.options.train.output));
  run.options.train.false_alarm_rate = 0.05;
  EXPECT_EQ(run().alpha, 0.05);
}

TEST(Train, ASeparateTableCalibratesAndAllRowsFit) {
  TrainRun run(feature_csv(200, 0, false));
  run.options.train.test_scores.clear();
  run.options.calibrate = run.folder.write("calibration.csv", feature_csv(150, 10, true, 2));
  const TrainResult result = run();
  EXPECT_EQ(result.flows_fit, 200u);
  EXPECT_EQ(result.flows_calibration, 150u);
  EXPECT_EQ(result.alpha, 0.01);
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_NE(result.warnings[0].find("10 flows labelled abnormal"), std::string::npos);
  run.options.calibrate = run.folder.write("other.csv", "a,c\n1,2\n");
  EXPECT_NE(run.refusal().find("other.csv: column 'protocol' of the model is missing"),
            std::string::npos);
}

TEST(Train, TheLabelColumnHoldsForTheCalibrationTableToo) {
  const auto with_class = [](std::string csv) {
    return csv.replace(csv.find("label"), 5, "Class");
  };
  TrainRun run(with_class(feature_csv(200, 0, true)));
  run.options.train.test_scores.clear();
  run.options.train.label_column = "Class";
  run.options.calibrate =
      run.folder.write("calibration.csv", with_class(feature_csv(150, 10, true, 2)));
  const TrainResult result = run();
  EXPECT_EQ(result.flows_calibration, 150u);
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_NE(result.warnings[0].find("10 flows labelled abnormal"), std::string::npos);
}

// As CICFlowMeter calls it.
TEST(Train, TheCalibrationTablesLabelIsFoundInAnyCase) {
  std::string other = feature_csv(150, 10, true, 2);
  other.replace(other.find("label"), 5, "Label");
  TrainRun run(feature_csv(200, 0, false));
  run.options.train.test_scores.clear();
  run.options.calibrate = run.folder.write("calibration.csv", other);
  const TrainResult result = run();
  EXPECT_EQ(result.flows_calibration, 150u);
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_NE(result.warnings[0].find("10 flows labelled abnormal"), std::string::npos);
}

TEST(Train, UnlabelledRowsOfALabelledCalibrationTableAreLeftOut) {
  const std::string labelled = feature_csv(150, 0, true, 2);
  const std::string row = "150,10.0.0.1,1,10.0.0.2,443,6,1499083690000000000,9,9,3,idle,,\n";
  TrainRun run(feature_csv(200, 0, false));
  run.options.train.test_scores.clear();
  run.options.calibrate = run.folder.write("calibration.csv", labelled + row);
  const TrainResult result = run();
  EXPECT_EQ(result.flows_calibration, 150u);
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_NE(result.warnings[0].find("calibration.csv: 1 flows without a label"), std::string::npos);
  // A column of labels that is empty says nothing of any row.
  std::string unlabelled = labelled.substr(0, labelled.find('\n') + 1);
  for (int i = 0; i < 120; ++i) {
    unlabelled += row;
  }
  run.options.calibrate = run.folder.write("unlabelled.csv", unlabelled);
  EXPECT_EQ(run().flows_calibration, 120u);
}

TEST(Train, ACalibrationColumnOfTextIsCalledThat) {
  TrainRun run(feature_csv(200, 0, false));
  run.options.train.test_scores.clear();
  run.options.calibrate =
      run.folder.write("words.csv", "protocol,a,b,constant\n6,1,2,3\n6,x,2,3\n");
  EXPECT_NE(run.refusal().find("words.csv: column 'a' holds text, the model takes numbers"),
            std::string::npos);
}

TEST(Train, OnNormalFlowsNeedsLabels) {
  TrainRun run(feature_csv(60, 0, false));
  run.options.train.test_scores.clear();
  run.options.train.train_on = TrainOn::kNormal;
  EXPECT_NE(run.refusal().find("--train-on normal needs labels"), std::string::npos);
}

TEST(Train, MissingValuesAreRefusedOrDropped) {
  std::string csv = feature_csv(100, 0, false);
  csv += "100,10.0.0.1,1,10.0.0.2,443,6,1499083690000000000,1,,3,idle\n";
  TrainRun run(csv);
  run.options.train.test_scores.clear();
  EXPECT_NE(run.refusal().find("row 101, column 'b': the value is missing"), std::string::npos);
  run.options.train.missing = MissingRule::kDrop;
  const TrainResult result = run();
  EXPECT_EQ(result.flows_missing, 1u);
  EXPECT_EQ(result.flows_train, 100u);
}

TEST(Train, ColumnsAreChosenAndChecked) {
  TrainRun run(feature_csv(60, 6));
  run.options.train.columns = {"b", "a"};
  EXPECT_EQ(run().columns, (std::vector<std::string>{"a", "b"}));  // as they stand in the table
  const auto refusal = [&](const std::string& name) {
    run.options.train.columns = {name};
    return run.refusal();
  };
  EXPECT_EQ(refusal("protocl"), "unknown column 'protocl'; did you mean 'protocol'?");
  EXPECT_NE(refusal("src_port").find("says who a flow is in this table"), std::string::npos);
  EXPECT_NE(refusal("end_reason").find("holds no numbers"), std::string::npos);
  EXPECT_NE(refusal("label").find("is the label"), std::string::npos);
  run.options.train.columns = {"a", "a"};
  EXPECT_NE(run.refusal().find("named twice"), std::string::npos);
}

TEST(Train, RefusalsNameTheTable) {
  const auto refusal = [](const std::string& csv, auto change) {
    TrainRun run(csv);
    run.options.train.test_scores.clear();
    change(run);
    const std::string text = run.refusal();
    const std::string name = run.options.feature + ": ";
    return text.starts_with(name) ? text.substr(name.size()) : "without its name: " + text;
  };
  const auto nothing = [](TrainRun&) {};
  EXPECT_EQ(refusal("src_ip,label\n10.0.0.1,0\n", nothing),
            "the table has no numeric column to learn from besides identity and labels");
  EXPECT_EQ(refusal("a;b\n1;2\n", nothing),
            "the table has no numeric column to learn from besides identity and labels; the header "
            "is one name with ';' in it: columns are separated by commas");
  const auto rate = [](TrainRun& run) { run.options.train.false_alarm_rate = 0.1; };
  EXPECT_EQ(
      refusal(feature_csv(9, 0, false), rate),
      "a false-alarm rate of 0.1 takes at least 9 calibration flows; there are too few flows to "
      "keep any back");
  EXPECT_EQ(refusal(feature_csv(20, 0, false), rate).find("a false-alarm rate of 0.1 takes"), 0u);
  EXPECT_EQ(refusal("a\n1e308\n-1e308\n1e308\n", nothing),
            "column 'a': its values are too large to be scaled");
  const auto many = [](TrainRun& run) {
    run.options.train.algorithm = "gmm";
    run.options.train.param = "k: 50";
  };
  EXPECT_EQ(refusal(feature_csv(20, 0, false), many),
            "gmm: k 50 is more than the 16 training rows");
}

TEST(Train, LabelColumnByNameWithNamesAsLabels) {
  TrainRun run(feature_csv(60, 6));
  run.options.train.label_column = "label_name";
  EXPECT_EQ(run().flows_test, 20u + 6u);
  run.options.train.label_column = "lable";
  EXPECT_NE(run.refusal().find("did you mean 'label'?"), std::string::npos);
}

// A label that begins as a formula does has a ' before it in our CSV.
TEST(Train, TheHyphenOfOurOwnTablesIsNormal) {
  std::string csv = feature_csv(60, 6);
  for (std::size_t at = 0; (at = csv.find("BENIGN", at)) != std::string::npos;) {
    csv.replace(at, 6, "'-");
  }
  TrainRun run(csv);
  run.options.train.label_column = "label_name";
  EXPECT_EQ(run().flows_test, 20u + 6u);
}

TEST(Train, UnlabelledRowsAreLeftOut) {
  std::string csv = feature_csv(100, 10);
  csv += "110,10.0.0.1,1,10.0.0.2,443,6,1499083690000000000,1,1,3,idle,,\n";
  TrainRun run(csv);
  const TrainResult result = run();
  EXPECT_EQ(result.flows_unlabelled, 1u);
  EXPECT_EQ(result.flows_train + result.flows_test, 110u);
}

TEST(Train, SplitByTimeTestsTheLastNormalFlows) {
  TrainRun run(feature_csv(100, 10));
  run.options.train.split = SplitKind::kTime;
  run();
  CsvScanner scanner = CsvScanner::open(run.options.train.test_scores);
  scanner.next();
  std::int64_t earliest = INT64_MAX;
  std::size_t normal = 0;
  while (scanner.next()) {
    if (scanner[9] == "0") {
      earliest = std::min(earliest, *parse_i64(scanner[6]));
      ++normal;
    }
  }
  EXPECT_EQ(normal, 33u);
  EXPECT_GT(earliest, 1499083690000000000 + std::int64_t{60} * 1000);
}

TEST(Train, MixedTrainingCalibratesOnNormalFlowsOnly) {
  TrainRun run(feature_csv(300, 100));
  run.options.train.train_on = TrainOn::kAll;
  const TrainResult result = run();
  EXPECT_EQ(result.flows_test, 132u);   // ceil(.33 * 400), stratified
  EXPECT_EQ(result.flows_train, 268u);  // 201 of them normal
  EXPECT_EQ(result.flows_calibration, 40u);
}

TEST(Train, MemoryLimitStopsBeforeFitting) {
  TrainRun run(feature_csv(2000, 0, false));
  run.options.train.test_scores.clear();
  run.options.train.memory_limit_bytes = 1 << 20;
  EXPECT_THROW(run(), LimitError);
}

// So many rows of 40 numbers each.
std::string wide_csv(int rows) {
  std::string csv;
  for (int column = 0; column < 40; ++column) {
    csv += (column == 0 ? "c" : ",c") + std::to_string(column);
  }
  for (int row = 0; row < rows; ++row) {
    csv += '\n';
    for (int column = 0; column < 40; ++column) {
      csv += (column == 0 ? "" : ",") + std::to_string((row + 1) * (column + 3) * 31 % 97);
    }
  }
  return csv + "\n";
}

TEST(Train, RanksAndCalibrationRowsCountWithinTheMemoryLimit) {
  TrainRun run(wide_csv(3000));
  run.options.train.test_scores.clear();
  run.options.train.algorithm = "pca";
  // Table and chosen rows 1.9 MB, raw and scaled rows to fit on 1.5 MB, the fit 3.4 MB.
  run.options.train.memory_limit_bytes = 7'200'000;
  EXPECT_EQ(run.refusal(), "accepted");
  run.options.train.scale = Scaling::kRank;
  EXPECT_NE(run.refusal().find("training takes about 8 MiB, --memory-limit allows 6; choose fewer"),
            std::string::npos)
      << run.refusal();
  run.options.train.scale.reset();
  run.options.calibrate = run.folder.write("calibration.csv", wide_csv(6000));
  EXPECT_NE(run.refusal().find("training takes"), std::string::npos) << run.refusal();
}

TEST(Train, WhatTakesLessMemoryIsAParameterOfTheAlgorithm) {
  TrainRun run(feature_csv(2000, 0, false));
  run.options.train.test_scores.clear();
  run.options.train.memory_limit_bytes = 1'400'000;
  const std::pair<const char*, const char*> remedies[] = {
      {"ocsvm", "; lower max_rows with"}, {"kde", "; lower max_rows with"},
      {"knn", "; lower max_rows with"},   {"kres", "; lower landmarks with"},
      {"if", "; lower max_samples with"}, {"gmm", "; lower k with"},
      {"pca", "; choose fewer"},          {"ensemble", "; name fewer members with"}};
  for (const auto& [algorithm, remedy] : remedies) {
    run.options.train.algorithm = algorithm;
    const std::string refusal = run.refusal();
    EXPECT_NE(refusal.find(remedy), std::string::npos) << algorithm << ": " << refusal;
  }
}

TEST(Train, OptionsOutOfRangeAreUsageErrors) {
  TrainRun run(feature_csv(60, 6));
  run.options.train.test_size = 1;
  EXPECT_THROW(run(), UsageError);
  run.options.train.test_size = 0.33;
  run.options.train.algorithm = "nkk";
  EXPECT_THROW(run(), UsageError);
  EXPECT_THROW(parse_train_on("norml"), UsageError);
  EXPECT_EQ(parse_split_kind("time"), SplitKind::kTime);
}

TEST(Train, ParametersThatDoNotFitTheFoldsLeaveThemOut) {
  TrainRun run(feature_csv(200, 0, false));
  run.options.train.test_scores.clear();
  run.options.train.false_alarm_rate = 0.1;
  run.options.train.algorithm = "gmm";
  run.options.train.param = "{k: 140, restarts: 1}";  // of 160 rows; a fold fits 128
  run.options.train.report = run.folder.path("page.html");
  const TrainResult result = run();
  ASSERT_FALSE(result.warnings.empty());
  EXPECT_NE(result.warnings.back().find("no alert rates fold by fold: gmm: k 140 is more than the"),
            std::string::npos)
      << result.warnings.back();
  EXPECT_TRUE(nlohmann::json::parse(test::slurp(run.folder.path("page.json")))["folds"].is_null());
  EXPECT_EQ(run.model().calibration.size(), 40u);
}

TEST(Train, ParametersThatDoNotFitTheSmallModelLeaveItOut) {
  TrainRun run(feature_csv(200, 0, false));
  const RowPlaces places = {std::vector<std::int32_t>(200, 0), std::vector<std::int64_t>(200, 0)};
  run.options.train.test_scores.clear();
  run.options.train.places = &places;
  run.options.train.columns = {"a", "b"};
  run.options.train.context_columns = {"b"};
  run.options.train.algorithm = "pca";
  run.options.train.param = "share: 0.3";  // the larger of two axes, or all of one
  const TrainResult result = run();
  const Detector model = run.model();
  EXPECT_FALSE(model.flow_model);
  EXPECT_TRUE(model.source_calibration.score.empty());
  ASSERT_FALSE(model.warnings.empty());
  EXPECT_NE(model.warnings.back().find("--by-source was left out: pca: share 0.3 keeps all 1"),
            std::string::npos)
      << model.warnings.back();
  run.options.train.param = "share: 0.3\nscore: mahalanobis";
  run();
  EXPECT_TRUE(run.model().flow_model);
}

TEST(Train, NpzAndCsvGiveTheSameModelButForItsFile) {
  TrainRun run(feature_csv(100, 10));
  run();
  const FeatureFile csv = read_feature_file(run.options.feature, 1 << 30);
  const std::string path = run.folder.path("features.npz");
  NpzWriter writer(path, {"label", R"({"sets":["a"]})"});
  writer.begin(csv.table.schema());
  std::vector<Cell> row(csv.table.schema().size());
  for (std::size_t r = 0; r < csv.table.row_count(); ++r) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      row[c] = csv.table.cell(r, c);
    }
    writer.row(row);
  }
  writer.end();
  const Detector from_csv = run.model();
  run.options.feature = path;
  run();
  const Detector from_npz = run.model();
  EXPECT_EQ(from_npz.columns, from_csv.columns);
  EXPECT_EQ(from_npz.calibration.scores(), from_csv.calibration.scores());
  EXPECT_EQ(from_npz.recipe_json, R"({"sets":["a"]})");
}

TEST(Train, TheMetadataFileGivesRecipeAndIdentity) {
  TrainRun run(feature_csv(60, 6));
  run.folder.write(
      "features-metadata.json",
      R"({"tableSchema":{"columns":[{"name":"b","netml:identity":true}]},"netml:recipe":{"sets":["x"]}})");
  const TrainResult result = run();
  EXPECT_EQ(result.columns, (std::vector<std::string>{"protocol", "a", "constant"}));
  EXPECT_EQ(run.model().recipe_json, R"({"sets":["x"]})");
  run.folder.write("features-metadata.json", "{");
  EXPECT_NE(run.refusal().find("features-metadata.json: not valid JSON"), std::string::npos);
}

TEST(Train, TheMetadataFileOfAnotherTableIsLeftAside) {
  TrainRun run(feature_csv(60, 6));
  run.folder.write("features-metadata.json",
                   R"({"url":"features.dat","netml:recipe":{"sets":["x"]}})");
  const TrainResult result = run();
  ASSERT_FALSE(result.warnings.empty());
  EXPECT_NE(result.warnings[0].find("describes 'features.dat', not this table"), std::string::npos);
  EXPECT_EQ(run.model().recipe_json, "");
}

TEST(Train, ATableIsKnownByItsLengthUnderAnotherName) {
  const std::string table = feature_csv(60, 6);
  TrainRun run(table);
  const auto describe = [&](std::size_t bytes) {
    run.folder.write("features-metadata.json", R"({"url":"old.csv","netml:bytes":)" +
                                                   std::to_string(bytes) +
                                                   R"(,"netml:recipe":{"sets":["x"]}})");
  };
  describe(table.size());
  for (const std::string& warning : run().warnings) {
    EXPECT_EQ(warning.find("features-metadata.json"), std::string::npos) << warning;
  }
  EXPECT_EQ(run.model().recipe_json, R"({"sets":["x"]})");
  describe(table.size() + 1);
  EXPECT_NE(run().warnings.at(0).find("describes 'old.csv'"), std::string::npos);
  EXPECT_EQ(run.model().recipe_json, "");
}

TEST(Train, ATableThatHasChangedIsReadAsDescribedWithAWarning) {
  TrainRun run(feature_csv(60, 6));
  run.folder.write("features-metadata.json",
                   R"({"url":"features.csv","netml:bytes":7,"netml:recipe":{"sets":["x"]}})");
  EXPECT_NE(run().warnings.at(0).find("is not as long as when"), std::string::npos);
  EXPECT_EQ(run.model().recipe_json, R"({"sets":["x"]})");
}

TEST(Train, PerformanceTableIsNetmls) {
  TrainResult result;
  result.train_seconds = 0.006;
  result.test_seconds = 0.0001;
  result.auc = 0.632;
  EXPECT_EQ(performance_table(result),
            "+training performance------------+-------------------+\n"
            "| train time (m) | test time (m) | model score (auc) |\n"
            "+----------------+---------------+-------------------+\n"
            "| 0.0001         | 0.0           | 0.632             |\n"
            "+----------------+---------------+-------------------+\n");
  result.auc = 0.6320000000000001;
  EXPECT_NE(performance_table(result).find("| 0.6320000000000001 |\n"), std::string::npos);
  result.auc.reset();
  result.test_seconds.reset();
  EXPECT_NE(
      performance_table(result).find("| 0.0001         | n/a           | n/a               |\n"),
      std::string::npos);
}

TEST(Train, SummaryHasTheDocumentedKeys) {
  TrainResult result;
  result.auc = 0.5;
  const auto summary = nlohmann::json::parse(train_summary(result));
  EXPECT_EQ(summary["metrics"]["auc"], 0.5);
  EXPECT_TRUE(summary["metrics"]["average_precision"].is_null());
  EXPECT_TRUE(summary["metrics"].contains("tpr_at_fpr_0.01"));
  EXPECT_TRUE(summary.contains("train_seconds") && summary.contains("test_seconds"));
  EXPECT_EQ(summary["flows"]["train"], 0);
}

// Reference: netml 0.7.1 on its demo, IAT: AUC 0.632 and the scores of scores-IAT.csv.
TEST(Train, PresetNetmlReproducesTheDemo) {
  const std::string folder = "reference/netml/golden/demo-labelled/";
  NETML_NEEDS_REFERENCE(folder);
  // The golden table with its labels.
  CsvScanner features = CsvScanner::open(test::reference(folder + "IAT.csv"));
  CsvScanner flows = CsvScanner::open(test::reference(folder + "flows.csv"));
  std::string csv;
  while (features.next() && flows.next()) {
    csv += flows.line() == 1 ? "label" : std::string(flows[9]);
    for (std::size_t i = 7; i < features.size(); ++i) {
      csv += "," + std::string(features[i]);
    }
    csv += "\n";
  }
  TrainRun run(csv);
  run.options.train.preset_netml = true;
  const TrainResult result = run();
  EXPECT_EQ(result.flows_train, 58u);
  EXPECT_EQ(result.flows_calibration, 0u);
  EXPECT_NEAR(*result.auc, 0.632, 1e-9);
  CsvScanner ours = CsvScanner::open(run.options.train.test_scores);
  CsvScanner golden = CsvScanner::open(test::reference(folder + "scores-IAT.csv"));
  ours.next();
  golden.next();
  while (golden.next()) {
    ASSERT_TRUE(ours.next());
    EXPECT_EQ(ours[0], golden[0]);
    const double expected = *parse_double(golden[2]);
    EXPECT_NEAR(*parse_double(ours[2]), expected, 1e-3 * std::fabs(expected));
  }
  const Detector model = run.model();
  EXPECT_EQ(model.threshold_rule, ThresholdRule::kOwn);
  EXPECT_EQ(model.calibration_source, CalibrationSource::kTraining);
  ASSERT_EQ(model.warnings.size(), 1u);
  EXPECT_NE(model.warnings[0].find("no false-alarm rate is promised"), std::string::npos);
  run.options.train.false_alarm_rate = 0.1;
  EXPECT_THROW(run(), UsageError);
}

// Reference: MODELS section 6, fridge-activity-features, ocsvm .912 with all rows fitting.
TEST(Train, FridgeTaskReachesTheReferenceAuc) {
  const std::string folder = "reference/datasets/fridge-activity-features/";
  NETML_NEEDS_REFERENCE(folder);
  test::TempFolder out;
  TrainCommandOptions options;
  options.feature = test::reference(folder + "train.csv");
  options.train.output = out.path("model.netml");
  const auto auc = [&] {
    OutputGroup files;
    const TrainResult result = run_train(options, files);
    files.commit();
    EXPECT_EQ(result.columns.size(), 15u);
    const Detector model = load_detector(test::slurp(options.train.output), "m");
    std::vector<double> scores;
    std::vector<int> labels;
    for (const auto& [name, label] : {std::pair("normal.csv", 0), std::pair("abnormal.csv", 1)}) {
      const FeatureFile file = read_feature_file(test::reference(folder + name), 1 << 30);
      std::vector<std::size_t> columns(15);
      for (std::size_t i = 0; i < 15; ++i) {
        columns[i] = i;
      }
      const Vector of_file = model.raw_scores(to_matrix(file.table, columns));
      for (const double score : of_file) {
        scores.push_back(score);
        labels.push_back(label);
      }
    }
    return *roc_auc(scores, labels);
  };
  const double kept_back = auc();
  EXPECT_GE(kept_back, 0.902);
  RecordProperty("auc_default", std::to_string(kept_back));
  options.calibrate = test::reference(folder + "normal.csv");
  const double all_rows = auc();
  EXPECT_NEAR(all_rows, 0.912, 0.01);
  RecordProperty("auc_all_rows", std::to_string(all_rows));
}

// A control character takes six bytes in the description of a model.
TEST(Train, AModelThatNobodyCouldReadIsNotWritten) {
  std::string csv = "a" + std::string(3'000'000, '\x01') + ",b\n";
  for (int i = 0; i < 20; ++i) {
    csv += std::to_string(i) + "," + std::to_string(i % 7) + "\n";
  }
  TrainRun run(csv);
  run.options.train.test_scores.clear();
  run.options.train.algorithm = "knn";
  write_file(run.options.train.output, "old");
  const std::string refusal = run.refusal();
  EXPECT_NE(refusal.find("model.netml: is not written"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("the description is larger than"), std::string::npos) << refusal;
  EXPECT_TRUE(run.bytes() == "old");
}

// The fit is over at once; scoring by so many neighbours takes a while.
TEST(Train, ASignalWhileItScoresLeavesTheOldModel) {
  TrainRun run(feature_csv(8000, 10));
  run.options.train.algorithm = "knn";
  run.options.train.param = "k: 5000";
  run.options.train.threads = 2;
  write_file(run.options.train.output, "old");
  std::jthread sender([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    interrupt::detail::pending_signal = SIGINT;
  });
  EXPECT_THROW(run(), Interrupted);
  interrupt::detail::pending_signal = 0;
  EXPECT_TRUE(run.bytes() == "old");
}

}  // namespace
}  // namespace netml
