#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// What the parts of fuzz_seeds share.
namespace netml::fuzz {

/// The folder that is filled: one folder per target, one file per seed.
class Seeds {
 public:
  explicit Seeds(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Throws std::runtime_error when the file cannot be written.
  void add(const std::string& target, const std::string& name, const std::string& bytes);
  std::size_t count() const noexcept { return count_; }

 private:
  std::filesystem::path folder_;
  std::size_t count_ = 0;
};

/// Little-endian.
std::string number(std::uint64_t value, int width);

/// Files of a folder of the reference corpus ("captures", "labels", "params", "models"), in order
/// of name, without the largest; none where it is absent.
std::vector<std::filesystem::path> reference_files(const std::string& kind);

void add_capture_seeds(Seeds& seeds);  ///< capture, decode
void add_dns_seeds(Seeds& seeds);      ///< dns
void add_text_seeds(Seeds& seeds);     ///< labels, params_json, params_yaml
void add_model_seeds(Seeds& seeds);    ///< model, table
void add_payload_seeds(Seeds& seeds);  ///< payload
void add_sqlite_seeds(Seeds& seeds);   ///< sqlite; in builds with SQLite
void add_noise_seeds(Seeds& seeds);    ///< flowtable, roundtrip, writer

}  // namespace netml::fuzz
