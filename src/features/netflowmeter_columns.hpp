#pragma once

#include <vector>

#include "flowmeter_measures.hpp"

namespace netml {

/// NetFlowMeter's 114 columns, its order and spelling (its SPEC, section 3).
const std::vector<MeterColumn>& netflowmeter_columns();

}  // namespace netml
