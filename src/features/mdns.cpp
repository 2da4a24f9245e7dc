// The set `mdns`: NFStream's MDNS plugin (its SPEC, section 13). Names that PTR answers of
// multicast DNS point to.
//
// NFStream skips IPv6, and every message with a record of a type that its DNS reader does not know
// (NSEC, say); without the preset both are read, a malformed message up to where it is sound.

#include <algorithm>
#include <limits>

#include "netml/core/text_format.hpp"
#include "netml/decode/dns_message.hpp"

#include "column_block.hpp"
#include "python_text.hpp"

namespace netml {
namespace {

constexpr std::uint16_t kMdnsPort = 5353;

bool has_name(const DnsMessage& message, std::size_t offset) {
  DnsName name;
  return message.name_at(offset, name);
}

// dpkt, which NFStream reads with, refuses a message for the content of any record.
bool is_read_by_dpkt(const DnsMessage& message, const DnsEntry& record) {
  const std::size_t size = message.bytes().size();
  const std::size_t captured =
      record.data_begin < size ? std::min(record.data_length, size - record.data_begin) : 0;
  switch (record.type) {
    case dns_entry_type::kA:
    case dns_entry_type::kAaaa:
    case dns_entry_type::kNull:
    case dns_entry_type::kHinfo:
    case dns_entry_type::kTxt:
    case dns_entry_type::kOpt:
      return true;
    case dns_entry_type::kNs:
    case dns_entry_type::kCname:
    case dns_entry_type::kPtr:
      return has_name(message, record.data_begin);
    case dns_entry_type::kMx:
      return captured >= 2 && has_name(message, record.data_begin + 2);
    case dns_entry_type::kSrv:
      return captured >= 6 && has_name(message, record.data_begin + 6);
    case dns_entry_type::kSoa: {
      constexpr std::size_t kNumbers = 20;
      DnsName name;
      std::size_t end = 0;
      return message.name_at(record.data_begin, name, end) && message.name_at(end, name, end) &&
             end + kNumbers <= size;
    }
    default:
      return false;
  }
}

bool is_read_by_dpkt(std::span<const std::uint8_t> bytes) {
  DnsMessage message(bytes);
  for (DnsEntry record; message.next(record);) {
    if (record.section != DnsEntry::Section::kQuestion && !is_read_by_dpkt(message, record)) {
      return false;
    }
  }
  return message.ok();
}

/// Distinct names in order, in a blob: each as its length and its bytes. A second blob has where
/// each begins, in the order of the names: whether one is held takes a few comparisons, whatever a
/// sender has made the flow keep.
struct MdnsState {
  static constexpr std::uint32_t kMostNames = 1024;
  using Place = std::uint16_t;
  static_assert(BlobStore::kLargest <= std::size_t{1} << std::numeric_limits<Place>::digits);

  BlobHandle names;
  BlobHandle places;
  std::uint32_t count = 0;
  std::uint32_t used = 0;

  void add(std::string_view name, BlobStore& blobs) noexcept {
    char text[DnsName::kLongest];
    std::replace_copy(name.begin(), name.end(), text, ',', ' ');
    const std::string_view wanted(text, name.size());
    if (count == kMostNames) {
      return;
    }
    const std::span<const Place> sorted = sorted_places(blobs);
    const std::byte* held = blobs.at(names);
    const auto place = std::lower_bound(
        sorted.begin(), sorted.end(), wanted,
        [held](Place at, std::string_view value) { return name_at(held, at) < value; });
    if (place == sorted.end() || name_at(held, *place) != wanted) {
      insert(wanted, static_cast<std::size_t>(place - sorted.begin()), blobs);
    }
  }

  /// Calls `visit` with each name, in order.
  template <typename Visit>
  void for_each(const BlobStore& blobs, Visit visit) const {
    const std::byte* bytes = blobs.at(names);
    for (std::size_t at = 0; at < used;) {
      const std::string_view name = name_at(bytes, at);
      visit(name);
      at += 1 + name.size();
    }
  }

 private:
  static std::string_view name_at(const std::byte* bytes, std::size_t at) noexcept {
    return {reinterpret_cast<const char*>(bytes + at + 1), static_cast<std::size_t>(bytes[at])};
  }

  std::span<const Place> sorted_places(const BlobStore& blobs) const noexcept {
    return {reinterpret_cast<const Place*>(blobs.at(places)), count};
  }

  // Without room for it nothing happens.
  void insert(std::string_view name, std::size_t index, BlobStore& blobs) noexcept {
    std::byte* bytes = blobs.reserve(names, used + 1 + name.size());
    if (bytes == nullptr) {
      return;
    }
    auto* sorted =
        reinterpret_cast<Place*>(blobs.reserve(places, (count + std::size_t{1}) * sizeof(Place)));
    if (sorted == nullptr) {
      return;
    }
    std::copy_backward(sorted + index, sorted + count, sorted + count + 1);
    sorted[index] = static_cast<Place>(used);
    ++count;
    bytes[used++] = static_cast<std::byte>(name.size());
    std::memcpy(bytes + used, name.data(), name.size());
    used += static_cast<std::uint32_t>(name.size());
  }
};

void add_answers(std::span<const std::uint8_t> payload, MdnsState& state, BlobStore& blobs) {
  DnsMessage message(payload);
  for (DnsEntry record; message.next(record);) {
    DnsName name;
    if (record.section == DnsEntry::Section::kAnswer && record.type == dns_entry_type::kPtr &&
        message.name_at(record.data_begin, name)) {
      state.add(name.text(), blobs);
    }
  }
}

template <bool kIsNfstream>
struct MdnsHooks : MdnsState {
  void init(const Flow& flow, const PacketView& packet) noexcept { update(flow, packet); }
  void update(const Flow& flow, const PacketView& packet) noexcept {
    if (flow.destination_port() != kMdnsPort) {
      return;
    }
    const bool is_read = kIsNfstream ? flow.key.ip_version == 4 && is_read_by_dpkt(packet.payload)
                                     : flow.key.protocol == ip_protocol::kUdp;
    if (is_read) {
      add_answers(packet.payload, *this, *packet.blobs);
    }
  }
};

class MdnsBlock final : public ColumnBlock {
 public:
  explicit MdnsBlock(bool is_nfstream) : is_nfstream_(is_nfstream) {
    accumulator =
        is_nfstream ? accumulator_of<MdnsHooks<true>>() : accumulator_of<MdnsHooks<false>>();
    accumulator.needs_payload = true;
    accumulator.blobs = {offsetof(MdnsState, names), offsetof(MdnsState, places)};
    accumulator.most_blob_growth =
        BlobStore::kLargest + BlobStore::capacity(MdnsState::kMostNames * sizeof(MdnsState::Place));
    columns = {{"udps.mdns_ptr", ColumnType::kText, "",
                "distinct names in PTR answers of a flow to port 5353, in order, between commas "
                "(their own commas are blanks); at most 1024 names and 16 KiB",
                "NFStream", true}};
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    const auto& state = context.state_as<MdnsState>();
    text_ = is_nfstream_ ? "[" : "";
    bool is_first = true;
    const auto append = [&](std::string_view name) {
      text_ += is_first ? "" : is_nfstream_ ? ", " : ",";
      is_first = false;
      if (is_nfstream_) {
        append_python_text(text_, name);
      } else {
        text_ += valid_utf8(name);
      }
    };
    if (state.count != 0) {
      state.for_each(*context.view.blobs, append);
    }
    text_ += is_nfstream_ ? "]" : "";
    cells[0] = text_.empty() ? Cell::missing() : Cell::of(std::string_view(text_));
  }

 private:
  bool is_nfstream_;
  std::string text_;
};

}  // namespace

std::unique_ptr<ColumnBlock> make_mdns_block(const SetRequest&, const Recipe& recipe) {
  return std::make_unique<MdnsBlock>(recipe.preset == Preset::kNfstream);
}

}  // namespace netml
