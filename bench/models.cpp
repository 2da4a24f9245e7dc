// Fits one model on raw rows and scores others; for bench/models.sh.
//
//   models ALGORITHM PARAMS ROWS COLUMNS PROBES
//
// ROWS and PROBES are files of doubles, row by row. Prints one JSON object: CPU seconds of fit and
// score (one thread), bytes of the model's arrays as a file, and how the fit derived its values.

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "netml/core/error.hpp"
#include "netml/models/registry.hpp"

namespace {

using namespace netml;

Matrix read_rows(const char* path, long columns) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto bytes = static_cast<long>(file.tellg());
  const long rows = bytes / static_cast<long>(sizeof(double)) / columns;
  if (!file || rows < 1) {
    throw InputError(std::string(path) + ": no rows");
  }
  Matrix matrix(rows, columns);
  file.seekg(0);
  file.read(reinterpret_cast<char*>(matrix.data()), bytes);
  return matrix;
}

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

std::size_t file_bytes(const Model& model) {
  std::vector<Array> arrays;
  ArrayWriter writer(arrays, "");
  model.save(writer);
  return write_container("{}", arrays).size();
}

int run(char** arguments) {
  const ModelEntry& entry = find_model(arguments[1]);
  const Params params =
      parse_params(arguments[2], false, "PARAMS", entry.schema, algorithm_names(entry));
  const long columns = std::strtol(arguments[4], nullptr, 10);
  const Matrix rows = read_rows(arguments[3], columns);
  const Matrix probes = read_rows(arguments[5], columns);
  const auto model = entry.make();
  FitReport report;
  const double start = cpu_seconds();
  model->fit(rows, params, {.seed = 42}, report);
  const double fitted = cpu_seconds();
  const Vector scores = model->score(probes);
  const double scored = cpu_seconds();
  nlohmann::json result = {{"fit_s", fitted - start},
                           {"score_s", scored - fitted},
                           {"bytes", file_bytes(*model)},
                           {"mean_score", scores.mean()},
                           {"rules", nlohmann::json::object()}};
  for (const DerivedValue& value : report.derived) {
    result["rules"][value.name] = value.rule;
  }
  std::printf("%s\n", result.dump().c_str());
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) {
    std::fputs("usage: models ALGORITHM PARAMS ROWS COLUMNS PROBES\n", stderr);
    return 2;
  }
  try {
    return run(arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "models: %s\n", error.what());
    return 1;
  }
}
