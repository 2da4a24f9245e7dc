#include "collected_run.hpp"

#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "netml/core/error.hpp"
#include "netml/core/sha256.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

using Json = nlohmann::ordered_json;

// Null for what cannot be read twice; what cannot be opened is said when its turn comes.
Json digest_of(const std::string& path) {
  const std::string digest = access(path.c_str(), R_OK) == 0 ? sha256_of_file(path) : "";
  return digest.empty() ? Json(nullptr) : Json(digest);
}

Json label_options(const LabelOptions& options) {
  Json json;
  json["format"] = static_cast<int>(options.format);
  json["timezone_ns"] = options.timezone_ns ? Json(*options.timezone_ns) : Json(nullptr);
  json["slack_ns"] = options.slack_ns ? Json(*options.slack_ns) : Json(nullptr);
  json["conflict"] = options.conflict ? Json(static_cast<int>(*options.conflict)) : Json(nullptr);
  json["skip_bad_rows"] = options.skip_bad_rows;
  for (const auto& [key, name] : options.columns) {
    json["columns"].push_back({valid_utf8(key), valid_utf8(name)});
  }
  return json;
}

// The budget decides which flows are evicted, and is no part of a recipe.
Json budget(const Recipe& recipe) {
  const FlowPolicy& policy = recipe.policy;
  return {{"max_flows", policy.max_flows},
          {"memory_limit", policy.memory_limit},
          {"context_limit", recipe.context_limit},
          {"on_limit", policy.on_limit == OnLimit::kStop ? "stop" : "evict"}};
}

}  // namespace

Json describe(const Anonymization& anonymization) {
  Json json;
  json["columns"] = anonymization.columns;
  json["mode"] = anonymization.mode == PseudonymMode::kPrefix ? "prefix" : "digest";
  json["key"] = nullptr;
  if (anonymization.has_own_key) {
    Pseudonyms pseudonyms(anonymization.key, PseudonymMode::kDigest);
    json["key"] = pseudonyms.of("netml key");
  }
  return json;
}

CollectedRun::Stamp CollectedRun::stamp_of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    return {path};
  }
  constexpr std::int64_t kSecond = 1'000'000'000;
  return {path, status.st_size, status.st_mtim.tv_sec * kSecond + status.st_mtim.tv_nsec,
          status.st_ino};
}

CollectedRun::CollectedRun(const CaptureInputs& inputs, const Recipe& recipe, const Json& more) {
  Json names = Json::array();
  Json digests = Json::array();
  bool is_known = true;
  const auto add = [&](const std::vector<std::string>& paths, const char* kind) {
    for (const std::string& path : paths) {
      stamps_.push_back(stamp_of(path));
      const Json digest = digest_of(path);
      is_known = is_known && digest.is_string();
      names.push_back({{"name", valid_utf8(base_name(path))}, {"kind", kind}, {"sha256", digest}});
      digests.push_back({kind, digest});
    }
  };
  add(inputs.plain, "capture");
  add(inputs.normal, "normal capture");
  add(inputs.abnormal, "abnormal capture");
  add(inputs.labels, "labels");
  Json options;
  options["recipe"] = Json::parse(recipe.to_json());
  options["bpf"] = valid_utf8(inputs.filter);
  options["continuous"] = inputs.is_continuous;
  options["budget"] = budget(recipe);
  if (!inputs.labels.empty()) {
    options["labels"] = label_options(inputs.label_options);
  }
  options.update(more);
  inputs_ = names.dump();
  options_ = options.dump();
  if (is_known) {
    key_ = sha256_hex(digests.dump() + options_);
  }
}

RunRecord CollectedRun::record(const ExtractResult& result, int status) const {
  RunRecord record;
  record.inputs = inputs_;
  record.options = options_;
  record.status = status;
  record.is_complete = result.signal == 0;
  record.packets_read = result.stats.packets_read;
  bool is_unchanged = true;
  for (const Stamp& stamp : stamps_) {
    is_unchanged = is_unchanged && stamp_of(stamp.path) == stamp;
  }
  if (is_unchanged) {
    record.key = key_;
  }
  return record;
}

}  // namespace netml
