#pragma once

#include <vector>

#include "core/schema/program.hpp"
#include "core/schema/schema.hpp"

namespace oa::core::schema {

/// What can only be told once all references of a program are known: which schemas lead back to
/// themselves without going into the value, which is a mistake; what kinds of values fit each
/// node; and shortcuts past nodes that are nothing but a reference.
void finish(Program& program, std::vector<SchemaMistake>& mistakes);

/// The nodes that a node applies to the same value, whatever the value is.
[[nodiscard]] std::vector<NodeIndex> conjuncts_of(const Node& node);

/// The nodes that a node may apply to the same value.
[[nodiscard]] std::vector<NodeIndex> in_place_of(const Node& node);

}  // namespace oa::core::schema
