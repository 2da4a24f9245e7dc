#include "netml/features/feature_set.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "netml/core/error.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"
#include "netml/features/registry.hpp"

#include "column_block.hpp"
#include "registry_table.hpp"

namespace netml {

struct FeatureSet::Part {
  std::unique_ptr<ColumnBlock> block;
  std::size_t state_offset = 0;
  std::size_t record_offset = 0;
  std::size_t first_cell = 0;
  bool is_nfstream = false;
};

namespace {

std::size_t aligned(std::size_t size) {
  return (size + 7) / 8 * 8;
}

}  // namespace

std::unique_ptr<ColumnBlock> make_block(const std::string& text, const Recipe& recipe) {
  std::vector<std::string> parts = split(text, ':');
  SetRequest request;
  request.name = parts.empty() ? "" : parts.front();
  request.arguments.assign(parts.empty() ? parts.begin() : parts.begin() + 1, parts.end());
  std::vector<std::string> known;
  for (const SetEntry& entry : set_entries()) {
    known.emplace_back(entry.name);
    if (request.name != entry.name) {
      continue;
    }
    if (request.arguments.size() > entry.most_arguments) {
      throw UsageError("feature set '" + printable(text) +
                       "' has too many arguments; it is written " + entry.syntax);
    }
    return entry.make(request, recipe);
  }
  constexpr std::string_view kElsewhere[] = {"app", "process", "lua"};
  if (std::find(std::begin(kElsewhere), std::end(kElsewhere), request.name) !=
      std::end(kElsewhere)) {
    throw UsageError("feature set '" + request.name + "': this build lacks it; it has " +
                     join(known, ", "));
  }
  throw UsageError("unknown feature set '" + printable(request.name) + "'" +
                   did_you_mean(request.name, known));
}

FeatureSet::FeatureSet(const Recipe& recipe) {
  if (recipe.sets.empty()) {
    throw UsageError("no feature set was named");
  }
  std::vector<std::unique_ptr<ColumnBlock>> blocks;
  for (const std::string& set : recipe.sets) {
    blocks.push_back(make_block(set, recipe));
  }
  const bool has_identity = std::any_of(blocks.begin(), blocks.end(),
                                        [](const auto& block) { return block->has_identity; });
  if (!has_identity) {
    blocks.insert(blocks.begin(), make_identity_block({}, recipe));
  }
  for (std::unique_ptr<ColumnBlock>& block : blocks) {
    add_part(std::move(block), recipe.preset == Preset::kNfstream);
  }
  choose_columns(recipe);
  choose_context();
}

void FeatureSet::add_part(std::unique_ptr<ColumnBlock> block, bool is_nfstream) {
  const Accumulator& accumulator = block->accumulator;
  if (accumulator.state_size != 0) {
    steps_.push_back({accumulator.init, accumulator.update, state_size_, accumulator.parameter});
  }
  if (accumulator.follow != nullptr) {
    followings_.push_back({accumulator.follow, state_size_});
  }
  for (const std::size_t offset : accumulator.blobs) {
    blob_offsets_.push_back(state_size_ + offset);
  }
  most_blob_growth_ += accumulator.most_blob_growth;
  if (accumulator.ends_flow != nullptr) {
    enders_.push_back({accumulator.ends_flow, state_size_});
  }
  needs_payload_ = needs_payload_ || accumulator.needs_payload;
  series_packets_ = std::max(series_packets_, block->series_packets);
  share_other_accounting(*block);
  Part part;
  part.state_offset = state_size_;
  part.first_cell = cells_.size();
  part.is_nfstream = is_nfstream;
  part.record_offset = record_bytes_;
  if (block->recorder.bytes != 0) {
    recordings_.push_back({block->recorder.write, record_bytes_});
    record_bytes_ += block->recorder.bytes;
  }
  state_size_ += aligned(accumulator.state_size);
  cells_.resize(cells_.size() + block->columns.size());
  part.block = std::move(block);
  parts_.push_back(std::move(part));
}

bool FeatureSet::ends_flow(const std::byte* state) const noexcept {
  return std::any_of(enders_.begin(), enders_.end(),
                     [state](const Ender& ender) { return ender.ends_flow(state + ender.offset); });
}

FeatureSet::~FeatureSet() = default;

// A flow's series has room for one accounting besides the run's. Of two sets that ask for one the
// first counts: they have the same column names.
void FeatureSet::share_other_accounting(const ColumnBlock& block) {
  const bool is_taken = std::any_of(parts_.begin(), parts_.end(), [](const Part& part) {
    return part.block->other_accounting.has_value();
  });
  if (!is_taken && block.other_accounting) {
    other_accounting_ = *block.other_accounting;
  }
}

void FeatureSet::choose_context() {
  for (const Part& part : parts_) {
    for (const ColumnInfo& column : part.block->columns) {
      if (!context_ && part.block->context_window && schema_.find(column.name)) {
        context_ = part.block->context_window;
      }
    }
  }
}

namespace {

// Says where such a column comes from, or what was meant.
[[noreturn]] void refuse_unknown(const std::string& name, const std::vector<std::string>& names) {
  const std::string text = "unknown column '" + printable(name) + "'";
  if (name == "label" || name == "label_name") {
    throw UsageError(text +
                     ": flows have no labels without --label, --pcap-normal, --pcap-abnormal");
  }
  for (const FeatureSetInfo& set : feature_sets()) {
    const std::vector<ColumnInfo> columns = columns_of(set.name);
    if (std::any_of(columns.begin(), columns.end(),
                    [&](const ColumnInfo& column) { return column.name == name; })) {
      throw UsageError(text + "; --features " + set.name + " has it");
    }
  }
  throw UsageError(text + did_you_mean(name, names));
}

}  // namespace

void FeatureSet::choose_columns(const Recipe& recipe) {
  std::map<std::string, std::size_t> place;
  std::vector<const ColumnInfo*> all;
  std::vector<std::string> names;  // each once, in order
  for (const Part& part : parts_) {
    for (const ColumnInfo& column : part.block->columns) {
      // The first set that brings a name decides its meaning.
      if (place.emplace(column.name, all.size()).second) {
        names.push_back(column.name);
      }
      all.push_back(&column);
    }
  }
  std::set<std::string_view> taken;
  for (const std::string& name : recipe.columns.empty() ? names : recipe.columns) {
    const auto found = place.find(name);
    if (found == place.end()) {
      refuse_unknown(name, names);
    }
    if (!taken.insert(name).second) {
      throw UsageError("column '" + printable(name) + "' is named twice");
    }
    chosen_.push_back(found->second);
    schema_.columns.push_back(*all[found->second]);
  }
  is_plain_ = chosen_.size() == all.size() && std::is_sorted(chosen_.begin(), chosen_.end());
  writes_csv_ = is_plain_ && std::all_of(parts_.begin(), parts_.end(),
                                         [](const Part& part) { return part.block->writes_csv(); });
}

void FeatureSet::init(const Flow& flow, std::byte* state, const PacketView& packet) const noexcept {
  for (const Step& step : steps_) {
    step.init(flow, state + step.offset, packet, step.parameter);
  }
}

void FeatureSet::update(const Flow& flow, std::byte* state,
                        const PacketView& packet) const noexcept {
  if (steps_.size() == 1) {  // most often, and then a jump will do
    const Step* step = steps_.data();
    return step->update(flow, state + step->offset, packet);
  }
  update_each(flow, state, packet);
}

void FeatureSet::update_each(const Flow& flow, std::byte* state,
                             const PacketView& packet) const noexcept {
  for (const Step& step : steps_) {
    step.update(flow, state + step.offset, packet);
  }
}

void FeatureSet::follow(const std::byte* ended, std::byte* state) const noexcept {
  for (const Following& following : followings_) {
    following.follow(ended + following.offset, state + following.offset);
  }
}

void FeatureSet::write_record(const PacketView& packet, std::byte* record) const noexcept {
  for (const Recording& recording : recordings_) {
    recording.write(packet, record + recording.offset);
  }
}

void FeatureSet::read(const FlowView& flow, std::span<Cell> row) {
  if (is_plain_) {
    read_parts(flow, row);
    return;
  }
  read_parts(flow, cells_);
  for (std::size_t i = 0; i < chosen_.size(); ++i) {
    row[i] = cells_[chosen_[i]];
  }
}

void FeatureSet::append_csv(const FlowView& flow, CharBuffer& out) {
  CsvCells cells(out.room(CsvCells::room(schema_.size())), long_integers_);
  for (Part& part : parts_) {
    part.block->write_csv(
        {flow, flow.state + part.state_offset, part.is_nfstream, part.record_offset, record_bytes_},
        cells);
  }
  cells.end()[-1] = '\n';
  out.end_at(cells.end());
}

void FeatureSet::read_parts(const FlowView& flow, std::span<Cell> cells) {
  for (Part& part : parts_) {
    const ReadContext context{flow, flow.state + part.state_offset, part.is_nfstream,
                              part.record_offset, record_bytes_};
    part.block->read(context, cells.subspan(part.first_cell, part.block->columns.size()));
  }
}

}  // namespace netml
