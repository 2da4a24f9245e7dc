// Seeds of fuzz_model and fuzz_table.

#include <algorithm>

#include "netml/commands/extract.hpp"
#include "netml/commands/train.hpp"
#include "netml/models/detector.hpp"
#include "netml/table/container.hpp"

#include "models/support.hpp"
#include "seeds.hpp"
#include "support/temp_folder.hpp"

namespace netml::fuzz {
namespace {

namespace fs = std::filesystem;

std::string header_and_payload(const std::string& file) {
  std::uint64_t length = 0;
  for (int i = 7; i >= 0; --i) {
    length = length << 8 | static_cast<unsigned char>(file[static_cast<std::size_t>(i)]);
  }
  const auto end = static_cast<std::size_t>(8 + length);
  return file.substr(8, end - 8) + '\0' + file.substr(end);
}

void add_model(Seeds& seeds, const std::string& name, const std::string& file) {
  seeds.add("model", name + "-file", number(0, 2) + number(0, 1) + file);
  seeds.add("model", name + "-parts", number(0, 2) + number(1, 1) + header_and_payload(file));
}

void add_models(Seeds& seeds) {
  for (const Scaling scaling :
       {Scaling::kStandard, Scaling::kMinMax, Scaling::kRobust, Scaling::kRank, Scaling::kNone}) {
    const Matrix rows = test::normal_rows(24, 2, 1);
    const std::string params = scaling == Scaling::kNone ? "{score: raw, gamma: scale}" : "";
    Detector detector = test::small_detector(rows, params);
    detector.scaler = Scaler::fit(rows, scaling, detector.columns);
    add_model(seeds, "own-" + std::string(to_text(scaling)), save_detector(detector));
    detector.calibration_source = CalibrationSource::kNone;
    detector.calibration = {};
    detector.threshold_rule =
        scaling == Scaling::kNone ? ThresholdRule::kOwn : ThresholdRule::kNone;
    detector.threshold = scaling == Scaling::kNone ? detector.model->own_threshold() : std::nullopt;
    detector.alpha = detector.rate_bound = std::nullopt;
    add_model(seeds, "own-bare-" + std::string(to_text(scaling)), save_detector(detector));
  }
  // The model that fuzz_model changes, each array in every way.
  const std::string sound = save_detector(test::small_detector(test::normal_rows(24, 2, 1)));
  const std::string description = read_container(sound, "sound").description;
  seeds.add("model", "own-description", number(0, 2) + number(2, 1) + description);
  for (int array = 0; array < 12; ++array) {
    for (int how = 0; how < 6; ++how) {
      const std::string change = number(static_cast<std::uint64_t>(array), 1) +
                                 number(static_cast<std::uint64_t>(how), 1) + number(9, 2) +
                                 number(static_cast<std::uint64_t>(array + how), 2);
      seeds.add("model", "own-change-" + std::to_string(array) + "-" + std::to_string(how),
                number(0, 2) + number(2, 1) + '\0' + change);
    }
  }
  for (std::uint16_t fail_at = 1; fail_at < 2000;
       fail_at = static_cast<std::uint16_t>(fail_at * 6 / 5 + 1)) {
    seeds.add("model", "own-fail-" + std::to_string(fail_at),
              number(fail_at, 2) + number(0, 1) + sound);
  }
  for (const fs::path& path : reference_files("models")) {
    seeds.add("model", path.filename().string(),
              number(0, 2) + number(0, 1) + test::slurp(path.string()));
  }
}

std::string npz_members(const std::string& archive) {
  // Stored members begin at their local headers, one behind the other, with 64-bit sizes.
  const auto le = [&](std::size_t at, int width) {
    std::uint64_t value = 0;
    for (int i = width - 1; i >= 0; --i) {
      value = value << 8 | static_cast<unsigned char>(archive[at + static_cast<std::size_t>(i)]);
    }
    return static_cast<std::size_t>(value);
  };
  const std::vector<std::string> names = {"X.npy", "y.npy", "columns.npy", "keys.npy",
                                          "recipe.npy"};
  std::string members;
  for (std::size_t at = 0; archive.compare(at, 4, "PK\x03\x04") == 0;) {
    const std::size_t name_length = le(at + 26, 2), extra = le(at + 28, 2);
    const std::string name = archive.substr(at + 30, name_length);
    const std::size_t size = le(at + 30 + name_length + 4, 8);
    const std::size_t begin = at + 30 + name_length + extra;
    const auto number_of_name =
        static_cast<std::uint64_t>(std::find(names.begin(), names.end(), name) - names.begin());
    members += number(number_of_name, 1) + number(size, 2) + archive.substr(begin, size);
    at = begin + size;
  }
  return members;
}

// Flows of data/demo.pcap as tables, and a model trained on them.
void add_demo(Seeds& seeds) {
  const test::TempFolder folder;
  const auto extract = [&](const std::string& name, std::vector<std::string> sets,
                           std::uint64_t flows) {
    ExtractCommand command;
    command.inputs.plain = {std::string(NETML_SOURCE_DIR) + "/data/demo.pcap"};
    command.recipe.sets = std::move(sets);
    command.output = folder.path(name);
    command.flow_limit = flows;
    run_extract(command, {});
    return command.output;
  };
  const std::string csv = test::slurp(extract("t.csv", {"flow", "statistics"}, 20));
  const std::string metadata = test::slurp(folder.path("t-metadata.json"));
  seeds.add("table", "demo-csv", number(0, 1) + csv);
  seeds.add("table", "demo-described", number(1, 1) + metadata + '\0' + csv);
  const std::string npz = test::slurp(extract("t.npz", {"biflow"}, 12));
  seeds.add("table", "demo-npz", number(0, 1) + npz);
  seeds.add("table", "demo-members", number(2, 1) + npz_members(npz));

  TrainCommandOptions train;
  train.feature = extract("train.csv", {"biflow"}, 60);
  train.train.output = folder.path("m.netml");
  run_train(train);
  add_model(seeds, "demo", test::slurp(train.train.output));
}

std::string npy(const std::string& descr, const std::string& shape, const std::string& values) {
  std::string header = "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }";
  header.resize((header.size() + 10 + 1 + 15) / 16 * 16 - 10, ' ');
  header.back() = '\n';
  return std::string("\x93NUMPY\x01\x00", 8) + number(header.size(), 2) + header + values;
}

void add_tables(Seeds& seeds) {
  const std::vector<std::string> texts = {
      "",
      "a\n",
      "a,b,label\n1,2,0\n3,4,1\n",
      "src_ip,start_ns,a,b,label\n10.0.0.1,1499083690000000000,-1,+2.5,BENIGN\n::1,5,1e300,,x\n",
      "\xef\xbb\xbf"
      "a , a,\"b\"\"\"\r\n nan,inf,1\r\n,-Infinity,18446744073709551615\r\n",
      "a,b\n1\n1,2,3\n",
      "a\n9999999999999999999999\n1e999\n-0\n",
      "a,b\n\"x\ny\",\xff\n",
      "a\n\"open\n"};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    seeds.add("table", "own-csv-" + std::to_string(i), number(0, 1) + texts[i]);
  }
  const std::string wrong = R"({"url": "t.csv", "tableSchema": {"columns": [{"name": "a",
      "netml:identity": true}, {"name": 1, "netml:identity": false}, 3]}, "netml:recipe": {"sets": ["flow"]}})";
  seeds.add("table", "own-described", number(1, 1) + wrong + '\0' + texts[2]);
  const auto member = [](int name, const std::string& bytes) {
    return number(static_cast<std::uint64_t>(name), 1) + number(bytes.size(), 2) + bytes;
  };
  const std::string six(48, '\x3f');
  for (const char* type :
       {"'<f8'", "'>f8'", "'<f4'", "'<f2'", "'<i8'", "'<u2'", "'|b1'", "'|u1'", "'|O'"}) {
    seeds.add("table", std::string("own-npz-") + type[2] + type[3],
              number(2, 1) + member(0, npy(type, "(3, 2)", six)));
  }
  const std::string keys =
      npy("[('src_ip', '<U2'), ('n', '<i8'), ('s', '|S3')]", "(3,)", std::string(3 * 19, '\1'));
  seeds.add("table", "own-npz-all",
            number(2, 1) + member(0, npy("'<f8'", "(3, 2)", six)) +
                member(1, npy("'<i8'", "(3,)", std::string(24, '\0'))) +
                member(2, npy("'<U1'", "(2,)", std::string("a\0\0\0b\0\0\0", 8))) +
                member(3, keys) + member(4, npy("'<U2'", "()", std::string("{\0\0\0}\0\0\0", 8))));
}

}  // namespace

void add_model_seeds(Seeds& seeds) {
  add_models(seeds);
  add_tables(seeds);
  add_demo(seeds);
}

}  // namespace netml::fuzz
