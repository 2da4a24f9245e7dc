#pragma once

#include <string>

#include "netml/features/recipe.hpp"
#include "netml/features/series_features.hpp"

namespace netml {

/// The settings of the representation `set` ("iat", …) under a recipe; what the recipe leaves open
/// gets its smallest value.
RepresentationSettings representation_settings(const std::string& set, const Recipe& recipe);

/// What a set of the recipe depends on and the recipe does not say: it must be fitted on all flows.
struct MissingSettings {
  bool dim = false;
  bool sampling = false;
  bool any() const noexcept { return dim || sampling; }
};
MissingSettings missing_settings(const Recipe& recipe);

}  // namespace netml
