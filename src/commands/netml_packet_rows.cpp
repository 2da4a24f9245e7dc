// `netml packets --preset netml`.

#include "netml/core/output_file.hpp"
#include "netml/pipeline/netml_packet_table.hpp"

#include "packet_rows.hpp"

namespace netml {
namespace {

// Each capture is a table by itself, with its own row numbers, as the original reads one at a time;
// several stand behind one another under one header.
class NetmlPacketRows final : public PacketRows {
 public:
  explicit NetmlPacketRows(const PacketsCommand& command)
      : output_(command.output), memory_limit_(command.memory_limit) {}

  void begin_input() override {
    cost_before_ += tables_.empty() ? 0 : tables_.back().cost();
    tables_.emplace_back();
  }
  void commit() override {
    output_.write(NetmlPacketTable().header());
    std::string line;
    for (const NetmlPacketTable& table : tables_) {
      for (std::size_t row = 0; row < table.size(); ++row) {
        line.clear();
        table.append_line(row, line);
        output_.write(line);
      }
    }
    output_.commit();
  }

 protected:
  Outcome write(const RawPacket& packet) override {
    if (memory_limit_ != 0 && cost_before_ + tables_.back().cost() >= memory_limit_) {
      return Outcome::kFull;
    }
    tables_.back().add(packet);
    return Outcome::kRow;
  }
  void flush() override {}

 private:
  OutputFile output_;
  std::uint64_t memory_limit_;
  std::uint64_t cost_before_ = 0;
  std::vector<NetmlPacketTable> tables_;
};

}  // namespace

std::unique_ptr<PacketRows> make_netml_packet_table(const PacketsCommand& command) {
  return std::make_unique<NetmlPacketRows>(command);
}

}  // namespace netml
