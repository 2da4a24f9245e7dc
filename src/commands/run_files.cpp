#include "netml/commands/run_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "netml/core/error.hpp"
#include "netml/core/output_file.hpp"
#include "netml/core/text_format.hpp"

namespace netml {
namespace {

bool status_of(const std::string& path, int standard_stream, struct stat& status) {
  return (path == "-" ? fstat(standard_stream, &status) : stat(path.c_str(), &status)) == 0;
}

// The same regular file; or the same place where there is no file yet.
bool is_one_file(const std::string& a, int stream_a, const std::string& b, int stream_b) {
  struct stat first {
  }, second{};
  if (!status_of(a, stream_a, first) || !status_of(b, stream_b, second)) {
    return a != "-" && b != "-" && place_of(a) == place_of(b);
  }
  return S_ISREG(first.st_mode) && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

std::string output_name(const std::string& path) {
  return path == "-" ? "standard output" : printable(path);
}

}  // namespace

void require_distinct_files(const RunContext& context, std::vector<std::string> inputs,
                            std::vector<std::string> outputs) {
  inputs.insert(inputs.end(), context.option_files.begin(), context.option_files.end());
  outputs.push_back(context.summary_path);
  std::erase(inputs, "");
  std::erase(outputs, "");
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (const std::string& input : inputs) {
      if (is_one_file(input, STDIN_FILENO, outputs[i], STDOUT_FILENO)) {
        throw UsageError(output_name(outputs[i]) +
                         ": is an input of this run and would be overwritten");
      }
    }
    for (std::size_t j = 0; j < i; ++j) {
      const bool is_twice_stdout = outputs[i] == "-" && outputs[j] == "-";
      if (!is_twice_stdout && is_one_file(outputs[i], STDOUT_FILENO, outputs[j], STDOUT_FILENO)) {
        throw UsageError(output_name(outputs[i]) + ": two outputs of this run have this name");
      }
    }
  }
}

void require_one_standard_output(const RunContext& context, std::vector<NamedOutput> outputs) {
  outputs.push_back({"--summary", context.summary_path});
  std::erase_if(outputs, [](const NamedOutput& output) { return output.path != "-"; });
  if (outputs.size() > 1) {
    throw UsageError(outputs[0].name + " and " + outputs[1].name +
                     ": both would go to standard output; give one of them a file");
  }
}

}  // namespace netml
