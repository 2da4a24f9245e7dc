#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "netml/core/char_buffer.hpp"
#include "netml/features/context_values.hpp"
#include "netml/features/recipe.hpp"
#include "netml/flow/flow.hpp"
#include "netml/flow/flow_hooks.hpp"
#include "netml/table/csv_cells.hpp"
#include "netml/table/schema.hpp"

namespace netml {

class ColumnBlock;

/// A flow that has ended, as the columns read it. A view: valid until the flow is released.
struct FlowView {
  const Flow& flow;
  const std::byte* state;                   ///< the block that FeatureSet kept beside the flow
  std::span<const SeriesPacket> series;     ///< its first packets, when the set asked for them
  std::uint64_t id = 0;                     ///< number of the row in its output, from 0
  const ContextValues* context = nullptr;   ///< around it, when the set asked for that
  std::span<const std::byte> records = {};  ///< of its packets, FeatureSet::record_bytes() each
  const BlobStore* blobs = nullptr;         ///< what the state keeps beside itself
};

/// Columns in output order and the per-flow state they need. Built once from a recipe; the flow
/// table calls it for every packet, the writer for every flow that ended.
class FeatureSet final : public FlowHooks {
 public:
  /// Throws UsageError: unknown set or column (with a suggestion), bad argument.
  explicit FeatureSet(const Recipe& recipe);
  ~FeatureSet() override;

  /// What one row holds.
  const Schema& schema() const noexcept { return schema_; }

  /// Fills `row` (schema().size() cells). Text and lists in it live until the next call.
  void read(const FlowView& flow, std::span<Cell> row);

  /// The flows around it that a flow's row tells of; nothing: none, and FlowView::context is not
  /// looked at.
  const std::optional<ContextWindow>& context() const noexcept { return context_; }

  /// True when append_csv() can be used.
  bool writes_csv() const noexcept { return writes_csv_; }
  /// Appends the row as a line of RFC 4180 CSV, as CsvWriter would write its cells.
  void append_csv(const FlowView& flow, CharBuffer& out);

  std::size_t state_size() const noexcept override { return state_size_; }
  void init(const Flow& flow, std::byte* state, const PacketView& packet) const noexcept override;
  void update(const Flow& flow, std::byte* state, const PacketView& packet) const noexcept override;
  void follow(const std::byte* ended, std::byte* state) const noexcept override;
  std::uint64_t series_packets() const noexcept override { return series_packets_; }
  Accounting other_accounting() const noexcept override { return other_accounting_; }
  std::size_t record_bytes() const noexcept override { return record_bytes_; }
  void write_record(const PacketView& packet, std::byte* record) const noexcept override;
  bool needs_payload() const noexcept override { return needs_payload_; }
  std::span<const std::size_t> blob_offsets() const noexcept override { return blob_offsets_; }
  std::size_t most_blob_growth() const noexcept override { return most_blob_growth_; }
  bool can_end_flows() const noexcept override { return !enders_.empty(); }
  bool ends_flow(const std::byte* state) const noexcept override;

 private:
  struct Part;
  /// What one part does per packet, at its offset in the state; parts without state have none.
  struct Step {
    void (*init)(const Flow&, std::byte* state, const PacketView&, std::int64_t parameter);
    void (*update)(const Flow&, std::byte* state, const PacketView&);
    std::size_t offset;
    std::int64_t parameter;
  };
  /// What one part takes over from the flow before.
  struct Following {
    void (*follow)(const std::byte* ended, std::byte* state);
    std::size_t offset;
  };
  /// What one part keeps of each packet, at its offset in the record.
  struct Recording {
    void (*write)(const PacketView&, std::byte* record);
    std::size_t offset;
  };
  /// Asks one part whether its packet ends the flow.
  struct Ender {
    bool (*ends_flow)(const std::byte* state);
    std::size_t offset;
  };
  void share_other_accounting(const ColumnBlock& block);
  void add_part(std::unique_ptr<ColumnBlock> block, bool is_nfstream);
  void choose_columns(const Recipe& recipe);
  void choose_context();
  [[gnu::noinline]] void update_each(const Flow& flow, std::byte* state,
                                     const PacketView& packet) const noexcept;
  void read_parts(const FlowView& flow, std::span<Cell> cells);

  std::vector<Part> parts_;
  std::vector<Step> steps_;
  std::vector<Following> followings_;
  std::vector<Recording> recordings_;
  Schema schema_;
  std::vector<std::size_t> chosen_;  ///< column of all parts' cells, per output column
  bool is_plain_ = false;            ///< all cells in their own order
  bool writes_csv_ = false;
  std::optional<ContextWindow> context_;
  LongIntegers long_integers_;
  std::vector<Cell> cells_;
  std::size_t state_size_ = 0;
  std::size_t record_bytes_ = 0;
  std::uint64_t series_packets_ = 0;
  Accounting other_accounting_ = Accounting::kLink;
  bool needs_payload_ = false;
  std::vector<std::size_t> blob_offsets_;
  std::size_t most_blob_growth_ = 0;
  std::vector<Ender> enders_;
};

}  // namespace netml
