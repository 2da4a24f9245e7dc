#include "packet_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "netml/core/byte_reader.hpp"
#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/text_format.hpp"
#include "netml/pipeline/packet_series.hpp"
#include "netml/pipeline/packet_table.hpp"

#include "known_ids.hpp"
#include "packet_output.hpp"

namespace netml {

bool PacketRows::packet(const RawPacket& packet) {
  try {
    switch (write(packet)) {
      case Outcome::kRow:
        ++rows_;
        return true;
      case Outcome::kSkipped:
        return true;
      case Outcome::kFull:
        is_full_ = true;
        break;
    }
  } catch (const BrokenPipe&) {
    is_closed_ = true;
  }
  ++unwritten_;
  return false;
}

bool PacketRows::idle() {
  try {
    flush();
  } catch (const BrokenPipe&) {
    is_closed_ = true;
  }
  return !is_closed_;
}

void PacketRows::add_to(RunStats& stats) const {
  stats.packets_in_flows = rows_;
  stats.skip(is_full_ ? skip_reason::kLimit : skip_reason::kOutputClosed, unwritten_);
}

namespace {

class PacketTableRows final : public PacketRows {
 public:
  explicit PacketTableRows(const PacketsCommand& command)
      : facts_(command.decode_tunnels), row_(command.columns), output_(command, row_.schema()) {}

  void begin_input() override {
    facts_.start_input();
    row_.start_input();
  }
  void commit() override { output_.commit(); }

 protected:
  Outcome write(const RawPacket& packet) override {
    output_.sink().row(row_.read(facts_.read(packet)));
    return Outcome::kRow;
  }
  void flush() override { output_.flush(); }

 private:
  PacketFactsReader facts_;
  PacketRow row_;
  PacketOutput output_;
};

// What the series of any manner has: whose packets they are, and what became of the others.
class SeriesRows : public PacketRows {
 public:
  explicit SeriesRows(const PacketsCommand& command)
      : first_path_(command.inputs.plain.front()),
        facts_(command.decode_tunnels),
        series_(*command.id),
        known_(command.id->kind) {}

  void begin_input() override {
    facts_.start_input();
    series_.start_input();
  }
  void add_to(RunStats& stats) const override {
    PacketRows::add_to(stats);
    stats.clock_steps_back = series_.clock_steps_back();
    for (const auto& [reason, packets] : skipped_) {
      stats.skip(reason, packets);
    }
  }

 protected:
  Outcome write(const RawPacket& packet) final {
    const PacketFacts facts = facts_.read(packet);
    const std::optional<SeriesEntry> entry = is_wanted(facts) ? series_.add(facts) : std::nullopt;
    if (!entry) {
      skip(facts);
      return Outcome::kSkipped;
    }
    write(packet, facts, *entry);
    has_entry_ = true;
    return Outcome::kRow;
  }

  virtual bool is_wanted(const PacketFacts&) const { return true; }
  virtual void write(const RawPacket& packet, const PacketFacts& facts,
                     const SeriesEntry& entry) = 0;

  /// Throws DataError when packets were read, none of them of the id.
  void require_entry() const {
    if (!has_entry_ && !skipped_.empty()) {
      throw DataError(input_name(first_path_) + ": no packet of '" + to_text(series_.id()) + "'" +
                      known_.suggestion(to_text(series_.id())));
    }
  }
  bool has_entry() const noexcept { return has_entry_; }

 private:
  void skip(const PacketFacts& facts) {
    if (facts.status != DecodeStatus::kOk) {
      ++skipped_[to_text(facts.status)];
    } else {
      ++skipped_["other_id"];
    }
    if (!has_entry_) {
      known_.add(facts);
    }
  }

  std::string first_path_;
  PacketFactsReader facts_;
  PacketSeries series_;
  KnownIds known_;
  bool has_entry_ = false;
  std::map<std::string_view, std::uint64_t> skipped_;
};

class PlainSeriesRows final : public SeriesRows {
 public:
  explicit PlainSeriesRows(const PacketsCommand& command)
      : SeriesRows(command), output_(command, {series_columns()}) {}

  void commit() override {
    require_entry();
    output_.commit();
  }

 protected:
  void write(const RawPacket&, const PacketFacts&, const SeriesEntry& entry) override {
    const Cell cells[] = {Cell::of(entry.time_ns), Cell::plain(to_text(entry.direction)),
                          Cell::of(std::uint64_t{entry.size}), Cell::of(entry.iat_ns)};
    output_.sink().row(cells);
  }
  void flush() override {
    if (has_entry()) {
      output_.flush();
    }
  }

 private:
  PacketOutput output_;
};

// The CSV of the traffic models' seed: IPv4 only, times as doubles, inter-arrival times in whole
// milliseconds.
class RadionRows final : public SeriesRows {
 public:
  explicit RadionRows(const PacketsCommand& command)
      : SeriesRows(command), output_(command.output) {}

  void begin_input() override {
    SeriesRows::begin_input();
    previous_s_ = {};
  }
  void commit() override {
    require_entry();
    begin();
    output_.commit();
  }

 protected:
  bool is_wanted(const PacketFacts& facts) const override { return facts.ip_version == 4; }
  void write(const RawPacket& packet, const PacketFacts& facts, const SeriesEntry& entry) override {
    begin();
    const double time_s = radion_seconds(packet);
    std::optional<double>& previous = previous_s_[static_cast<std::size_t>(entry.direction)];
    const double iat_ms = previous ? std::nearbyint((time_s - *previous) * 1000.0) : 0;
    previous = time_s;
    line_.clear();
    append_number(line_, index_++);
    line_ += entry.direction == PacketDirection::kFrom ? ",True," : ",False,";
    append_number(line_, std::uint64_t{captured_ip_length(packet, facts)});
    line_ += ',';
    append_python_repr(line_, time_s);
    line_ += ',';
    append_python_repr(line_, iat_ms);
    line_ += '\n';
    output_.write(line_);
  }
  void flush() override { output_.flush(); }

 private:
  void begin() {
    if (!has_begun_) {
      output_.write(",От источника,\"PS, байт\",TS,\"IAT, мс\"\n");
      has_begun_ = true;
    }
  }

  // A whole and a fraction, each converted by itself; the fraction in the file's own unit.
  static double radion_seconds(const RawPacket& packet) {
    const std::int64_t ns = packet.subsecond_ns;
    const std::int64_t us = ns / 1000;
    const double fraction =
        ns == us * 1000 ? static_cast<double>(us) / 1e6 : static_cast<double>(ns) / 1e9;
    return static_cast<double>(packet.seconds) + fraction;
  }

  // The seed takes every frame for Ethernet and counts what was captured of the IP packet.
  static std::uint32_t captured_ip_length(const RawPacket& packet, const PacketFacts& facts) {
    constexpr int kEthernet = 1;
    if (packet.link_type != kEthernet) {
      return facts.outer_ip_length;
    }
    ByteReader reader(packet.bytes);
    reader.skip(12);
    for (std::uint16_t type = reader.u16be(); type == 0x8100 || type == 0x88a8 || type == 0x9100;) {
      reader.skip(2);
      type = reader.u16be();
    }
    return static_cast<std::uint32_t>(
        std::min<std::size_t>(facts.outer_ip_length, reader.remaining()));
  }

  OutputFile output_;
  bool has_begun_ = false;
  std::uint64_t index_ = 0;
  std::array<std::optional<double>, 2> previous_s_;
  std::string line_;
};

}  // namespace

std::unique_ptr<PacketRows> make_packet_table(const PacketsCommand& command) {
  return std::make_unique<PacketTableRows>(command);
}

std::unique_ptr<PacketRows> make_packet_series(const PacketsCommand& command) {
  if (command.manner == PacketsCommand::Manner::kRadion) {
    return std::make_unique<RadionRows>(command);
  }
  return std::make_unique<PlainSeriesRows>(command);
}

}  // namespace netml
