// A label file. Input: two bytes of options, then the file.
//   bit 0-1  conflict rule    bit 2  bad rows are skipped    bit 3     the rule is the format's own
//   bit 4    UTC is given     bit 5  slack of half a second  bit 6     the file is read, not parsed
//   bit 7    no file: the text of the options of the command line
//   bit 8-10 format           bit 11 columns of a CSV are named

#include <optional>

#include "netml/dataset/labels.hpp"

#include "fuzz.hpp"
#include "memory_file.hpp"

namespace netml {
namespace {

using fuzz::require;

constexpr std::int64_t kSecond = 1'000'000'000;
// 2017-07-03 08:09:00 UTC, the time that the seeds speak of.
constexpr std::int64_t kMorning = 1499069340 * kSecond;

LabelOptions options_of(unsigned bits) {
  LabelOptions options;
  if ((bits & 8U) == 0) {
    options.conflict = static_cast<LabelConflict>(bits & 3);
  }
  options.skip_bad_rows = (bits & 4U) != 0;
  options.format = static_cast<LabelFormat>(bits >> 8 & 7U);
  if ((bits & 2048U) != 0) {
    options.columns = parse_label_columns("src_ip=a,dst_ip=b,start=from,end_ms=to,label=l");
  }
  if ((bits & 16U) != 0) {
    options.timezone_ns = 0;
  }
  if ((bits & 32U) != 0) {
    options.slack_ns = kSecond / 2;
  }
  return options;
}

FlowIdentity flow(const char* source, const char* destination, std::uint16_t source_port,
                  std::uint16_t destination_port, std::uint8_t protocol, std::int64_t first_ns) {
  return {*parse_ip_address(source),
          *parse_ip_address(destination),
          source_port,
          destination_port,
          protocol,
          first_ns,
          first_ns + 5 * kSecond};
}

// In both directions, in and out of the rows' time, and at the ends of what nanoseconds hold.
std::vector<FlowIdentity> flows() {
  return {flow("10.0.0.1", "10.0.0.2", 1000, 80, 6, kMorning),
          flow("10.0.0.2", "10.0.0.1", 80, 1000, 6, kMorning),
          flow("10.0.0.1", "10.0.0.2", 1000, 80, 6, kMorning + 5 * 3600 * kSecond),
          flow("10.0.0.1", "10.0.0.2", 0, 0, 17, 0),
          flow("2001:db8::1", "2001:db8::2", 1000, 80, 6, kMorning),
          flow("192.168.100.103", "65.127.233.163", 51524, 23, 6, 1525879831 * kSecond),
          flow("10.0.0.2", "10.0.0.1", 0, 0, 1, kMorning),
          flow("10.0.0.1", "10.0.0.2", 1000, 80, 6, INT64_MIN),
          flow("10.0.0.1", "10.0.0.2", 1000, 80, 6, INT64_MAX - 5 * kSecond)};
}

void check_report(const LabelReport& report, const LabelOptions& options) {
  require(report.rows_matched <= report.rows, "no more rows matched than there are");
  require(options.skip_bad_rows || report.rows_skipped == 0, "rows are skipped only when asked");
  require(report.contradictions.size() <= LabelReport::kMostContradictions,
          "contradictions are bounded");
  require(!report.first_ns || *report.first_ns <= *report.last_ns, "time spans are in order");
  for (const std::string& warning : report.warnings) {
    fuzz::require_message(warning);
  }
}

void use(LabelFile& labels, const LabelOptions& options) {
  std::uint64_t found = 0, asked = 0;
  for (const std::int64_t first_packet : {kMorning, kMorning + 3 * 3600 * kSecond, INT64_MIN}) {
    labels.begin_capture(first_packet);
    for (const FlowIdentity& identity : flows()) {
      std::optional<LabelMatch> match;
      ++asked;
      try {
        match = labels.find(identity);
      } catch (const DataError& error) {
        require(options.conflict == LabelConflict::kError, "contradictions end only under error");
        fuzz::require_refusal(error, ErrorKind::kData, "");
        return;
      }
      if (match) {
        ++found;
        require(match->value == 0 || match->value == 1, "a label is 0 or 1");
        require(!match->name.empty(), "a label has a name");
        require(fuzz::is_utf8(match->name), "a label's name is UTF-8");
      }
    }
  }
  const LabelReport& report = labels.report();
  require(report.flows_matched == found, "matches are counted");
  require(report.flows_matched + report.flows_unmatched == asked, "every flow is counted");
  require(report.flows_contradictory <= report.flows_matched, "contradictory flows are matched");
  check_report(report, options);
  fuzz::require_message(labels.nothing_matched(kMorning, kMorning + kSecond));
  fuzz::require_message(labels.nothing_matched(INT64_MIN, INT64_MAX));
}

void parse_options(std::string_view text) {
  const auto attempt = [&](auto parse) {
    try {
      parse(text);
    } catch (const UsageError& error) {
      fuzz::require_refusal(error, ErrorKind::kUsage, "");
    }
  };
  attempt(parse_label_format);
  attempt(parse_label_conflict);
  attempt(parse_label_timezone);
  attempt(parse_label_slack);
  attempt(parse_label_columns);
}

}  // namespace
}  // namespace netml

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netml;
  fuzz::Input input(data, size);
  const unsigned bits = input.u16();
  const std::string_view text = input.rest();
  if ((bits & 128U) != 0) {
    parse_options(text);
    return 0;
  }
  const LabelOptions options = options_of(bits);
  const bool is_read = (bits & 64U) != 0;
  const fuzz::MemoryFile file(is_read ? text : std::string_view());
  const std::string what = is_read ? file.path() : "labels.csv";
  try {
    LabelFile labels =
        is_read ? LabelFile::read(what, options) : LabelFile::parse(text, what, options);
    use(labels, options);
  } catch (const InputError& error) {  // compressed
    fuzz::require_refusal(error, ErrorKind::kInput, what + ": ");
  } catch (const DataError& error) {
    fuzz::require_refusal(error, ErrorKind::kData, what + ": ");
  }
  return 0;
}
