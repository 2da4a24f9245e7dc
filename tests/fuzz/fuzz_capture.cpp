// A capture file through the whole of `extract`. Input: four bytes of options, then the file.
//   byte 0    bit 0-1  preset: none (own sets), none (representations), netml, nfstream
//             bit 2    flows per direction       bit 3  tunnels stay closed; with own sets and
//             this the preset is netflowmeter
//             bit 4    few open flows            bit 5  --on-limit stop
//             bit 6    FIN and RST end flows     bit 7  the file twice, flows go on across the
//             border
//   byte 1    bit 0-1  accounting                bit 2-3  --min-packets less one
//             bit 4    --max-packets-per-flow 5  bit 5  --limit 3
//             bit 6    settings of representations are given, not fitted
//             bit 7    a memory limit of 64 KiB
//   byte 2-3  bit 0-11 number of the allocation that fails (0: none does)
//             bit 12-13  epochs of 1, 5 or 17 packets, or as many as usual (0)
//             bit 14   with a capture filter     bit 15  through a pipe
// Where no allocation fails there is a second run with three threads, where the options allow it
// with small epochs and another number of flow tables: the same text and the same account must come
// out. Without a file, byte 1 chooses a path instead: 1 absent, 2 a folder, 3 a file that cannot be
// read, 4 standard input, 5 a pipe that is quiet for 0.3 s, of which bit 0 of byte 0 makes the
// receiver throw.

#include <atomic>
#include <cmath>
#include <functional>
#include <thread>
#include <tuple>

#include "netml/commands/extraction.hpp"
#include "netml/core/log.hpp"
#include "netml/features/representation.hpp"

#include "csv_text.hpp"
#include "failing_allocator.hpp"
#include "fuzz.hpp"
#include "memory_file.hpp"

namespace netml {
namespace {

using fuzz::require;

constexpr std::int64_t kSecond = 1'000'000'000;

struct Trial {
  Recipe recipe;
  CaptureInputs inputs;
  std::uint64_t flow_limit = 0;
};

// As cli/options sets them.
void set_netml_rules(Recipe& recipe) {
  recipe.preset = Preset::kNetml;
  recipe.per_direction = true;
  recipe.policy = {};
  recipe.policy.idle_timeout_ns = 600 * kSecond;
  recipe.policy.tcp_idle_timeout_ns = recipe.policy.udp_idle_timeout_ns = 600 * kSecond;
  recipe.policy.active_timeout_ns = kNoTimeout;
  recipe.decode_tunnels = true;
}

void set_preset(unsigned number, Recipe& recipe) {
  const std::vector<std::string> representations = {"iat",   "size",     "iat_size",
                                                    "stats", "samp_num", "samp_size"};
  recipe.sets = {"flow",
                 "statistics",
                 "biflow",
                 "splt:10",
                 "context:2:1",
                 "early:4",
                 "netflowmeter-all",
                 "cicflowmeter:extended",
                 "dhcp",
                 "mdns",
                 "ja4",
                 "wavelet:3"};
  if (number == 1) {
    recipe.sets = representations;
    recipe.representation.header = true;
    recipe.representation.fft = true;
  } else if (number == 2) {
    set_netml_rules(recipe);
    recipe.sets = representations;
  } else if (number == 3) {
    recipe.preset = Preset::kNfstream;
    recipe.policy.expiry = ExpiryRule::kNfstream;
  } else if (!recipe.decode_tunnels) {
    recipe.preset = Preset::kNetflowmeter;
    recipe.policy.expiry = ExpiryRule::kOwnPacket;
  }
}

void set_rules(std::uint8_t bits, std::uint8_t more, Recipe& recipe) {
  recipe.per_direction = (bits & 4U) != 0;
  recipe.decode_tunnels = (bits & 8U) == 0;
  FlowPolicy& policy = recipe.policy;
  policy.max_flows = (bits & 16U) != 0 ? 3 : 0;
  policy.on_limit = (bits & 32U) != 0 ? OnLimit::kStop : OnLimit::kEvict;
  policy.tcp_end = (bits & 64U) != 0 ? TcpEnd::kGraceful : TcpEnd::kNone;
  policy.accounting = static_cast<Accounting>(more & 3U);
  policy.max_packets_per_flow = (more & 16U) != 0 ? 5 : 0;
  recipe.min_packets = 1 + ((more >> 2U) & 3U);
}

Trial trial_of(std::uint8_t bits, std::uint8_t more, bool has_filter, const std::string& path) {
  Trial trial;
  Recipe& recipe = trial.recipe;
  set_rules(bits, more, recipe);
  set_preset(bits & 3U, recipe);
  const bool is_netml = recipe.preset == Preset::kNetml;
  trial.inputs.plain = {path};
  trial.inputs.filter = has_filter ? "not arp and len > 20" : "";
  if ((bits & 128U) != 0) {
    trial.inputs.plain.push_back(path);
    trial.inputs.is_continuous = !is_netml;
  }
  trial.flow_limit = (more & 32U) != 0 && !is_netml ? 3 : 0;
  // Two captures under preset netml: each is fitted by itself, which need not give one width.
  if ((more & 64U) != 0 || (is_netml && trial.inputs.plain.size() > 1)) {
    recipe.representation.dim = 5;
    recipe.representation.sampling_s = 0.5;
    recipe.representation.interval_s =
        is_netml ? std::optional<double>(2) : std::optional<double>();
  }
  if ((more & 128U) != 0) {
    recipe.policy.memory_limit = std::uint64_t{64} << 10;
  }
  return trial;
}

// Holds every row against what a table may hold. With `text` it keeps them, formatted one by one.
class CheckedRows final : public RowReceiver {
 public:
  explicit CheckedRows(const Recipe& recipe, fuzz::CsvText* text = nullptr)
      : recipe_(recipe), text_(text) {}

  void begin(const Schema& columns, const Recipe&) override {
    require(columns_ == 0, "rows begin once");
    columns_ = columns.size();
    if (text_ != nullptr) {
      text_->begin(columns);
    }
  }
  void row(const FlowRow& row) override {
    ++rows;
    packets += row.flow.packets();
    require(columns_ != 0 && row.cells.size() == columns_, "a row has the schema's width");
    require(row.flow.packets() >= recipe_.min_packets, "short flows are left out");
    require(recipe_.preset == Preset::kNfstream || row.flow.duration_ns() >= 0,
            "durations are not negative");
    for (const Cell& cell : row.cells) {
      check(cell);
    }
    if (text_ != nullptr) {
      text_->row(row.cells);
    }
  }

  void idle() override {
    set_idle();
    if (throws_when_idle) {
      throw OutputError("the receiver has had enough");
    }
  }

  void set_idle() {
    was_idle = true;
    was_idle.notify_all();
  }

  std::uint64_t rows = 0;
  std::uint64_t packets = 0;
  bool throws_when_idle = false;
  std::atomic<bool> was_idle = false;

 private:
  static void check(const Cell& cell) {
    if (cell.kind == Cell::Kind::kF64) {
      require(std::isfinite(cell.f64), "numbers are finite");
    } else if (cell.kind == Cell::Kind::kRealList) {
      for (const double value : cell.reals) {
        require(std::isfinite(value), "numbers in lists are finite");
      }
    }
  }

  const Recipe& recipe_;
  fuzz::CsvText* text_;
  std::size_t columns_ = 0;
};

void check_outcomes(const ExtractResult& result, const std::string& path) {
  const std::string name = path == "-" ? "standard input: " : path + ": ";
  const int status = result.exit_status();
  require(status == 0 || status == 3 || status == 4 || status == 6, "an exit status of the table");
  for (const InputOutcome& input : result.inputs) {
    require((input.status == InputStatus::kOk) == input.message.empty(), "damage has a message");
    if (!input.message.empty()) {
      fuzz::require_message(input.message);
      require(input.message.substr(0, name.size()) == name, "a message names its file",
              input.message);
    }
  }
}

void check(const ExtractResult& result, const CheckedRows& rows, const std::string& path) {
  const RunStats& stats = result.stats;
  require(stats.packets_read == stats.packets_accounted(), "the conservation law",
          std::to_string(stats.packets_read) + " read, " +
              std::to_string(stats.packets_accounted()) + " accounted for");
  require(stats.flows_written == rows.rows, "rows are counted");
  require(stats.packets_in_flows == rows.packets, "packets in flows are those of the rows");
  check_outcomes(result, path);
}

void check_error(const Error& error, const Trial& trial) {
  // An extraction itself may refuse options that do not go together, and a filter that cannot be
  // compiled for the link type.
  fuzz::require_refusal(error, ErrorKind::kUsage, "");
  require(trial.recipe.preset == Preset::kNetml || !trial.inputs.filter.empty(),
          "these options go together", error.what());
}

void run_short_of_memory(const Trial& trial, std::uint64_t fail_at) {
  CheckedRows rows(trial.recipe);
  try {
    const ExtractResult result = [&] {
      const fuzz::AllocationTrial allocations(fail_at);
      return Extraction(trial.inputs, trial.recipe, {.flow_limit = trial.flow_limit}).run(rows);
    }();
    check(result, rows, trial.inputs.plain.front());
  } catch (const std::bad_alloc&) {
    require(fuzz::AllocationTrial::has_failed(), "memory runs out only where it is short");
  } catch (const Error& error) {
    check_error(error, trial);
  }
}

// ---------------------------------------------------------------- threads

constexpr std::size_t kThreads = 3;

/// What a run said. Messages without the path, which differs from run to run.
struct Account {
  std::string text;
  std::string refusal;
  std::vector<std::pair<InputStatus, std::string>> inputs;
  RunStats stats;
  std::string limit_reason;
  int exit_status = -1;
};

/// Runs `extract`, which fills the text, and takes down what came of it.
Account account_of(const Trial& trial,
                   const std::function<ExtractResult(fuzz::CsvText& text)>& extract) {
  Account account;
  fuzz::CsvText text(trial.recipe.preset == Preset::kNfstream ? CsvDialect::kNfstream
                                                              : CsvDialect::kRfc4180);
  try {
    const ExtractResult result = extract(text);
    for (const InputOutcome& input : result.inputs) {
      account.inputs.emplace_back(
          input.status, input.message.substr(std::min(input.path.size(), input.message.size())));
    }
    account.stats = result.stats;
    account.limit_reason = result.limit_reason;
    account.exit_status = result.exit_status();
  } catch (const Error& error) {
    check_error(error, trial);
    account.refusal = error.what();
  }
  account.text = text.text();
  return account;
}

// Row by row.
Account run(const Trial& trial) {
  return account_of(trial, [&](fuzz::CsvText& text) {
    CheckedRows rows(trial.recipe, &text);
    ExtractResult result =
        Extraction(trial.inputs, trial.recipe, {.flow_limit = trial.flow_limit}).run(rows);
    check(result, rows, trial.inputs.plain.front());
    return result;
  });
}

Account run_threads(const Trial& trial) {
  return account_of(trial, [&](fuzz::CsvText& text) {
    fuzz::CsvRows rows(text);
    return Extraction(trial.inputs, trial.recipe,
                      {.flow_limit = trial.flow_limit, .threads = kThreads})
        .run(rows);
  });
}

// With epochs of a few packets; `shards` 0 is one flow table per thread.
Account run_small_epochs(const Trial& trial, std::size_t shards, std::size_t epoch_records) {
  return account_of(trial, [&](fuzz::CsvText& text) {
    FeatureSet features(trial.recipe);
    fuzz::CsvFlows flows(trial.recipe, text);
    return Extractor(trial.recipe,
                     {.filter = trial.inputs.filter,
                      .is_continuous = trial.inputs.is_continuous,
                      .flow_limit = trial.flow_limit,
                      .threads = kThreads,
                      .shards = shards,
                      .epoch_records = epoch_records},
                     features)
        .run(trial.inputs.plain, flows);
  });
}

auto numbers_of(const RunStats& stats) {
  return std::tie(stats.packets_read, stats.bytes_read, stats.packets_in_flows,
                  stats.packets_in_flows_too_short, stats.packets_skipped,
                  stats.not_ip_by_ethertype, stats.flows_written, stats.flows_evicted,
                  stats.flows_too_short, stats.clock_steps_back, stats.clock_out_of_range);
}

void require_same(const Account& account, const Account& expected) {
  require(account.refusal == expected.refusal, "threads refuse the same", account.refusal);
  require(account.text == expected.text, "threads do not show in the rows",
          "\n" + account.text + "instead of\n" + expected.text);
  require(numbers_of(account.stats) == numbers_of(expected.stats),
          "threads do not show in the counts");
  require(account.inputs == expected.inputs, "threads do not show in the messages");
  require(
      account.limit_reason == expected.limit_reason && account.exit_status == expected.exit_status,
      "threads do not show in how the run ended");
}

// What an Extractor alone can do: nothing is fitted, and flows are not those of the netml preset.
bool is_one_pass(const Recipe& recipe) {
  return recipe.preset != Preset::kNetml && !missing_settings(recipe).any();
}

Account run_otherwise(const Trial& trial, unsigned choice) {
  if (!is_one_pass(trial.recipe) || choice == 0) {
    return run_threads(trial);
  }
  return choice == 1   ? run_small_epochs(trial, 0, 1)
         : choice == 2 ? run_small_epochs(trial, 2, 5)
                       : run_small_epochs(trial, 5, 17);
}

Recipe plain_recipe() {
  Recipe recipe;
  set_preset(0, recipe);
  return recipe;
}

void run_path(const std::string& path) {
  Trial trial;
  trial.recipe = plain_recipe();
  trial.inputs.plain = {path};
  run(trial);
}

void run_quiet_pipe(bool throws_when_idle) {
  Trial trial;
  trial.recipe = plain_recipe();
  int ends[2];
  require(pipe2(ends, O_CLOEXEC) == 0, "pipe2 works here");
  trial.inputs.plain = {"/proc/self/fd/" + std::to_string(ends[0])};
  CheckedRows rows(trial.recipe);
  rows.throws_when_idle = throws_when_idle;
  std::thread writer([&] {
    rows.was_idle.wait(false);
    close(ends[1]);
  });
  bool has_thrown = false;
  try {
    check(Extraction(trial.inputs, trial.recipe).run(rows), rows, trial.inputs.plain.front());
  } catch (const OutputError&) {
    has_thrown = true;
  }
  rows.set_idle();  // whatever ended it
  writer.join();
  close(ends[0]);
  require(has_thrown == throws_when_idle, "what the receiver throws when idle comes out");
}

// True for a choice; anything else is an empty file.
bool run_special(std::uint8_t bits, std::uint8_t choice) {
  switch (choice) {
    case 1:
      run_path("/proc/self/fd/absent");
      return true;
    case 2:
      run_path("/proc/self");
      return true;
    case 3:
      run_path("/proc/self/mem");
      return true;
    case 4: {
      const fuzz::MemoryFile empty("");
      require(dup2(empty.descriptor(), STDIN_FILENO) >= 0, "dup2 works here");
      run_path("-");
      return true;
    }
    case 5:
      run_quiet_pipe((bits & 1U) != 0);
      return true;
    default:
      return false;
  }
}

}  // namespace
}  // namespace netml

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netml;
  log::configure(log::Level::kError, log::Format::kText);
  fuzz::Input input(data, size);
  const std::uint8_t bits = input.u8(), more = input.u8();
  const std::uint16_t last = input.u16();
  if (input.is_empty() && run_special(bits, more)) {
    return 0;
  }
  const bool has_filter = (last & 0x4000U) != 0;
  const std::uint64_t fail_at = last & 0xfffU;
  const std::string_view file = input.rest();
  const auto with_path = [&](auto run_path) {
    if ((last & 0x8000U) != 0) {
      const fuzz::FilledPipe pipe(file);
      return run_path(pipe.path());
    }
    const fuzz::MemoryFile memory(file);
    return run_path(memory.path());
  };
  const auto trial = [&](const std::string& path) {
    return trial_of(bits, more, has_filter, path);
  };
  if (fail_at != 0) {
    with_path([&](const std::string& path) { run_short_of_memory(trial(path), fail_at); });
    return 0;
  }
  const unsigned choice = last >> 12U & 3U;
  const Account expected = with_path([&](const std::string& path) { return run(trial(path)); });
  require_same(
      with_path([&](const std::string& path) { return run_otherwise(trial(path), choice); }),
      expected);
  return 0;
}
