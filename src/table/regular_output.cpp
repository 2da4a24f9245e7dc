

#include "netml/table/regular_output.hpp"

#include <sys/stat.h>

#include "netml/core/error.hpp"
#include "netml/core/text_format.hpp"

namespace netml {

void require_regular_output(const std::string& path, const std::string& format,
                            const std::string& why) {
  struct stat status {};
  if (path == "-" ||
      (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))) {
    throw UsageError((path == "-" ? "standard output" : printable(path)) + ": " + format +
                     " needs a regular file, " + why + "; use --format csv or jsonl here");
  }
}

}  // namespace netml
