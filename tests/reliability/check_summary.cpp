// Holds a file of --summary against the law that every packet is accounted for, and prints its
// counters, one "name value" a line, so that shell scripts can read them.

#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

namespace {

int refuse(const char* path, const std::string& why) {
  std::fprintf(stderr, "check_summary: %s: %s\n", path, why.c_str());
  return 1;
}

int check(const char* path) {
  std::ifstream in(path, std::ios::binary);
  const nlohmann::json summary = nlohmann::json::parse(in, nullptr, false);
  if (!summary.is_object() || !summary.contains("netml_version")) {
    return refuse(path, "not a whole summary");
  }
  for (const auto& [name, value] : summary.items()) {
    if (value.is_number_integer()) {
      std::printf("%s %lld\n", name.c_str(), static_cast<long long>(value.get<std::int64_t>()));
    }
  }
  if (!summary.contains("packets_read")) {
    return 0;  // of a table: no packets
  }
  std::uint64_t accounted = summary.at("packets_in_flows").get<std::uint64_t>() +
                            summary.at("packets_in_flows_too_short").get<std::uint64_t>();
  for (const auto& [reason, packets] : summary.at("packets_skipped").items()) {
    std::printf("skipped_%s %lld\n", reason.c_str(),
                static_cast<long long>(packets.get<std::int64_t>()));
    accounted += packets.get<std::uint64_t>();
  }
  const auto read = summary.at("packets_read").get<std::uint64_t>();
  return read == accounted ? 0
                           : refuse(path, std::to_string(read) + " packets read, " +
                                              std::to_string(accounted) + " accounted for");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: check_summary FILE\n", stderr);
    return 2;
  }
  try {
    return check(argv[1]);
  } catch (const std::exception& error) {
    return refuse(argv[1], error.what());
  }
}
