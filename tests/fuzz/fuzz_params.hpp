#pragma once

#include <nlohmann/json.hpp>

#include "netml/models/params.hpp"
#include "netml/models/registry.hpp"

#include "failing_allocator.hpp"
#include "fuzz.hpp"
#include "memory_file.hpp"

/// What the two targets of parameter files share. Input: two bytes, the number of the allocation
/// that fails (0: none does) and, as its highest bit, whether the file is read and not parsed; then
/// the file.
namespace netml::fuzz {

/// Parameters that were accepted are complete and inside their schema, and come back from a model
/// file as they were.
inline void check_params(const Params& params) {
  const nlohmann::json values = params.to_json();
  require(values.size() == params.schema().size(), "every parameter has a value");
  const Params again = Params::from_json(params.schema(), values, params.given(), "model");
  require(again.to_json() == values, "parameters survive a model file");
  require(again.given() == params.given(), "what was given survives a model file");
  for (const ParamSpec& spec : params.schema()) {
    if (params.is_number(spec.name) && spec.type != ParamType::kInteger) {
      const double value = params.real(spec.name);
      require(spec.low_is_open ? value > spec.low : value >= spec.low, "a number is in its range");
      require(value <= spec.high, "a number is in its range");
    }
  }
}

/// `text` as the parameters of every model. `visit(entry, params)` for those that were accepted.
///
/// A file is to blame only for what is wrong without a shortage too. (Memory may run out while a
/// refusal is put into words; iostreams, which yaml-cpp uses for it, keep that to themselves.)
template <typename Visit>
void parse_for_every_model(std::string_view text, bool is_json, std::uint16_t how, Visit visit) {
  const bool is_read = (how & 0x8000U) != 0;
  const MemoryFile file(is_read ? text : std::string_view());
  const std::string what = is_read ? file.path() : "params";
  for (const ModelEntry& entry : model_entries()) {
    const AlgorithmNames names = algorithm_names(entry);
    const auto parse = [&] {
      return is_read ? read_params(what, entry.schema, names)
                     : parse_params(text, is_json, what, entry.schema, names);
    };
    try {
      const Params params = [&] {
        const AllocationTrial trial(how & 0x7fffU);
        return parse();
      }();
      check_params(params);
      visit(entry, params);
    } catch (const DataError& error) {
      require_refusal(error, ErrorKind::kData, what + ": ");
      const bool is_refused_anyway = !AllocationTrial::has_failed() || [&] {
        try {
          parse();
        } catch (const DataError&) {
          return true;
        }
        return false;
      }();
      require(is_refused_anyway, "want of memory is not blamed on the file", error.what());
    } catch (const std::bad_alloc&) {
      require(AllocationTrial::has_failed(), "memory runs out only where it is short");
    }
  }
}

}  // namespace netml::fuzz
