#include "packets_line.hpp"

#include <CLI/CLI.hpp>

#include "netml/commands/packets.hpp"
#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

#include "declare.hpp"
#include "option_groups.hpp"

namespace netml::cli {
namespace {

PacketId parse_id(const std::string& text) {
  const std::optional<PacketId> id = parse_packet_id(text);
  if (!id) {
    throw UsageError("--id: '" + printable(text) +
                     "' is no flow such as \"UDP 192.168.0.102:18826 192.168.0.105:26454\" (IPv6 "
                     "addresses in brackets), no MAC and no IP address");
  }
  return *id;
}

void refuse_beside(const char* option, bool is_given, const char* other) {
  if (is_given) {
    throw UsageError(std::string(option) + " does not go with " + other);
  }
}

}  // namespace

void PacketsLine::add_to(CLI::App& app) {
  CLI::App* command = app.add_subcommand("packets", "captures -> one row per packet");
  add_packet_sources(*command, captures_);
  auto& rows = *command->add_option_group("Rows");
  add_text(rows, "--columns", columns_, "LIST",
           "choose and order columns; netml columns packets lists them");
  add_text(rows, "--id", id_, "ID",
           "the series of one flow (\"UDP a:p b:q\"), MAC or IP address: time_ns, direction, size, "
           "iat_ns");
  add_text(rows, "--decode-tunnels", decode_tunnels_, "WHICH",
           "on: addresses and ports of the innermost packet; off (default): of the outermost");
  add_text(rows, "--preset", preset_, "SYSTEM", "netml: the table as the Python netml has it")
      ->check(one_of({"netml"}));
  add_text(rows, "--compat", compat_, "SYSTEM", "with --id, radion: the CSV of the models' seed")
      ->check(one_of({"radion"}));
  add_text(rows, "--memory-limit", memory_limit_, "SIZE",
           "with --preset netml, which holds all packets (2GiB)");
  auto& output = *command->add_option_group("Output");
  add_file(output, "-o,--output", output_, "where the rows go; - is standard output")
      ->capture_default_str();
  add_text(output, "--format", format_, "FORMAT", "csv or jsonl (by the suffix, else csv)");
  add_anonymize(output, anonymize_);
  output.add_flag("--raw-text", raw_text_, "leave control characters and formulas in text cells");
  command->footer(
      "Examples:\n  netml packets capture.pcap --columns time,ip_src,ip_dst,dns_query,dns_resp\n"
      "  netml packets call.pcap --id \"UDP 192.168.0.102:18826 192.168.0.105:26454\" -o call.csv");
  command->callback([this] { run_ = [this] { return run_it(); }; });
}

int PacketsLine::run_it() const {
  using Manner = PacketsCommand::Manner;
  PacketsCommand command;
  command.manner = preset_ ? Manner::kNetml : compat_ ? Manner::kRadion : Manner::kCorrect;
  if (columns_) {
    command.columns = parse_list("--columns", *columns_);
  }
  if (id_) {
    command.id = parse_id(*id_);
  }
  refuse_beside("--preset", preset_ && (id_ || compat_), "--id or --compat");
  refuse_beside("--columns", columns_ && (id_ || preset_), "--id or --preset");
  refuse_beside("--decode-tunnels", decode_tunnels_ && (preset_ || compat_),
                "--preset or --compat");
  refuse_beside("--anonymize", anonymize_.columns && (preset_ || compat_), "--preset or --compat");
  if (compat_ && !id_) {
    throw UsageError("--compat radion needs --id: whose packets?");
  }
  if (command.manner != Manner::kCorrect && !format_.empty() && format_ != "csv") {
    throw UsageError("--format: what --preset and --compat reproduce is csv");
  }
  FlowText limits;
  limits.decode_tunnels = decode_tunnels_;
  limits.memory_limit = memory_limit_;
  command.decode_tunnels =
      decode_tunnels_ && make_recipe(limits, FeatureText(), "flow").decode_tunnels;
  command.memory_limit = make_recipe(limits, FeatureText(), "flow").policy.memory_limit;
  command.inputs = make_inputs(captures_, LabelText(), Preset::kNone);
  command.output = output_;
  command.format = format_;
  command.raw_text = raw_text_;
  command.anonymization = make_anonymization(anonymize_);
  return run_packets(command, context_);
}

}  // namespace netml::cli
