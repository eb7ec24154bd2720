#pragma once

#include <memory>
#include <span>

#include "core/expression/cel/ast.hpp"
#include "core/expression/cel/limits.hpp"
#include "core/expression/cel/parser.hpp"

namespace oa::core::cel {

struct Compiled {
    std::shared_ptr<const Ast> ast;  ///< nullptr when there is an error
    SyntaxError error;
};

/// Gives names their meaning, expands macros, and computes ahead what does not depend on values.
/// `text` is what the tree was read from.
[[nodiscard]] Compiled compile(SyntaxTree tree,
                               std::string_view text,
                               std::span<const HostFunction> host_functions,
                               bool dotted_names);

}  // namespace oa::core::cel
