// Seeds of fuzz_model and fuzz_table.

#include <algorithm>

#include <nlohmann/json.hpp>
#include <zlib.h>

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

void add_changes(Seeds& seeds, std::size_t algorithm) {
  const std::string& name = model_entries()[algorithm].name;
  const std::string sound =
      save_detector(test::small_detector(test::normal_rows(24, 2, 1), "", name));
  add_model(seeds, "own-sound-" + name, sound);
  const Container container = read_container(sound, "sound");
  const std::string form = number(0, 2) + number(2 + 3 * algorithm, 1);
  seeds.add("model", "own-description-" + name, form + std::string(container.description));
  for (std::size_t array = 0; array < container.arrays.size(); ++array) {
    for (std::size_t how = 0; how < 6; ++how) {
      const std::string change =
          number(array, 1) + number(how, 1) + number(9, 2) + number(array + how, 2);
      seeds.add("model",
                "own-change-" + name + "-" + std::to_string(array) + "-" + std::to_string(how),
                form + '\0' + change);
    }
  }
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
  // What fuzz_model changes: a small model of each algorithm, each array in every way.
  const std::string sound = save_detector(test::small_detector(test::normal_rows(24, 2, 1)));
  for (std::size_t algorithm = 0; algorithm < model_entries().size(); ++algorithm) {
    add_changes(seeds, algorithm);
  }
  // Parameters under which a file holds other arrays.
  add_model(seeds, "own-gmm-full",
            save_detector(test::small_detector(test::normal_rows(24, 2, 1),
                                               "{covariance: full, k: 2}", "gmm")));
  for (const char* score : {"mahalanobis", "components"}) {
    add_model(seeds, std::string("own-pca-") + score,
              save_detector(test::small_detector(test::normal_rows(24, 2, 1),
                                                 std::string("score: ") + score, "pca")));
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

// Every field of the description wrong and missing, and what may not stand in the header.
void add_bad_descriptions(Seeds& seeds) {
  using nlohmann::json;
  const std::string form = number(0, 2) + number(2, 1);
  const std::string sound = save_detector(test::small_detector(test::normal_rows(24, 2, 1)));
  const json fields = json::parse(read_container(sound, "sound").description);
  for (const auto& field : fields.items()) {
    int kind = 0;
    for (const json& value :
         {json(), json(1.5), json(-1), json("x"), json::array({1}), json::object({{"a", 1}})}) {
      json changed = fields;
      changed[field.key()] = value;
      seeds.add("model", "own-field-" + field.key() + "-" + std::to_string(kind++),
                form + changed.dump());
    }
    json without = fields;
    without.erase(field.key());
    seeds.add("model", "own-field-" + field.key() + "-gone", form + without.dump());
  }
  int count = 0;
  for (const char* change :
       {R"({"threshold_rule": "own"})", R"({"threshold_rule": "none"})", R"({"threshold": 0.5})",
        R"({"alpha": null})", R"({"alpha": 0.5})",
        R"({"rate_bound": {"value": 0.001, "confidence": 0.95}})", R"({"columns": ["a", "a"]})",
        R"({"columns": [1, 2]})", R"({"derived": [{"name": "nu"}]})", R"({"warnings": [3]})",
        R"({"calibration": {"source": "none", "count": 24}})", R"({"params_given": ["nu", 1]})"}) {
    json changed = fields;
    changed.update(json::parse(change));
    seeds.add("model", "own-wrong-" + std::to_string(count++), form + changed.dump());
  }
}

void add_bad_headers(Seeds& seeds) {
  const std::string begin = R"({"__metadata__":{"crc32":"00000000","format":"1","netml":"{}")";
  const std::string entry = R"(,"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]})";
  const std::vector<std::string> headers = {
      begin + "}}",
      begin + "}" + entry + "}",
      begin + R"(,"x":"y"},"a":null})",
      begin + R"(},"a":true})",
      begin + R"(},"a":-1})",
      begin + R"(},"a":0.5})",
      begin + R"(},"a":1})",
      begin + R"(},"a":"x"})",
      begin + R"(},"a":[1]})",
      begin + R"(,"x":{}}})",
      begin + R"(},"a":{}})",
      begin + R"(},"a":{"dtype":"F16"}})",
      begin + R"(},"a":{"dtype":{}}})",
      begin + R"(},"a":{"size":1}})",
      begin + R"(},"a":{"dtype":"U8","dtype":"U8"}})",
      begin + R"(},"a":{"shape":[1,2,3]}})",
      begin + R"(},"a":{"shape":[[1]]}})",
      begin + R"(},"a":{"shape":["1"]}})",
      begin + "}" + entry + entry + "}",
      begin + R"(},"a":{"dtype":"F64","shape":[4611686018427387904,8],"data_offsets":[0,8]}})",
      begin + R"(},"a":{"dtype":"I32","shape":[2],"data_offsets":[8,0]}})",
      begin + R"(},"a":{"dtype":"I64","shape":[9],"data_offsets":[0,72]}})",
      begin + R"(},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}})",
      begin + ",\"" + std::string(300, 'n') + "\":\"x\"}}",
      begin + R"(},"a":)",
      R"({"__metadata__":{"crc32":"00000000","format":"1","x":"y"}})",
      R"({"__metadata__":{"crc32":"00000000","format":"2","netml":"{}"}})",
      R"({"__metadata__":{"crc32":"00000000","format":"x","netml":"{}"}})"};
  for (std::size_t i = 0; i < headers.size(); ++i) {
    seeds.add("model", "own-header-" + std::to_string(i),
              number(0, 2) + number(1, 1) + headers[i] + '\0' + std::string(8, '\0'));
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

std::string npy(const std::string& descr, const std::string& shape, const std::string& values) {
  std::string header = "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }";
  header.resize((header.size() + 10 + 1 + 15) / 16 * 16 - 10, ' ');
  header.back() = '\n';
  return std::string("\x93NUMPY\x01\x00", 8) + number(header.size(), 2) + header + values;
}

// Archives that other programs write, or nobody: by changes to the directory of a sound one.
void add_bad_archives(Seeds& seeds, const std::string& npz) {
  const std::size_t entry = npz.find("PK\x01\x02"), end = npz.rfind("PK\x05\x06");
  const auto changed = [&](const std::string& name, std::size_t at, const std::string& bytes) {
    std::string copy = npz;
    copy.replace(at, bytes.size(), bytes);
    seeds.add("table", "own-archive-" + name, number(0, 1) + copy);
  };
  changed("compressed", entry + 10, number(8, 2));
  changed("encrypted", entry + 8, number(1, 2));
  changed("checksum", entry + 16, number(1, 4));
  changed("size", entry + 20, number(1, 4));
  changed("offset", entry + 42, number(0x7fffffff, 4));
  changed("local", entry + 42, number(5, 4));
  changed("signature", entry, "PKPK");
  changed("members", end + 10, number(1000, 2));
  changed("more", end + 10, number(60, 2));
  changed("directory", end + 16, number(0x7fffffff, 4));
  changed("in-64", end + 10, number(0xffff, 2));
  seeds.add("table", "own-archive-cut", number(0, 1) + npz.substr(0, end + 10));
}

// One member whose sizes and place stand in the 64-bit fields, in a 64-bit directory.
void add_archives_64(Seeds& seeds) {
  const std::string name = "X.npy", array = npy("'<f8'", "(1, 1)", std::string(8, '\0'));
  const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(array.data()), array.size());
  const std::string common = number(45, 2) + number(0, 8) + number(crc, 4) + number(0xffffffff, 4) +
                             number(0xffffffff, 4) + number(name.size(), 2);
  const std::string local = "PK\x03\x04" + common + number(0, 2) + name + array;
  const std::string extra = number(7, 2) + number(2, 2) + "xx" + number(1, 2) + number(24, 2) +
                            number(array.size(), 8) + number(array.size(), 8) + number(0, 8);
  const std::string directory = "PK\x01\x02" + number(45, 2) + common + number(extra.size(), 2) +
                                number(0, 8) + number(0, 2) + number(0xffffffff, 4) + name + extra;
  const auto archive = [&](const std::string& entries, std::uint64_t locator) {
    return number(0, 1) + local + entries + "PK\x06\x06" + number(44, 8) + number(45, 4) +
           number(0, 8) + number(1, 8) + number(1, 8) + number(entries.size(), 8) +
           number(local.size(), 8) + "PK\x06\x07" + number(0, 4) + number(locator, 8) +
           number(1, 4) + "PK\x05\x06" + number(0, 4) + number(0xffff, 2) + number(0xffff, 2) +
           number(0xffffffff, 4) + number(0xffffffff, 4) + number(0, 2);
  };
  const std::size_t end = local.size() + directory.size();
  seeds.add("table", "own-archive-64", archive(directory, end));
  seeds.add("table", "own-archive-64-far", archive(directory, 1U << 30U));
  seeds.add("table", "own-archive-64-off", archive(directory, end - 4));
  std::string cut = directory;
  cut.replace(cut.size() - 26, 2, number(8, 2));
  seeds.add("table", "own-archive-64-cut", archive(cut, end));
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
  seeds.add("table", "own-compressed", number(0, 1) + "BZh91AY&SY");
  seeds.add("table", "demo-described", number(1, 1) + metadata + '\0' + csv);
  const std::string npy_bytes = test::slurp(extract("t.npy", {"biflow"}, 5));
  std::string of_matrix = test::slurp(folder.path("t-metadata.json"));
  of_matrix.replace(of_matrix.find("t.npy"), 5, "t.csv");  // the name that the target reads
  seeds.add("table", "demo-npy", number(0, 1) + npy_bytes);
  seeds.add("table", "demo-npy-described", number(1, 1) + of_matrix + '\0' + npy_bytes);
  const std::string npz = test::slurp(extract("t.npz", {"biflow"}, 12));
  add_bad_archives(seeds, npz);
  seeds.add("table", "demo-npz", number(0, 1) + npz);
  seeds.add("table", "demo-members", number(2, 1) + npz_members(npz));

  TrainCommandOptions train;
  train.feature = extract("train.csv", {"biflow"}, 60);
  train.train.output = folder.path("m.netml");
  OutputGroup files;
  run_train(train, files);
  files.commit();
  add_model(seeds, "demo", test::slurp(train.train.output));
}

void add_tables(Seeds& seeds) {
  const std::vector<std::string> texts = {
      "",
      "a\n",
      "a,b,label\n1,2,0\n3,4,1\n",
      "src_ip,start_ns,a,b,label\n10.0.0.1,1499083690000000000,-1,+2.5,BENIGN\n::1,5,1e300,,x\n",
      std::string("\xef\xbb\xbf") +
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
  const std::string two = R"({"url": "t.csv", "tableSchema": {"columns": [{"name": "a",
      "netml:identity": true}, {"name": "a", "netml:identity": false}]}})";
  const std::vector<std::string> arrays = {
      npy("'<f8'", "(3, 2)", six),     npy("'>f8'", "(3, 2)", six),
      npy("'|u1'", "(24, 2)", six),    npy("'<f8'", "(6,)", six),
      npy("'<U6'", "(1, 2)", six),     npy("'<f8'", "(1000000, 0)", ""),
      npy("'<f8'", "(0, 1000000)", "")};
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    seeds.add("table", "own-npy-" + std::to_string(i), number(0, 1) + arrays[i]);
    seeds.add("table", "own-npy-described-" + std::to_string(i),
              number(1, 1) + (i % 2 == 0 ? two : wrong) + '\0' + arrays[i]);
  }
  const std::string x = member(0, npy("'<f8'", "(3, 2)", six));
  const std::vector<std::string> beside = {
      member(1, npy("'<i8'", "(2,)", std::string(16, '\0'))),
      member(1, npy("'<U1'", "(3,)", std::string(12, '\0'))),
      member(1, npy("[('a', '<i8')]", "(3,)", std::string(24, '\0'))),
      member(2, npy("'<U1'", "(3,)", std::string(12, 'a'))),
      member(2, npy("'<U1'", "(2,)", std::string("a\0\0\0a\0\0\0", 8))),
      member(2, npy("'|S1'", "(2,)", "ab")),
      member(3, npy("'<i8'", "(3,)", std::string(24, '\0'))),
      member(3, npy("[('f', '<f8'), ('u', '|b1')]", "(3,)", std::string(27, '\1'))),
      member(3, npy("[]", "(3,)", "")),
      member(4, npy("'<i8'", "()", std::string(8, '\0')))};
  for (std::size_t i = 0; i < beside.size(); ++i) {
    seeds.add("table", "own-npz-beside-" + std::to_string(i), number(2, 1) + x + beside[i]);
  }
  seeds.add("table", "own-npz-no-columns", number(2, 1) + member(0, npy("'<f8'", "(3, 0)", "")));
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
  add_bad_descriptions(seeds);
  add_bad_headers(seeds);
  add_tables(seeds);
  add_archives_64(seeds);
  add_demo(seeds);
}

}  // namespace netml::fuzz
