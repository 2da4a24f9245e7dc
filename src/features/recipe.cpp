#include "netml/features/recipe.hpp"

#include <set>

#include <nlohmann/json.hpp>

#include "netml/core/error.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"
#include "netml/features/series_features.hpp"

namespace netml {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view kPresetNames[] = {"none", "netml", "nfstream", "netflowmeter",
                                             "cicflowmeter"};
constexpr std::string_view kAccountingNames[] = {"link", "ip", "transport", "payload"};
constexpr std::string_view kTcpEndNames[] = {"none", "graceful", "strict"};
constexpr std::string_view kExpiryNames[] = {"exact", "nfstream", "own_packet"};

constexpr std::int64_t kCommonTimeout = 0;  // in the text: the protocol has no timeout of its own
constexpr double kMostSeconds = 9e9;        // nanoseconds must fit 63 bits

// A recipe's text may come from a hostile file: what is built from it stays bounded.
constexpr std::size_t kMostSets = 64;

// Checked reads from a JSON object; every key must be read once.
class Fields {
 public:
  Fields(const json& object, std::string what) : object_(object), what_(std::move(what)) {
    if (!object.is_object()) {
      throw DataError(what_ + ": not an object");
    }
  }

  std::int64_t integer(const char* key, std::int64_t low, std::int64_t high) {
    const json& value = at(key);
    if (!value.is_number_integer() ||
        (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX)) {
      fail(key, "is not a whole number");
    }
    const auto number = value.get<std::int64_t>();
    if (number < low || number > high) {
      fail(key, "is out of range");
    }
    return number;
  }
  std::optional<std::int64_t> optional_integer(const char* key, std::int64_t low,
                                               std::int64_t high) {
    if (at(key).is_null()) {
      return std::nullopt;
    }
    return integer(key, low, high);
  }
  /// For keys that recipes of earlier versions do not have.
  bool has(const char* key) const { return object_.contains(key); }
  bool boolean(const char* key) {
    const json& value = at(key);
    if (!value.is_boolean()) {
      fail(key, "is neither true nor false");
    }
    return value.get<bool>();
  }
  double real(const char* key, double low, double high) {
    const json& value = at(key);
    if (!value.is_number() || !(value.get<double>() >= low && value.get<double>() <= high)) {
      fail(key, "is out of range");
    }
    return value.get<double>();
  }
  std::optional<double> optional_real(const char* key, double low, double high) {
    if (at(key).is_null()) {
      return std::nullopt;
    }
    return real(key, low, high);
  }
  std::vector<std::string> texts(const char* key) {
    const json& value = at(key);
    std::vector<std::string> list;
    if (!value.is_array()) {
      fail(key, "is not a list");
    }
    for (const json& item : value) {
      if (!item.is_string()) {
        fail(key, "holds something that is not text");
      }
      list.push_back(item.get<std::string>());
    }
    return list;
  }
  template <typename Enum, std::size_t kCount>
  Enum choice(const char* key, const std::string_view (&names)[kCount]) {
    const json& value = at(key);
    for (std::size_t i = 0; value.is_string() && i < kCount; ++i) {
      if (value.get_ref<const std::string&>() == names[i]) {
        return static_cast<Enum>(i);
      }
    }
    fail(key, "is none of the known choices");
  }
  void end() const {
    for (const auto& [key, value] : object_.items()) {
      if (!read_.contains(key)) {
        throw DataError(what_ + ": unknown key \"" + printable(key) + "\"");
      }
    }
  }

 private:
  const json& at(const char* key) {
    const auto found = object_.find(key);
    if (found == object_.end()) {
      throw DataError(what_ + ": key \"" + key + "\" is missing");
    }
    read_.insert(key);
    return *found;
  }
  [[noreturn]] void fail(const char* key, const char* reason) const {
    throw DataError(what_ + ": \"" + key + "\" " + reason);
  }

  const json& object_;
  std::string what_;
  std::set<std::string> read_;
};

std::optional<std::int64_t> own_timeout(Fields& fields, const char* key) {
  const std::int64_t timeout_ns = fields.integer(key, 0, INT64_MAX);
  return timeout_ns == kCommonTimeout ? std::nullopt : std::optional(timeout_ns);
}

}  // namespace

std::string_view to_text(Preset preset) noexcept {
  return kPresetNames[static_cast<std::size_t>(preset)];
}

std::string_view to_text(Accounting accounting) noexcept {
  return kAccountingNames[static_cast<std::size_t>(accounting)];
}

Accounting parse_accounting(std::string_view text) {
  for (std::size_t i = 0; i < std::size(kAccountingNames); ++i) {
    if (text == kAccountingNames[i]) {
      return static_cast<Accounting>(i);
    }
  }
  throw UsageError("feature set 'udps.splt': accounting '" + printable(text) +
                   "' is none of link, ip, transport, payload");
}

std::string Recipe::to_json() const {
  ordered_json recipe;
  recipe["preset"] = to_text(preset);
  recipe["features"] = sets;
  recipe["columns"] = columns;
  recipe["accounting"] = to_text(policy.accounting);
  recipe["idle_timeout_ns"] = policy.idle_timeout_ns;
  recipe["tcp_idle_timeout_ns"] = policy.tcp_idle_timeout_ns.value_or(kCommonTimeout);
  recipe["udp_idle_timeout_ns"] = policy.udp_idle_timeout_ns.value_or(kCommonTimeout);
  recipe["active_timeout_ns"] = policy.active_timeout_ns;
  recipe["tcp_end"] = kTcpEndNames[static_cast<std::size_t>(policy.tcp_end)];
  recipe["expiry"] = kExpiryNames[static_cast<std::size_t>(policy.expiry)];
  recipe["max_packets_per_flow"] = policy.max_packets_per_flow;
  recipe["per_direction"] = per_direction;
  recipe["decode_tunnels"] = decode_tunnels;
  recipe["min_packets"] = min_packets;
  recipe["dim"] = or_null<ordered_json>(representation.dim);
  recipe["interval_s"] = or_null<ordered_json>(representation.interval_s);
  recipe["sampling_s"] = or_null<ordered_json>(representation.sampling_s);
  recipe["q_interval"] = representation.q_interval;
  recipe["fft"] = representation.fft;
  recipe["header"] = representation.header;
  recipe["active_idle_threshold_ns"] = or_null<ordered_json>(active_idle_threshold_ns);
  return recipe.dump();
}

Recipe Recipe::from_json(std::string_view text, const std::string& what) {
  const JsonDocument object = parse_json(text, what, {.depth = 8, .bytes = std::size_t{1} << 20});
  Fields fields(*object, what);
  Recipe recipe;
  recipe.preset = fields.choice<Preset>("preset", kPresetNames);
  recipe.sets = fields.texts("features");
  if (recipe.sets.size() > kMostSets) {
    throw DataError(what + ": more than " + std::to_string(kMostSets) + " feature sets");
  }
  if (std::set<std::string>(recipe.sets.begin(), recipe.sets.end()).size() != recipe.sets.size()) {
    throw DataError(what + ": a feature set stands twice");
  }
  recipe.columns = fields.texts("columns");
  recipe.policy.accounting = fields.choice<Accounting>("accounting", kAccountingNames);
  recipe.policy.idle_timeout_ns = fields.integer("idle_timeout_ns", 0, INT64_MAX);
  recipe.policy.tcp_idle_timeout_ns = own_timeout(fields, "tcp_idle_timeout_ns");
  recipe.policy.udp_idle_timeout_ns = own_timeout(fields, "udp_idle_timeout_ns");
  recipe.policy.active_timeout_ns = fields.integer("active_timeout_ns", 0, INT64_MAX);
  recipe.policy.tcp_end = fields.choice<TcpEnd>("tcp_end", kTcpEndNames);
  recipe.policy.expiry = fields.choice<ExpiryRule>("expiry", kExpiryNames);
  recipe.policy.max_packets_per_flow =
      static_cast<std::uint64_t>(fields.integer("max_packets_per_flow", 0, INT64_MAX));
  recipe.per_direction = fields.boolean("per_direction");
  recipe.decode_tunnels = fields.boolean("decode_tunnels");
  recipe.min_packets = static_cast<std::uint64_t>(fields.integer("min_packets", 1, INT64_MAX));
  if (const auto dim = fields.optional_integer("dim", 1, static_cast<std::int64_t>(kMostDim))) {
    recipe.representation.dim = static_cast<std::uint64_t>(*dim);
  }
  recipe.representation.interval_s = fields.optional_real("interval_s", 0, kMostSeconds);
  recipe.representation.sampling_s = fields.optional_real("sampling_s", 0, kMostSeconds);
  recipe.representation.q_interval = fields.real("q_interval", 0, 1);
  recipe.representation.fft = fields.boolean("fft");
  recipe.representation.header = fields.boolean("header");
  if (fields.has("active_idle_threshold_ns")) {
    recipe.active_idle_threshold_ns =
        fields.optional_integer("active_idle_threshold_ns", 0, INT64_MAX);
  }
  fields.end();
  return recipe;
}

}  // namespace netml
