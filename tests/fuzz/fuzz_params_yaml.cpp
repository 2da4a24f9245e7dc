// A YAML parameter file for every model; see fuzz_params.hpp.

#include "fuzz_params.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netml;
  fuzz::Input input(data, size);
  const std::uint16_t how = input.u16();
  fuzz::parse_for_every_model(input.rest(), false, how, [](const ModelEntry&, const Params&) {});
  return 0;
}
