#pragma once

#include <string>
#include <vector>

#include "core/schema/program.hpp"

namespace oa::core::schema {

/// The names of the fields that a node speaks of, with all that it applies to the same value. A
/// few hundred at most: they are for suggestions.
[[nodiscard]] std::vector<std::string> field_names(const Program& program, const Node& node);

}  // namespace oa::core::schema
