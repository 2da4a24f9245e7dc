#include "hidden_columns.hpp"

#include <algorithm>

#include "netml/core/log.hpp"

namespace netml {

void check_anonymization(const Schema& columns, const Anonymization& anonymization) {
  anonymized_columns(columns, anonymization.columns);
  const auto is_hidden = [&](const char* name) {
    return std::find(anonymization.columns.begin(), anonymization.columns.end(), name) !=
           anonymization.columns.end();
  };
  if ((is_hidden("src_ip") || is_hidden("dst_ip")) && columns.find("flow_id") &&
      !is_hidden("flow_id")) {
    log::warning("flow_id still holds the addresses; name it in --anonymize as well");
  }
}

}  // namespace netml
