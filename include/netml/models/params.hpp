#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace netml {

enum class ParamType {
  kReal,
  kInteger,
  kChoice,
  kRealOrChoice,
  kNames,  ///< one or several different choices, as text separated by commas
};

/// One hyperparameter of a model: everything that help, checks and the model file need.
struct ParamSpec {
  std::string name;
  ParamType type = ParamType::kReal;
  std::string default_text;
  double low = 0;  ///< numbers: allowed range
  double high = 1;
  bool low_is_open = false;  ///< `low` itself is not allowed
  std::vector<std::string> choices;
  std::string help;
};
using ParamSchema = std::vector<ParamSpec>;

/// "a number above 0, at most 1", "auto, scale or a number above 0".
std::string allowed_values(const ParamSpec& spec);

/// A model's hyperparameters, complete and inside their schema.
class Params {
 public:
  using Value = std::variant<double, std::int64_t, std::string>;

  /// All defaults.
  explicit Params(ParamSchema schema);

  // Requires: a parameter of that name and type; InternalError otherwise.
  double real(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  const std::string& text(std::string_view name) const;
  /// kRealOrChoice: whether it is a number.
  bool is_number(std::string_view name) const;
  /// Whether it was given (and is not merely the default).
  bool is_given(std::string_view name) const { return entry(name).is_given; }

  const ParamSchema& schema() const noexcept { return schema_; }

  /// Sets a parameter from its text. Throws DataError `<what>: …` naming key, value and what is
  /// allowed.
  void set(std::string_view name, std::string_view text, const std::string& what);

  /// {"nu": 0.05, "gamma": "auto", …}: every parameter.
  nlohmann::json to_json() const;
  /// The names that were given.
  std::vector<std::string> given() const;
  /// From a model file: every parameter of the schema must be there, inside its range; `given` as
  /// given() wrote it. Throws DataError.
  static Params from_json(ParamSchema schema, const nlohmann::json& values,
                          const nlohmann::json& given, const std::string& what);

 private:
  struct Entry {
    Value value;
    bool is_given = false;
  };
  const Entry& entry(std::string_view name) const;

  ParamSchema schema_;
  std::map<std::string, Entry, std::less<>> entries_;
};

/// Reads `--param`: a file if one of that name exists, else the text itself; JSON or YAML; flat, or
/// keyed by algorithm. An empty `text_or_path` gives the defaults. `algorithm_names`: the names
/// under which a keyed document may hold this algorithm's parameters; `all_algorithms`: those of
/// every algorithm. Throws DataError for anything that is not a set of this algorithm's parameters.
struct AlgorithmNames {
  std::vector<std::string> own;  ///< the first is the one to print
  std::vector<std::string> all;
};
Params read_params(const std::string& text_or_path, const ParamSchema& schema,
                   const AlgorithmNames& names);

/// The same for text in memory. `is_json`: JSON only (a file called .json), else YAML, of which
/// JSON counts as a part.
Params parse_params(std::string_view text, bool is_json, const std::string& what,
                    const ParamSchema& schema, const AlgorithmNames& names);

}  // namespace netml
