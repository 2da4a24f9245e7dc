#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "netml/core/uint128.hpp"
#include "netml/features/feature_set.hpp"
#include "netml/table/csv_cells.hpp"

namespace netml {

/// Per-flow state that columns share. `init` sees the first packet, `update` each later one.
struct Accumulator {
  std::size_t state_size = 0;
  void (*init)(const Flow&, std::byte* state, const PacketView&, std::int64_t parameter) = nullptr;
  void (*update)(const Flow&, std::byte* state, const PacketView&) = nullptr;
  std::int64_t parameter = 0;  ///< of the run; handed to `init`
  /// After `init`, of a flow that goes on where a timeout ended another of its key; may be null.
  void (*follow)(const std::byte* ended, std::byte* state) = nullptr;
  bool needs_payload = false;           ///< the functions look at PacketView::payload
  std::vector<std::size_t> blobs = {};  ///< offsets of BlobHandles in the state
  std::size_t most_blob_growth = 0;     ///< of all of them together, by one packet
  bool (*ends_flow)(const std::byte* state) = nullptr;  ///< as FlowHooks has it; may be null
};

/// The accumulator of a plain struct with members init(flow, packet) and update(flow, packet), or,
/// where the struct has a parameter of the run, init(flow, packet, parameter); and follow(ended)
/// where it takes something over.
template <typename State>
Accumulator accumulator_of(std::int64_t parameter = 0) {
  static_assert(std::is_trivially_destructible_v<State> && alignof(State) <= 8);
  void (*follow)(const std::byte*, std::byte*) = nullptr;
  if constexpr (requires(State & state) { state.follow(state); }) {
    follow = [](const std::byte* ended, std::byte* state) {
      reinterpret_cast<State*>(state)->follow(*reinterpret_cast<const State*>(ended));
    };
  }
  return {sizeof(State),
          [](const Flow& flow, std::byte* state, const PacketView& packet, std::int64_t value) {
            State& fresh = *new (state) State;
            if constexpr (requires { fresh.init(flow, packet, value); }) {
              fresh.init(flow, packet, value);
            } else {
              fresh.init(flow, packet);
            }
          },
          [](const Flow& flow, std::byte* state, const PacketView& packet) {
            reinterpret_cast<State*>(state)->update(flow, packet);
          },
          parameter, follow};
}

/// What a block keeps of each packet: `write` fills `bytes` of them, a multiple of 4.
struct PacketRecorder {
  std::size_t bytes = 0;
  void (*write)(const PacketView&, std::byte* record) = nullptr;
};

/// The recorder of a plain struct, aligned to 4, that is made from a packet.
template <typename Record>
constexpr PacketRecorder recorder_of() {
  static_assert(std::is_trivially_copyable_v<Record> && alignof(Record) == 4);
  return {sizeof(Record),
          [](const PacketView& packet, std::byte* record) { new (record) Record(packet); }};
}

/// What a column reads.
struct ReadContext {
  const FlowView& view;
  const std::byte* state;         ///< of the block's accumulator
  bool is_nfstream;               ///< times of flows are whole milliseconds, as the preset has them
  std::size_t record_offset = 0;  ///< of the block's part in the record of a packet
  std::size_t record_stride = 0;  ///< bytes per packet

  /// How many packets of the flow have a record, and the block's part of one.
  std::size_t record_count() const noexcept {
    return record_stride == 0 ? 0 : view.records.size() / record_stride;
  }
  template <typename Record>
  const Record& record(std::size_t i) const noexcept {
    return *reinterpret_cast<const Record*>(view.records.data() + i * record_stride +
                                            record_offset);
  }

  const Flow& flow() const noexcept { return view.flow; }
  /// A difference of the flow's times in nanoseconds.
  std::int64_t ns(std::int64_t difference) const noexcept {
    return is_nfstream ? nanoseconds_from_ms(difference) : difference;
  }
  template <typename State>
  const State& state_as() const noexcept {
    return *reinterpret_cast<const State*>(state);
  }
};

/// The columns of one set.
class ColumnBlock {
 public:
  virtual ~ColumnBlock() = default;

  std::vector<ColumnInfo> columns;
  Accumulator accumulator;           ///< without functions when the block keeps no state
  PacketRecorder recorder;           ///< without function when it keeps nothing of each packet
  std::uint64_t series_packets = 0;  ///< how many first packets `read` wants in the series
  std::optional<Accounting>
      other_accounting;  ///< of SeriesPacket::other_size, when `read` looks at it
  std::optional<ContextWindow> context_window;  ///< of FlowView::context, when `read` looks at it
  bool has_identity = false;                    ///< brings addresses, ports and times of its own

  /// Fills one cell per column. Borrowed text and lists must live until the next call.
  virtual void read(const ReadContext& context, std::span<Cell> cells) = 0;

  /// The short cut for the most frequent use: the same columns straight as CSV. A block that has it
  /// writes its columns once, for any kind of `out` (CellWriter, CsvCells).
  virtual bool writes_csv() const noexcept { return false; }
  virtual void write_csv(const ReadContext& context, CsvCells& out) {
    static_cast<void>(context);
    static_cast<void>(out);
  }
};

/// Fills cells one after the other, in their place.
class CellWriter {
 public:
  /// The caller puts at most cells.size() values.
  explicit CellWriter(std::span<Cell> cells) noexcept : next_(cells.data()) {}

  template <std::unsigned_integral Value>
  void put(Value value) noexcept {
    new (next_++) Cell(Cell::of(std::uint64_t{value}));
  }
  void put(std::int64_t value) noexcept { new (next_++) Cell(Cell::of(value)); }
  /// Not finite: missing.
  void put(double value) noexcept { new (next_++) Cell(Cell::of(value)); }
  void put_millionths(std::int64_t value) noexcept { new (next_++) Cell(Cell::millionths(value)); }
  void put_plain(std::string_view text) noexcept { new (next_++) Cell(Cell::plain(text)); }
  /// As CsvCells has it.
  void put_padded(std::string_view text) noexcept { put_plain(text); }
  /// Cells that were made before: ZeroCells.
  void put_zeros(std::span<const Cell> cells) noexcept {
    std::memcpy(static_cast<void*>(next_), cells.data(), cells.size_bytes());
    next_ += cells.size();
  }

 private:
  Cell* next_;
};

static_assert(std::is_trivially_copyable_v<Cell>);

/// Zeros of the given kinds, over and over, ready to be put.
template <std::size_t kCount>
class ZeroCells {
 public:
  explicit ZeroCells(std::initializer_list<Cell::Kind> kinds) noexcept {
    for (std::size_t i = 0; i < kCount; ++i) {
      cells_[i] = Cell(kinds.begin()[i % kinds.size()]);
    }
  }
  std::span<const Cell> first(std::size_t count) const noexcept {
    return std::span(cells_).first(count);
  }

 private:
  std::array<Cell, kCount> cells_;
};

/// A set as the user wrote it: `splt:20` is {"splt", {"20"}}.
struct SetRequest {
  std::string name;
  std::vector<std::string> arguments;
};

using BlockFactory = std::unique_ptr<ColumnBlock> (*)(const SetRequest&, const Recipe&);

std::unique_ptr<ColumnBlock> make_identity_block(const SetRequest&, const Recipe&);
std::unique_ptr<ColumnBlock> make_flow_block(const SetRequest&, const Recipe&);
std::unique_ptr<ColumnBlock> make_statistics_block(const SetRequest&, const Recipe&);
std::unique_ptr<ColumnBlock> make_splt_block(const SetRequest&, const Recipe&);
std::unique_ptr<ColumnBlock> make_splt_plugin_block(const SetRequest&, const Recipe&);
std::unique_ptr<ColumnBlock> make_biflow_block(const SetRequest&, const Recipe&);
std::unique_ptr<ColumnBlock> make_context_block(const SetRequest&, const Recipe&);
std::unique_ptr<ColumnBlock> make_early_block(const SetRequest&, const Recipe&);
std::unique_ptr<ColumnBlock> make_representation_block(const SetRequest&, const Recipe&);
std::unique_ptr<ColumnBlock> make_netflowmeter_block(const SetRequest&, const Recipe&);
std::unique_ptr<ColumnBlock> make_netflowmeter_all_block(const SetRequest&, const Recipe&);
std::unique_ptr<ColumnBlock> make_cicflowmeter_block(const SetRequest&, const Recipe&);
std::unique_ptr<ColumnBlock> make_dhcp_block(const SetRequest&, const Recipe&);
std::unique_ptr<ColumnBlock> make_mdns_block(const SetRequest&, const Recipe&);
std::unique_ptr<ColumnBlock> make_ja4_block(const SetRequest&, const Recipe&);
std::unique_ptr<ColumnBlock> make_wavelet_block(const SetRequest&, const Recipe&);

/// Puts a difference of flow times in milliseconds: nanoseconds with their fraction, or, under the
/// nfstream preset, what is whole milliseconds already.
template <typename Out>
void put_milliseconds(std::int64_t difference, bool is_nfstream, Out& out) noexcept {
  if (is_nfstream) {
    out.put(difference);
  } else {
    out.put_millionths(difference);
  }
}

/// n * squares - sum * sum from exact sums, rounded once: n² times the population variance. Where a
/// product does not fit 128 bits, from long doubles. Never below 0.
double spread(std::uint64_t n, Uint128 sum, Uint128 sum_of_squares) noexcept;
/// Sample standard deviation (n - 1) from exact sums; 0 for n < 2.
double sample_deviation(std::uint64_t n, Uint128 sum, Uint128 sum_of_squares) noexcept;
/// Population standard deviation (n) from exact sums; 0 for n < 1.
double population_deviation(std::uint64_t n, Uint128 sum, Uint128 sum_of_squares) noexcept;

}  // namespace netml
