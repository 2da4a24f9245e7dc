#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netml/table/csv_scanner.hpp"

#include "support/temp_folder.hpp"

namespace netml::test {

/// A file or folder of the reference material, which is not part of the repository.
inline std::string reference(const std::string& path) {
  return std::string(NETML_REFERENCE_DIR) + "/" + path;
}

/// A line of the corpus manifest.
struct Sample {
  std::string file;
  std::string kind;
  std::string expected;
  std::string family;
  std::string packets;       ///< as libpcap reads them; may be empty
  std::string also_allowed;  ///< further outcomes, separated by |
};

/// The samples of one kind ("labels", "params", "model"); empty where the corpus is absent.
inline std::vector<Sample> corpus(const std::string& kind) {
  std::vector<Sample> samples;
  const std::string manifest = reference("corpus/MANIFEST.csv");
  if (!std::filesystem::exists(manifest)) {
    return samples;
  }
  CsvScanner scanner = CsvScanner::open(manifest);
  scanner.next();
  while (scanner.next()) {
    if (scanner.size() > 10 && scanner[1] == kind) {
      samples.push_back({std::string(scanner[0]), std::string(scanner[1]), std::string(scanner[9]),
                         std::string(scanner[4]), std::string(scanner[7]),
                         std::string(scanner[10])});
    }
  }
  return samples;
}

#define NETML_NEEDS_REFERENCE(path)                                     \
  do {                                                                  \
    if (!std::filesystem::exists(::netml::test::reference(path))) {     \
      GTEST_SKIP() << "the reference material is not here: " << (path); \
    }                                                                   \
  } while (false)

}  // namespace netml::test
