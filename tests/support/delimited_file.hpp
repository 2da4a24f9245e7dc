#pragma once

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "netml/core/text_format.hpp"

namespace netml::test {

/// A small delimited file without quotes: header and rows.
struct DelimitedFile {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;

  /// Number of the column; header.size() when there is none.
  std::size_t column(const std::string& name) const {
    return static_cast<std::size_t>(std::find(header.begin(), header.end(), name) - header.begin());
  }
};

inline DelimitedFile read_delimited(const std::string& path, char separator) {
  DelimitedFile file;
  std::ifstream in(path);
  std::string line;
  while (std::getline(in, line)) {
    if (!line.empty() && line.back() == '\r') {
      line.pop_back();
    }
    (file.header.empty() ? file.header : file.rows.emplace_back()) = split(line, separator);
  }
  return file;
}

}  // namespace netml::test
