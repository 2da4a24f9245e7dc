// The set `dhcp`: what NFStream's DHCP plugin takes from flows to port 67 (its SPEC, section 13).
//
// NFStream reads whatever goes to port 67; without the preset only UDP with DHCP's own magic number
// counts. DHCPv6 has other messages and numbers its options anew, so that these columns would not
// mean the same: it is left out.

#include <algorithm>

#include "netml/core/ip_address.hpp"
#include "netml/core/text_format.hpp"
#include "netml/decode/dhcp_message.hpp"

#include "column_block.hpp"

namespace netml {
namespace {

constexpr std::uint16_t kServerPort = 67;

enum MessageType : std::uint8_t {
  kNoType,
  kDiscover,
  kOffer,
  kRequest,
  kDecline,
  kAck,
  kNack,
  kRelease,
  kInform,
  kTypeCount
};
constexpr std::string_view kTypeNames[kTypeCount] = {
    "", "DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NACK", "RELEASE", "INFORM"};

/// Bytes of an option, of which there are at most 255.
struct OptionBytes {
  bool is_there = false;
  std::uint8_t size = 0;
  std::uint8_t bytes[255];

  void set(std::span<const std::uint8_t> data) noexcept {
    is_there = true;
    size = static_cast<std::uint8_t>(data.size());
    std::copy(data.begin(), data.end(), bytes);
  }
  std::string_view text() const noexcept { return {reinterpret_cast<const char*>(bytes), size}; }
  std::span<const std::uint8_t> all() const noexcept { return {bytes, size}; }
};

/// What is kept of a flow with DHCP messages, in a blob.
struct DhcpTexts {
  static constexpr std::size_t kMostOptions = 768;  ///< more than an Ethernet frame has room for

  OptionBytes host_name, vendor_class, user_class, parameters;
  std::uint16_t option_count = 0;
  std::uint8_t options[kMostOptions];
};

/// What one message says.
struct Options {
  MessageType type = kNoType;
  std::optional<std::uint32_t> requested;
  OptionBytes parameters;
  std::uint16_t count = 0;
  std::uint8_t codes[DhcpTexts::kMostOptions];
};

std::uint64_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) {
    value = value << 8 | byte;
  }
  return value;
}

template <bool kIsNfstream>
struct DhcpState {
  BlobHandle texts;
  std::uint64_t maximum_size = 0;
  std::uint32_t requested = 0;
  std::uint8_t client_address[4] = {};
  std::uint8_t oui[3] = {};
  MessageType type = kNoType;  ///< of the first message
  bool has_message = false, has_maximum_size = false, has_requested = false,
       has_client_address = false, has_oui = false, is_over = false;

  void init(const Flow& flow, const PacketView& packet) noexcept { update(flow, packet); }

  void update(const Flow& flow, const PacketView& packet) noexcept {
    DhcpMessage message;
    if (flow.destination_port() != kServerPort || flow.key.ip_version != 4 ||
        !DhcpMessage::read(packet.payload, message)) {
      return;
    }
    if (!kIsNfstream &&
        (flow.key.protocol != ip_protocol::kUdp || message.magic != DhcpMessage::kMagic)) {
      return;
    }
    auto* kept = reinterpret_cast<DhcpTexts*>(packet.blobs->at(texts));
    if (kept == nullptr) {
      std::byte* bytes = packet.blobs->reserve(texts, sizeof(DhcpTexts));
      if (bytes == nullptr) {
        return;
      }
      kept = new (bytes) DhcpTexts;
    }
    take(flow, message, *kept);
  }

 private:
  void take(const Flow& flow, const DhcpMessage& message, DhcpTexts& kept) noexcept {
    Options options;
    take_options(message, options, kept);
    if (options.type == kRequest) {
      take_request(message, options, kept);
    }
    const std::uint8_t* source = flow.source().bytes.data() + 12;
    is_over = options.type == kAck || options.type == kNack || options.type == kInform ||
              options.type == kDecline ||
              std::all_of(source, source + 4, [](std::uint8_t byte) { return byte == 0; });
    if (!has_message) {
      has_message = true;
      type = options.type;
    }
  }

  void take_options(const DhcpMessage& message, Options& options, DhcpTexts& kept) noexcept {
    DhcpOptions reader(message.options);
    for (DhcpOption option; reader.next(option);) {
      switch (option.code) {
        case dhcp_option::kHostName:
          if (!option.data.empty()) {
            kept.host_name.set(option.data);
          }
          break;
        case dhcp_option::kVendorClass:
          kept.vendor_class.set(option.data);
          break;
        case dhcp_option::kUserClass:
          kept.user_class.set(option.data);
          break;
        case dhcp_option::kMessageType: {
          const std::uint64_t value = big_endian(option.data);
          options.type = value < kTypeCount ? static_cast<MessageType>(value) : kNoType;
          break;
        }
        case dhcp_option::kMaximumSize:
          maximum_size = big_endian(option.data);
          has_maximum_size = true;
          break;
        case dhcp_option::kParameterList:
          options.parameters.set(option.data);
          break;
        case dhcp_option::kRequestedAddress:
          if (option.data.size() <= 4) {
            options.requested = static_cast<std::uint32_t>(big_endian(option.data));
          }
          break;
        default:
          break;
      }
      if (options.count < DhcpTexts::kMostOptions) {
        options.codes[options.count++] = option.code;
      }
    }
  }

  void take_request(const DhcpMessage& message, const Options& options, DhcpTexts& kept) noexcept {
    kept.parameters = options.parameters;
    kept.option_count = options.count;
    std::copy_n(options.codes, options.count, kept.options);
    has_requested = options.requested.has_value();
    requested = options.requested.value_or(0);
    if (message.hardware_length >= 3) {
      std::copy_n(message.hardware_address.begin(), 3, oui);
      has_oui = true;
    }
    if (big_endian(message.client_address) != 0) {
      std::copy_n(message.client_address.begin(), 4, client_address);
      has_client_address = true;
    }
  }
};

template <typename State>
Accumulator dhcp_accumulator() {
  Accumulator accumulator = accumulator_of<State>();
  accumulator.needs_payload = true;
  accumulator.blobs = {offsetof(State, texts)};
  accumulator.most_blob_growth = BlobStore::capacity(sizeof(DhcpTexts));
  accumulator.ends_flow = [](const std::byte* state) {
    return reinterpret_cast<const State*>(state)->is_over;
  };
  return accumulator;
}

ColumnInfo text_column(const char* name, const char* definition) {
  return {std::string("udps.dhcp_") + name, ColumnType::kText, "", definition, "NFStream", true};
}

template <bool kIsNfstream>
class DhcpBlock final : public ColumnBlock {
 public:
  DhcpBlock() {
    accumulator = dhcp_accumulator<State>();
    columns = {
        text_column("12", "host name that the client gives (option 12) in a flow to port 67"),
        text_column("50", "address that the last REQUEST asks for (option 50)"),
        text_column("55", "options that the last REQUEST asks for (option 55), in order"),
        {"udps.dhcp_57", ColumnType::kU64, "bytes",
         "largest message that the client takes (option 57)", "NFStream", true},
        text_column("60", "vendor class (option 60)"),
        text_column("77", "user class (option 77), as sent"),
        {"udps.dhcp_options", ColumnType::kList, "", "options of the last REQUEST, in order",
         "NFStream", true},
        text_column("addr", "address that a REQUEST says the client has (ciaddr)"),
        text_column(
            "msg_type",
            "type of the flow's first DHCP message: DISCOVER, OFFER, REQUEST, DECLINE, ACK, "
            "NACK, RELEASE or INFORM; ACK, NACK, INFORM, DECLINE and any message from "
            "0.0.0.0 end the flow (end_reason plugin)"),
        text_column("oui", "first three bytes of the hardware address in the last REQUEST"),
    };
  }

  void read(const ReadContext& context, std::span<Cell> cells) override {
    const auto& state = context.state_as<State>();
    std::fill(cells.begin(), cells.end(), Cell::missing());
    option_list_.clear();
    const auto* kept =
        state.texts.is_empty()
            ? nullptr
            : reinterpret_cast<const DhcpTexts*>(context.view.blobs->at(state.texts));
    if (kept != nullptr) {
      cells[0] = text(kept->host_name, host_name_);
      cells[2] = parameters(*kept);
      cells[4] = text(kept->vendor_class, vendor_class_);
      cells[5] = text(kept->user_class, user_class_);
      option_list_.assign(kept->options, kept->options + kept->option_count);
    }
    if (kIsNfstream || !option_list_.empty()) {
      cells[6] = Cell::of(std::span<const std::int64_t>(option_list_));
    }
    read_numbers(state, cells);
  }

 private:
  using State = DhcpState<kIsNfstream>;

  void read_numbers(const State& state, std::span<Cell> cells) {
    if (state.has_requested) {
      const std::uint32_t wire = __builtin_bswap32(state.requested);
      requested_ = to_text(IpAddress::from_ipv4(reinterpret_cast<const std::uint8_t*>(&wire)), 4);
      cells[1] = Cell::plain(requested_);
    }
    if (state.has_maximum_size) {
      cells[3] = Cell::of(state.maximum_size);
    }
    if (state.has_client_address) {
      client_address_ = to_text(IpAddress::from_ipv4(state.client_address), 4);
      cells[7] = Cell::plain(client_address_);
    }
    if (state.type != kNoType) {
      type_ = (kIsNfstream ? "MsgType." : "") + std::string(kTypeNames[state.type]);
      cells[8] = Cell::plain(type_);
    } else if (kIsNfstream && state.has_message) {
      cells[8] = Cell::plain("0");  // the plugin's "no type yet", though not as a number
    }
    if (state.has_oui) {
      constexpr char kDigits[] = "0123456789abcdef";
      oui_.clear();
      for (const std::uint8_t byte : state.oui) {
        oui_ += oui_.empty() ? "" : ":";
        oui_ += kDigits[byte >> 4];
        oui_ += kDigits[byte & 15];
      }
      cells[9] = Cell::plain(oui_);
    }
  }

  // Clients of old end their texts with a zero.
  static Cell text(const OptionBytes& option, std::string& out) {
    if (!option.is_there) {
      return Cell::missing();
    }
    std::string_view bytes = option.text();
    while (!kIsNfstream && !bytes.empty() && bytes.back() == '\0') {
      bytes.remove_suffix(1);
    }
    out = valid_utf8(bytes);
    return Cell::of(std::string_view(out));
  }

  Cell parameters(const DhcpTexts& kept) {
    if (!kept.parameters.is_there) {
      return Cell::missing();
    }
    parameters_.clear();
    for (const std::uint8_t code : kept.parameters.all()) {
      parameters_ += parameters_.empty() ? "" : ",";
      append_number(parameters_, std::uint64_t{code});
    }
    return Cell::of(std::string_view(parameters_));
  }

  std::string host_name_, vendor_class_, user_class_, parameters_, requested_, client_address_,
      type_, oui_;
  std::vector<std::int64_t> option_list_;
};

}  // namespace

std::unique_ptr<ColumnBlock> make_dhcp_block(const SetRequest&, const Recipe& recipe) {
  if (recipe.preset == Preset::kNfstream) {
    return std::make_unique<DhcpBlock<true>>();
  }
  return std::make_unique<DhcpBlock<false>>();
}

}  // namespace netml
