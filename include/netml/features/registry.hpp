#pragma once

#include <memory>
#include <string>
#include <vector>

#include "netml/features/recipe.hpp"
#include "netml/table/schema.hpp"

namespace netml {

/// A set that --features knows.
struct FeatureSetInfo {
  std::string name;     ///< "splt"
  std::string syntax;   ///< "splt[:N]"
  std::string summary;  ///< one line
};

/// All sets, in the order of the documentation.
const std::vector<FeatureSetInfo>& feature_sets();

/// The columns that a set has with its defaults. Throws UsageError for an unknown set.
std::vector<ColumnInfo> columns_of(const std::string& set);

/// The columns that --header puts before those of a representation.
std::vector<ColumnInfo> header_columns();

/// Names of the columns that tell of other flows: those of `context`.
const std::vector<std::string>& context_column_names();

/// The column of cicflowmeter that holds the name of a flow's label.
inline constexpr char kOwnLabelColumn[] = "Label";
/// True when one of the sets, as in Recipe::sets, brings that column: tables then have no others
/// for labels.
bool has_own_label(const std::vector<std::string>& sets);

/// True for the Python netml's representations: iat size iat_size stats samp_num samp_size.
bool is_representation(const std::string& set);

}  // namespace netml
