#pragma once

#include <functional>
#include <vector>

#include "core/expression/cel/ast.hpp"

namespace oa::core::cel {

/// Tells what a path that begins with a variable can be.
using KindsOf = std::function<KindSet(const PathNode&)>;

struct Checked {
    KindSet kinds = any_kind;  ///< what the expression can give
    std::vector<Finding> findings;
};

/// What can be known to fail whatever the values are. What may succeed is never reported, except
/// where && or || would make up for a part that cannot.
[[nodiscard]] Checked check(const Ast& ast, const KindsOf& kinds_of);

}  // namespace oa::core::cel
