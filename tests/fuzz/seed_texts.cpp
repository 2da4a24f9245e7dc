// Seeds of fuzz_labels, fuzz_params_json and fuzz_params_yaml.

#include <utility>

#include "seeds.hpp"
#include "support/label_files.hpp"
#include "support/temp_folder.hpp"

namespace netml::fuzz {
namespace {

namespace fs = std::filesystem;

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

// What the formats beside CICIDS2017's have that their common rows lack.
void add_label_oddities(NamedTexts& files) {
  files.emplace_back("zeek-tabs",
                     "#separator \\x09\n#unset_field\t-\n#fields\tts\tid.orig_h\tid.orig_p\t"
                     "id.resp_h\tid.resp_p\tproto\tip_proto\tlabel\tdetailed-label\n"
                     "1499069340.5\t10.0.0.1\t8\t10.0.0.2\t0\ticmp\t1\tBenign\t-\n"
                     "1499069340.5\t10.0.0.1\t0\t10.0.0.2\t0\tunknown_transport\t89\t(empty)\tx\n"
                     "1499069340.5\tfe80::1\t0\tfe80::2\t0\ticmp\t-\tBackground\n#close\n");
  files.emplace_back("zeek-commas",
                     "#fields\tts\n#separator ,\n#fields,label,proto,id.resp_p,id.resp_h,id.orig_p,"
                     "id.orig_h,ts\nMalicious,tcp,80,10.0.0.2,1000,10.0.0.1,1499069340\n");
  files.emplace_back("zeek-nested",
                     R"({"id":{"orig_h":"10.0.0.1","orig_p":1000,"resp_h":"10.0.0.2","resp_p":80},)"
                     R"("ts":1499069340.25,"proto":"tcp","label":"Malicious","id.orig_p":7})");
  files.emplace_back(
      "eve-bad",
      "{\"event_type\":\"dns\",\"a\":[[{\"b\":1e999}]]}\n{\"event_type\":\"flow\",\"x\":"
      "null,\"x\":true}\n{\"event_type\":7}\n{\n[]\n");
  files.emplace_back(
      "eve-times", R"({"timestamp":"2017-07-03T10:09:00.5+02:00","event_type":"flow","src_ip":)"
                   R"("10.0.0.1","src_port":1000,"dest_ip":"10.0.0.2","dest_port":80,"proto":"6",)"
                   R"("flow":{"start":"2017-07-03T08:09:00Z","end":"2017-07-03T08:09","alerted":)"
                   "true}}\n");
  files.emplace_back("argus-ports",
                     "StartTime,Dur,Proto,SrcAddr,Sport,DstAddr,Dport,Label\n"
                     "2017/07/03 08:09:00,1.5,icmp,10.0.0.1,0x0008,10.0.0.2,,flow=To-Botnet\n"
                     "2017/07/03 08:09:00,1.5,tcp,10.0.0.1,0x03e8,10.0.0.2,80,flow=From-Botnet-1\n"
                     "2017/07/03 08:09:00,-1,arp,x,,y,,flow=Background\n"
                     "2017/07/03 08:09:00,,udp,10.0.0.1,,10.0.0.2,,flow=Other\n");
  files.emplace_back(
      "rules",
      "src_ip,src_port,dst_ip,dst_port,protocol,start,end,label\n"
      "10.0.0.0/8,*,10.0.0.2-10.0.0.9,80-90,tcp,2017-07-03 08:00,,DDoS\n"
      "10.0.0.1,1000,10.0.0.2,80,6,,2018-01-01T00:00:00Z,BENIGN\n"
      ",,2001:db8::/32,,,,,Other\n*,*,*,*,*,*,*,BENIGN\n::/129,,,,,,,x\n,1-0,,,,,,x\n");
  files.emplace_back("own-table",
                     "src_ip,src_port,dst_ip,dst_port,protocol,start_ns,end_ns,label,label_name\n"
                     "10.0.0.1,1000,10.0.0.2,80,6,1499069340000000000,1499069341000000000,1,Bot\n");
  files.emplace_back("several", "SrcAddr,DstAddr,srcip,dstip,label\n");
}

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
              number(bits, 2) + header + row(time, "a"));
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
  for (const test::LabelSyntax& syntax : test::label_syntaxes()) {
    files.emplace_back(syntax.name, syntax.header + syntax.normal + syntax.attack);
    files.emplace_back(syntax.name + "-bad", syntax.header + syntax.bad + syntax.attack);
    files.emplace_back(syntax.name + "-cut", syntax.header + syntax.attack.substr(0, 60));
    const auto named = static_cast<unsigned>(syntax.format) << 8U;
    seeds.add("labels", syntax.name + "-named",
              number(named, 2) + syntax.header + syntax.attack + syntax.normal);
  }
  add_label_oddities(files);
  int count = 0;
  for (const char* option : {"auto",
                             "cicids2017",
                             "netml",
                             "zeek",
                             "cicids",
                             "any-attack",
                             "first",
                             "last",
                             "error",
                             "+05:30",
                             "-14:00",
                             "+24:00",
                             "0.5",
                             "1000000",
                             "-1",
                             "1e400",
                             "\xff",
                             "unsw-nb15",
                             "csv",
                             "src_ip=a,label=b",
                             "start_ns=t,end=u",
                             "src_ip=",
                             "sourceip=a",
                             "start=a,start_ms=b"}) {
    seeds.add("labels", "own-option-" + std::to_string(count++), number(128, 2) + option);
  }
  seeds.add("labels", "named-columns",
            number(0x0808, 2) + "a,b,from,to,l\n10.0.0.1,10.0.0.2,1499069340,1499069350000,x\n");
  for (const unsigned options : {0U, 64U}) {  // as text and as a file
    seeds.add("labels", "own-compressed-" + std::to_string(options),
              number(options, 2) + "BZh91AY&SY");
  }
  for (const auto& [name, text] : files) {
    for (const unsigned options : {0U, 5U, 0x202U, 0x34U, 0x247U, 0x53U}) {
      seeds.add("labels", name + "-" + std::to_string(options), number(options, 2) + text);
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
  std::string many = "[";
  for (int i = 0; i < 10001; ++i) {
    many += "1,";
  }
  files.emplace_back("own-many.yaml", many + "1]");
  for (const fs::path& path : reference_files("params")) {
    files.emplace_back(path.filename().string(), test::slurp(path.string()));
  }
  for (const auto& [name, text] : files) {
    if (name.ends_with(".json")) {
      seeds.add("params_json", name, number(0, 2) + text);
    }
    seeds.add("params_yaml", name, number(0, 2) + text);
    seeds.add("params_yaml", name + "-read", number(0x8000, 2) + text);
  }
  for (std::uint16_t fail_at = 1; fail_at <= 120; ++fail_at) {
    const std::string name = "own-fail-" + std::to_string(fail_at);
    seeds.add("params_json", name, number(fail_at, 2) + files[fail_at % 2].second);
    seeds.add("params_yaml", name, number(fail_at, 2) + files[5 + fail_at % 3].second);
  }
}

}  // namespace

void add_text_seeds(Seeds& seeds) {
  add_labels(seeds);
  add_params(seeds);
}

}  // namespace netml::fuzz
