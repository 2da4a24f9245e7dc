#include "config_file.hpp"

#include <algorithm>
#include <sstream>

#include <CLI/CLI.hpp>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

namespace netml::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr std::ptrdiff_t kDeepest = 8;

class ConfigReader final : public CLI::ConfigTOML {
 public:
  explicit ConfigReader(const CLI::App& app) : app_(app) {}

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    std::string text(kMostBytes + 1, '\0');
    input.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(input.gcount()));
    if (text.size() > kMostBytes) {
      refuse("larger than " + std::to_string(kMostBytes) + " bytes");
    }
    require_flat(text);
    std::istringstream whole(text);
    return CLI::ConfigTOML::from_config(whole);
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw UsageError(printable(app_.get_config_ptr()->as<std::string>()) + ": " + why +
                     "; --config names a TOML file of options");
  }

  void require_flat(const std::string& text) const {
    std::size_t number = 0;
    for (const std::string& line : split(text, '\n')) {
      ++number;
      const std::string_view name = name_in(trim(line));
      if (std::count(name.begin(), name.end(), '.') >= kDeepest) {
        refuse("line " + std::to_string(number) + ": a name more than " + std::to_string(kDeepest) +
               " deep");
      }
    }
  }

  // Of a section, or of an option, which CLI11 leaves out without a word when it is too deep.
  static std::string_view name_in(std::string_view line) {
    const bool is_comment = line.starts_with('#') || line.starts_with(';');
    return is_comment              ? ""
           : line.starts_with('[') ? line.substr(0, line.find(']'))
                                   : line.substr(0, line.find_first_of("=#"));
  }

  const CLI::App& app_;
};

}  // namespace

std::shared_ptr<CLI::Config> make_config_reader(const CLI::App& app) {
  return std::make_shared<ConfigReader>(app);
}

}  // namespace netml::cli
