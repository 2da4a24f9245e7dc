// A JSON parameter file for every model; see fuzz_params.hpp.

#include "fuzz_params.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netml;
  fuzz::Input input(data, size);
  const std::uint16_t how = input.u16();
  const std::string_view text = input.rest();
  const auto compare_with_yaml = [&](const ModelEntry& entry, const Params& params) {
    // A list or a bare value is refused as JSON; a mapping is JSON under either name.
    const Params same = parse_params(text, false, "params", entry.schema, algorithm_names(entry));
    fuzz::require(same.to_json() == params.to_json(), "JSON needs no .json");
  };
  fuzz::parse_for_every_model(text, true, how, compare_with_yaml);
  return 0;
}
