// Makes the seed corpora of the fuzz targets: fuzz_seeds OUTDIR fills OUTDIR/<target>/ from the
// builders of tests/support, from data/demo.pcap and, where it is there, from the reference corpus.
// The same sources give the same files.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "netml/commands/extract.hpp"
#include "netml/commands/train.hpp"
#include "netml/core/log.hpp"
#include "netml/core/rng.hpp"
#include "netml/models/detector.hpp"
#include "netml/table/container.hpp"

#include "models/support.hpp"
#include "support/capture_file.hpp"
#include "support/libpcap_reader.hpp"
#include "support/temp_folder.hpp"
#include "support/well_formed_frames.hpp"

namespace netml {
namespace {

namespace fs = std::filesystem;
using test::Bytes;

// Larger files only slow the fuzzing down; the tests of the corpus read them whole.
constexpr std::size_t kLargestSeed = 64 << 10;

std::string text_of(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

std::string number(std::uint64_t value, int width) {
  std::string text;
  for (int i = 0; i < width; ++i) {
    text += static_cast<char>(value >> (8 * i));
  }
  return text;
}

class Seeds {
 public:
  explicit Seeds(fs::path folder) : folder_(std::move(folder)) {}

  void add(const std::string& target, const std::string& name, const std::string& bytes) {
    fs::create_directories(folder_ / target);
    std::ofstream stream(folder_ / target / name, std::ios::binary);
    stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!stream.flush()) {
      throw std::runtime_error("cannot write " + (folder_ / target / name).string());
    }
    ++count_;
  }
  std::size_t count() const noexcept { return count_; }

 private:
  fs::path folder_;
  std::size_t count_ = 0;
};

/// Files of a folder of the reference corpus, in order of name; none where it is absent.
std::vector<fs::path> reference_files(const std::string& kind) {
  const fs::path folder = fs::path(NETML_REFERENCE_DIR) / "corpus" / kind;
  std::vector<fs::path> files;
  if (fs::is_directory(folder)) {
    std::copy_if(fs::directory_iterator(folder), fs::directory_iterator{},
                 std::back_inserter(files),
                 [](const fs::path& path) { return fs::file_size(path) <= kLargestSeed; });
  }
  std::sort(files.begin(), files.end());
  return files;
}

// ---------------------------------------------------------------- captures and packets

void add_packet(Seeds& seeds, const std::string& name, int link_type, const std::string& bytes) {
  seeds.add("decode", name, number(static_cast<std::uint64_t>(link_type), 2) + bytes);
}

std::string capture_options(std::uint8_t bits, std::uint8_t more, std::uint16_t fail_at = 0) {
  return number(bits, 1) + number(more, 1) + number(fail_at, 2);
}

// Under every preset; the other options differ from capture to capture.
void add_capture(Seeds& seeds, const std::string& name, const std::string& bytes) {
  static std::uint64_t salt = 0;
  ++salt;
  for (std::uint8_t preset = 0; preset < 4; ++preset) {
    const std::uint64_t mixed = derive_seed(salt, preset);
    const bool is_plain = salt % 2 == 0;
    const auto bits = static_cast<std::uint8_t>(preset | (is_plain ? 0 : mixed & 0xfc));
    const auto more = static_cast<std::uint8_t>(is_plain ? 0 : mixed >> 8);
    seeds.add("capture", name + "-" + std::to_string(preset), capture_options(bits, more) + bytes);
  }
}

/// Two hosts that talk: handshake, data both ways, end; a datagram in fragments; both IP versions.
std::vector<Bytes> conversation() {
  using namespace test;
  const auto v4 = [](const Bytes& segment, bool reply) {
    return ether(0x0800, ipv4(ip_protocol::kTcp, segment, {.reply = reply}));
  };
  const auto v6 = [](const Bytes& segment, bool reply) {
    return ether(0x86dd, ipv6(ip_protocol::kUdp, segment, Ipv6Options{.reply = reply}));
  };
  return {v4(tcp(40000, 80, tcp_flag::kSyn), false),
          v4(tcp(80, 40000, tcp_flag::kSyn | tcp_flag::kAck), true),
          v4(tcp(40000, 80, tcp_flag::kAck | tcp_flag::kPsh, Bytes(300, 'a')), false),
          v4(tcp(80, 40000, tcp_flag::kAck, Bytes(1200, 'b')), true),
          v6(udp(5000, 53, Bytes(40, 'q')), false),
          v6(udp(53, 5000, Bytes(90, 'r')), true),
          ether(0x0800, ipv4(ip_protocol::kUdp, udp(7, 9, zeros(80)), {.fragment = 0x2000})),
          ether(0x0800, ipv4(ip_protocol::kUdp, zeros(64), {.fragment = 11})),
          v4(tcp(40000, 80, tcp_flag::kFin | tcp_flag::kAck), false),
          v4(tcp(80, 40000, tcp_flag::kFin | tcp_flag::kAck), true),
          v4(tcp(40000, 80, tcp_flag::kSyn), false),
          ether(0x0806, zeros(28))};
}

std::vector<test::FilePacket> conversation_packets() {
  std::vector<test::FilePacket> packets;
  std::uint32_t second = 1'500'000'000;
  for (const Bytes& frame : conversation()) {
    packets.push_back({second, 250'000, frame});
    second += packets.size() == 6 ? 300 : 1;  // once idle
  }
  return packets;
}

void add_own_captures(Seeds& seeds) {
  using namespace test;
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    for (const Precision precision : {Precision::kMicro, Precision::kNano}) {
      const std::string name = std::string("own-pcap-") +
                               (order == ByteOrder::kLittle ? "le" : "be") +
                               (precision == Precision::kMicro ? "-us" : "-ns");
      add_capture(
          seeds, name,
          text_of(pcap_file(conversation_packets(), {.order = order, .precision = precision})));
    }
    PcapngFile file(order);
    file.interface(dlt::kEthernet, file.tsresol(9) + file.tsoffset(-1));
    std::uint64_t ticks = 1'500'000'000'000'000'000;
    for (const Bytes& frame : conversation()) {
      file.packet(ticks += 1'000'000'000, frame);
    }
    file.simple_packet(conversation().front());
    add_capture(seeds, std::string("own-ng-") + (order == ByteOrder::kLittle ? "le" : "be"),
                text_of(file.bytes()));
  }
  // What is damaged, empty, compressed, late or out of range.
  const std::string sound = text_of(pcap_file(conversation_packets()));
  add_capture(seeds, "own-cut", sound.substr(0, sound.size() - 7));
  add_capture(seeds, "own-header", sound.substr(0, 24));
  add_capture(seeds, "own-short", sound.substr(0, 9));
  add_capture(seeds, "own-empty", "");
  for (const char* magic : {"\x1f\x8b\x08",
                            "\xfd"
                            "7zXZ",
                            "\x28\xb5\x2f\xfd", "BZh9"}) {
    add_capture(seeds, "own-compressed-" + std::to_string(magic[0] & 0xff), magic);
  }
  std::vector<FilePacket> odd = conversation_packets();
  odd[3].seconds -= 100'000;
  odd[5].seconds = 0xffffffff;
  odd[6].subsecond = 0xffffffff;
  odd[7].wire_length = 0xffffffff;
  add_capture(seeds, "own-odd-times", text_of(pcap_file(odd)));
  add_capture(seeds, "own-unknown-link", text_of(pcap_file(odd, {.link_type = 195})));
  std::string big = sound;
  big.replace(24 + 8, 4, "\xff\xff\xff\xff");
  add_capture(seeds, "own-record-length", big);
  PcapngFile far;
  far.interface(dlt::kEthernet, far.tsoffset(INT64_MAX) + far.tsresol(0));
  far.packet(UINT64_MAX, conversation().front());
  add_capture(seeds, "own-ng-far", text_of(far.bytes()));
  for (std::uint16_t fail_at = 1; fail_at < 3000;
       fail_at = static_cast<std::uint16_t>(fail_at * 5 / 4 + 1)) {
    seeds.add("capture", "own-fail-" + std::to_string(fail_at),
              capture_options(fail_at % 4, 0, fail_at) + sound);
  }
}

void add_own_frames(Seeds& seeds) {
  std::vector<test::FilePacket> of_ethernet;
  for (const test::NamedFrame& frame : test::well_formed_frames()) {
    add_packet(seeds, "own-" + frame.name, frame.link_type, text_of(frame.bytes));
    const std::string cut = text_of(frame.bytes).substr(0, frame.bytes.size() * 2 / 3);
    add_packet(seeds, "own-" + frame.name + "-cut", frame.link_type, cut);
    // On the wire it was whole.
    const std::size_t missing = (frame.bytes.size() - cut.size() + 12) / 13;
    add_packet(seeds, "own-" + frame.name + "-snapped",
               frame.link_type | static_cast<int>(missing << 9), cut);
    if (frame.link_type == test::dlt::kEthernet) {
      of_ethernet.push_back({1'500'000'000, 0, frame.bytes});
    } else {
      const std::vector<test::FilePacket> packets = {{1'500'000'000, 0, frame.bytes},
                                                     {1'500'000'001, 0, frame.bytes}};
      add_capture(seeds, "own-link-" + frame.name,
                  text_of(test::pcap_file(packets, {.link_type = frame.link_type})));
    }
  }
  add_capture(seeds, "own-frames", text_of(test::pcap_file(of_ethernet)));
}

void add_packets_of(Seeds& seeds, const fs::path& path, std::size_t most) {
  std::size_t count = 0;
  test::for_each_packet(path.string(), PCAP_TSTAMP_PRECISION_NANO, [&](const RawPacket& packet) {
    constexpr std::size_t kMostBytes = 2000;
    if (++count <= most && packet.bytes.size() <= kMostBytes) {
      add_packet(seeds, path.filename().string() + "-" + std::to_string(count), packet.link_type,
                 {packet.bytes.begin(), packet.bytes.end()});
    }
  });
}

void add_captures(Seeds& seeds) {
  add_own_captures(seeds);
  add_own_frames(seeds);
  add_packets_of(seeds, fs::path(NETML_SOURCE_DIR) / "data/demo.pcap", 60);
  for (const fs::path& path : reference_files("captures")) {
    add_capture(seeds, path.filename().string(), test::slurp(path.string()));
    add_packets_of(seeds, path, 12);
  }
}

// ---------------------------------------------------------------- text files

void add_labels(Seeds& seeds) {
  const std::string header =
      "Flow ID, Source IP, Source Port, Destination IP, Destination Port, Protocol, Timestamp, "
      "Flow Duration, Label\n";
  const auto row = [](const std::string& time, const std::string& label) {
    return "x,10.0.0.1,1000,10.0.0.2,80,6," + time + ",5000000," + label + "\n";
  };
  const std::vector<std::string> times = {
      "03/07/2017 08:09",       "3/7/2017 8:09",       "03/07/2017 08:09:00",
      "03/07/2017 08:09:00 AM", "3/7/2017 12:09 pm",   "2017-07-03 08:09:00.25",
      "2017-07-03T08:09:00",    "1499069340.000001",   "29/02/2016 00:00:59",
      "1677-09-21 00:12:44",    "2262-04-11 23:47:16", "-1"};
  std::string all;
  std::uint8_t bits = 0;
  for (const std::string& time : times) {
    all += row(time, "DDoS");
    seeds.add("labels", "own-time-" + std::to_string(bits),
              number(bits, 1) + header + row(time, "a"));
    ++bits;
  }
  std::vector<std::pair<std::string, std::string>> files = {
      {"all", header + all},
      {"empty", ""},
      {"header", header},
      {"contradiction",
       header + row(times[0], "BENIGN") + row(times[0], "DDoS") + row(times[0], "x")},
      {"no-time",
       "Src IP,Src Port,Dst IP,Dst Port,Protocol,Label\r\n10.0.0.2,80,10.0.0.1,1000,6,-\r\n"
       "2001:db8::1,1000,2001:db8::2,80,6,\"a \"\"b\"\"\"\r\n"},
      {"mark", "\xef\xbb\xbf" + header + row(times[3], "Normal ")},
      {"bad", header + "x,10.0.0.1\n" + row("never", "a") + row(times[2], "") + row(times[2], "b") +
                  "x,10.0.0.300,1000,10.0.0.2,80,6,1,1,c\nx,10.0.0.1,1.5,10.0.0.2,80,6,1,1,c\n"
                  "x,10.0.0.1,1000.0,10.0.0.2,80,TCP,1,1,c\n"},
      {"quote", header + "\"x,10.0.0.1,1000"},
      {"bytes", header + row(times[2], "caf\xe9 \xe2\x80\xae") + row(times[2], "=cmd()")},
      {"durations", header + "x,10.0.0.1,1000,10.0.0.2,80,6,1499069340,-1,a\n"
                             "x,10.0.0.1,1000,10.0.0.2,80,6,1499069340,99999999999999999999,b\n"}};
  for (const fs::path& path : reference_files("labels")) {
    files.emplace_back(path.filename().string(), test::slurp(path.string()));
  }
  for (const auto& [name, text] : files) {
    for (const unsigned options : {0U, 5U, 10U, 0x34U, 0x4fU, 0x53U}) {
      seeds.add("labels", name + "-" + std::to_string(options), number(options, 1) + text);
    }
  }
}

void add_params(Seeds& seeds) {
  std::vector<std::pair<std::string, std::string>> files = {
      {"own-flat.json", R"({"nu": 0.1, "gamma": "scale", "score": "raw", "tol": 1e-4})"},
      {"own-keyed.json", R"({"ocsvm": {"nu": 0.1, "gamma": 2.5}})"},
      {"own-types.json", R"({"nu": [1, {"a": null}], "gamma": true, "x": -12345678901234567890})"},
      {"own-twice.json", R"({"nu": 0.1, "nu": 0.2})"},
      {"own-text.json", R"({"nu": "\u00e9\ud83d\ude00\\\n"})"},
      {"own-flat.yaml", "nu: 0.1\ngamma: scale # text\nscore: 'raw'\n"},
      {"own-keyed.yaml", "---\nocsvm:\n  nu: +.5\n  gamma: \"auto\"\n...\n"},
      {"own-flow.yaml", "{nu: 0.1, gamma: [1, 2], ? score : log}"},
      {"own-anchor.yaml", "a: &x {nu: 1}\nb: *x\n<<: *x\n"},
      {"own-tags.yaml", "nu: !!float 1\nscore: !own x\n%YAML 1.1\n"},
      {"own-blocks.yaml", "nu: |\n  0.1\ngamma: >-\n  a\n  b\n- 1\n- - 2\n"},
      {"own-two.yaml", "nu: 0.1\n---\nnu: 0.2\n"},
      {"own-numbers.yaml", "nu: 010\ngamma: 1e400\nscore: .inf\n"},
      {"own-list.yaml", "- 1\n- {a: b}\n"},
      {"own-nothing.yaml", ""}};
  std::string deep;
  for (int i = 0; i < 70; ++i) {
    deep += "{\"a\":[";
  }
  files.emplace_back("own-deep.json", deep);
  for (const fs::path& path : reference_files("params")) {
    files.emplace_back(path.filename().string(), test::slurp(path.string()));
  }
  for (const auto& [name, text] : files) {
    if (name.ends_with(".json")) {
      seeds.add("params_json", name, number(0, 2) + text);
    }
    seeds.add("params_yaml", name, number(0, 2) + text);
  }
  for (std::uint16_t fail_at = 1; fail_at <= 120; ++fail_at) {
    const std::string name = "own-fail-" + std::to_string(fail_at);
    seeds.add("params_json", name, number(fail_at, 2) + files[fail_at % 2].second);
    seeds.add("params_yaml", name, number(fail_at, 2) + files[5 + fail_at % 3].second);
  }
}

// ---------------------------------------------------------------- models and tables

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

// ---------------------------------------------------------------- noise with a beginning

void add_noise(Seeds& seeds) {
  Rng rng(1);
  const auto noise = [&](std::size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) {
      byte = static_cast<char>(rng.bits());
    }
    return bytes;
  };
  for (int i = 0; i < 64; ++i) {
    seeds.add("flowtable", "own-" + std::to_string(i), noise(8 + 4 * (8 + rng.below(250))));
  }
  // Calm packets, and none but late ones: the clock goes back after 1000.
  seeds.add("flowtable", "own-calm", noise(8) + std::string(2000, '\x11'));
  std::string late = noise(8) + std::string("\x10\x21\x00\x10", 4);
  for (int i = 0; i < 1100; ++i) {
    late += std::string("\xf5\x21\x00\x10", 4);
  }
  late.replace(0, 6, std::string("\x00\x55\x00\x00\x00\x00", 6));
  seeds.add("flowtable", "own-late", late);
  for (int i = 0; i < 60; ++i) {
    seeds.add("roundtrip", "own-" + std::to_string(i),
              number(static_cast<std::uint64_t>(i * 5), 1) + noise(1 + rng.below(400)));
    seeds.add("writer", "own-" + std::to_string(i), noise(1 + rng.below(400)));
  }
  int count = 0;
  for (const std::string text : {"=1+1", "a,\"b\"\r\n", "\x1b[31m\x7f", "caf\xc3\xa9 \xff",
                                 "\xe2\x80\xae\xc2\x85", "-", "@x", "\t", " x "}) {
    std::string bytes = number(1, 1) + number(3, 1) + number(3, 1) + number(text.size(), 1) + text;
    for (const std::string& cell : {text, text + text, std::string()}) {
      bytes += number(1, 1) + number(cell.size(), 1) + cell;
    }
    seeds.add("writer", "own-text-" + std::to_string(count++), bytes);
  }
}

int run(const fs::path& folder) {
  log::configure(log::Level::kError, log::Format::kText);
  Seeds seeds(folder);
  if (reference_files("captures").empty()) {
    std::printf("the reference corpus is not at %s: seeds from our own builders only\n",
                NETML_REFERENCE_DIR);
  }
  add_captures(seeds);
  add_labels(seeds);
  add_params(seeds);
  add_models(seeds);
  add_tables(seeds);
  add_demo(seeds);
  add_noise(seeds);
  std::printf("%zu seeds in %s\n", seeds.count(), folder.c_str());
  return 0;
}

}  // namespace
}  // namespace netml

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds OUTDIR\n");
    return 2;
  }
  try {
    return netml::run(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fuzz_seeds: %s\n", error.what());
    return 1;
  }
}
