#include "done_captures.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "netml/core/error.hpp"
#include "netml/core/input_file.hpp"
#include "netml/core/json_text.hpp"
#include "netml/core/log.hpp"
#include "netml/core/output_file.hpp"
#include "netml/core/sha256.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

constexpr std::size_t kMostStateBytes = std::size_t{64} << 20;
constexpr int kFormat = 1;

}  // namespace

DoneCaptures DoneCaptures::read(const std::string& path) {
  DoneCaptures captures;
  captures.path_ = path;
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    return captures;
  }
  const std::string what = printable(path);
  const JsonDocument document =
      parse_json(read_file(path, kMostStateBytes), what, {8, kMostStateBytes});
  if (!document->is_object() || document->value("format", nlohmann::json()) != kFormat ||
      !document->contains("done") || !(*document)["done"].is_array()) {
    throw DataError(what + ": not a state file of this version");
  }
  for (const nlohmann::json& one : (*document)["done"]) {
    const bool is_sound = one.is_object() && one.contains("path") && one["path"].is_string() &&
                          one.contains("size") && one["size"].is_number_unsigned() &&
                          one.contains("sha256") && one["sha256"].is_string();
    if (!is_sound) {
      throw DataError(what + ": an entry without path, size and sha256");
    }
    captures.done_.push_back({one["path"].get<std::string>(), one["size"].get<std::uint64_t>(),
                              one["sha256"].get<std::string>()});
  }
  return captures;
}

bool DoneCaptures::has(const Capture& capture) const {
  return std::any_of(done_.begin(), done_.end(), [&](const Capture& one) {
    return one.size == capture.size && one.sha256 == capture.sha256;
  });
}

void DoneCaptures::remove_done(std::vector<std::string>& paths) {
  std::vector<std::string> left;
  for (const std::string& path : paths) {
    struct stat status {};
    const bool is_file = path != "-" && stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
    Capture capture{path, is_file ? static_cast<std::uint64_t>(status.st_size) : 0,
                    is_file ? sha256_of_file(path) : ""};
    if (!capture.sha256.empty() && has(capture)) {
      log::info(printable(path) + ": was done before");
      ++skipped_;
      continue;
    }
    left.push_back(path);
    if (!capture.sha256.empty()) {
      pending_.push_back(std::move(capture));
    }
  }
  paths = std::move(left);
}

void DoneCaptures::add(const std::string& path) {
  const auto found = std::find_if(pending_.begin(), pending_.end(),
                                  [&](const Capture& one) { return one.path == path; });
  if (found != pending_.end() && !has(*found)) {
    done_.push_back(*found);
  }
}

void DoneCaptures::write(OutputGroup& files) const {
  nlohmann::ordered_json json = {{"format", kFormat}, {"done", nlohmann::ordered_json::array()}};
  for (const Capture& one : done_) {
    json["done"].push_back(
        {{"path", valid_utf8(one.path)}, {"size", one.size}, {"sha256", one.sha256}});
  }
  files.file(path_).write(json.dump(1) + "\n");
}

}  // namespace netml
