#pragma once

#include <array>
#include <vector>

#include "flowmeter_measures.hpp"

namespace netml {

/// The generations of CICFlowMeter's column names.
enum class CicNames : std::size_t {
  kToday,  ///< of the current program
  k2018,   ///< of CSE-CIC-IDS2018
  k2017,   ///< of CICIDS2017, without the spaces before them and the column that stands twice
};

struct CicColumn {
  std::array<const char*, 3> names;  ///< by CicNames
  MeterColumn column;                ///< its name is one of those
};

/// The columns between `Timestamp` and `Label`, in CICFlowMeter's order.
const std::vector<CicColumn>& cicflowmeter_columns();

/// Of the ten that its corrected fork has more, those that follow from the same sums.
const std::vector<MeterColumn>& cicflowmeter_extra_columns();

}  // namespace netml
