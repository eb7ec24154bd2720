#pragma once

#include "core/expression/cel/ast.hpp"

namespace oa::core::cel {

/// Replaces a node by its value where that can be told now, its children having been folded. A
/// failure stays for evaluation, where it may be absorbed; what will always fail is noted among the
/// findings.
void fold(Ast& ast, NodeId id);

}  // namespace oa::core::cel
