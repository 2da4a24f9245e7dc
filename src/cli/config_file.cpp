#include "config_file.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

#include <CLI/CLI.hpp>

#include "netml/core/error.hpp"
#include "netml/core/suggest.hpp"
#include "netml/core/text_format.hpp"

#include "complaints.hpp"
#include "declare.hpp"

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
    std::vector<CLI::ConfigItem> given;
    for (CLI::ConfigItem& item : CLI::ConfigTOML::from_config(whole)) {
      if (take_form(item)) {
        given.push_back(std::move(item));
      }
    }
    return given;
  }

 private:
  [[noreturn]] void complain(const std::string& why) const {
    throw UsageError(printable(app_.get_config_ptr()->as<std::string>()) + ": " + why);
  }
  [[noreturn]] void refuse(const std::string& why) const {
    complain(why + "; --config names a TOML file of options");
  }

  // Gives the values the form that their option takes; false: it counts as not given.
  bool take_form(CLI::ConfigItem& item) const {
    const CLI::App& command = command_of(item);
    const CLI::Option* option = command.get_option_no_throw("--" + item.name);
    if (option == nullptr) {
      return true;  // CLI11 refuses it, or it is the begin or end of a section
    }
    if (takes_list(*option) && item.inputs.size() > 1) {
      std::erase(item.inputs, "");  // what CLI11 makes of a space before a comma
      item.inputs = {join(item.inputs, ",")};
    }
    // A flag that may have a value: `true` is the flag without one, which CLI11 writes "{}".
    if (option->check_fname(item.name) && item.inputs.size() == 1) {
      if (item.inputs.front() == "false") {
        return false;
      }
      item.inputs.front() = item.inputs.front() == "true" ? "{}" : item.inputs.front();
    }
    return true;
  }

  // The one in whose section the line stands.
  const CLI::App& command_of(const CLI::ConfigItem& item) const {
    const std::string line = printable(item.fullname());
    if (const std::size_t bracket = line.find('['); bracket != std::string::npos) {
      complain("'" + line.substr(bracket) + "' is no option; a section is a line [NAME]");
    }
    const CLI::App* command = &app_;
    std::string path;
    for (const std::string& parent : item.parents) {
      const std::vector<std::string> names = command_names(*command);
      if (std::find(names.begin(), names.end(), parent) == names.end()) {
        refuse_section(path, parent, names);
      }
      command = command->get_subcommand(parent);
      path += parent + ".";
    }
    return *command;
  }

  [[noreturn]] void refuse_section(const std::string& path, const std::string& name,
                                   std::vector<std::string> names) const {
    const auto section = [&](const std::string& one) { return "[" + path + one + "]"; };
    std::transform(names.begin(), names.end(), names.begin(), section);
    complain("unknown section " + printable(section(name)) +
             "; a section has the name of a command" + did_you_mean(section(name), names));
  }

  void require_flat(const std::string& text) const {
    std::size_t number = 0;
    std::string section;
    std::set<std::pair<std::string, std::string>> given;
    for (const std::string& line : split(text, '\n')) {
      const std::string at = "line " + std::to_string(++number) + ": ";
      const std::string name(trim(name_in(trim(line))));
      if (std::count(name.begin(), name.end(), '.') >= kDeepest) {
        refuse(at + "a name more than " + std::to_string(kDeepest) + " deep");
      }
      if (name.starts_with('[')) {
        section = name;
      } else if (is_plain(name) && line.find('=') != std::string::npos &&
                 !given.emplace(section, name).second) {  // CLI11 would join the values
        complain(at + printable(name) + " is given twice");
      }
    }
  }

  // A name, and no line of a text or an array that goes over several.
  static bool is_plain(const std::string& name) {
    return !name.empty() && name.find_first_of(" \t\"',") == std::string::npos;
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
