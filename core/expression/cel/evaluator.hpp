#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/expression/cel/activation.hpp"
#include "core/expression/cel/ast.hpp"
#include "core/expression/cel/state.hpp"

namespace oa::core::cel {

/// Computes the value of an expression once.
class Evaluator {
public:
    Evaluator(const Ast& ast, const Activation& activation, State& state);

    /// False: it failed, and the state says why. Recursion is as deep as the tree is high, which
    /// the parser bounds.
    [[nodiscard]] bool evaluate(NodeId id, Value& out);

private:
    [[nodiscard]] bool compute(NodeId id, const Node& node, Value& out);
    [[nodiscard]] bool path(NodeId id, const Node& node, Value& out);
    [[nodiscard]] bool path_base(NodeId id, const Node& node, Value& out, std::uint32_t& used);
    [[nodiscard]] bool free_name(NodeId id, const PathNode& path, Value& out, std::uint32_t& used);
    [[nodiscard]] bool index(NodeId id, const Node& node, Value& out);
    [[nodiscard]] bool list(const Node& node, Value& out);
    [[nodiscard]] bool map(NodeId id, const Node& node, Value& out);
    [[nodiscard]] bool logical_not(NodeId id, const Node& node, Value& out);
    [[nodiscard]] bool logical_chain(NodeId id, const Node& node, bool decisive, Value& out);
    [[nodiscard]] bool conditional(NodeId id, const Node& node, Value& out);
    [[nodiscard]] bool binary(NodeId id, const Node& node, Value& out);
    [[nodiscard]] bool call(NodeId id, const Node& node, Value& out);
    [[nodiscard]] bool host_call(NodeId id, const Node& node, Value& out);
    /// The children's values, in the arena when there are many.
    [[nodiscard]] const Value* arguments(const Node& node, std::array<Value, 4>& few);

    // Macros.
    struct Range;
    [[nodiscard]] bool macro(NodeId id, const Node& node, Value& out);
    [[nodiscard]] bool range_of(NodeId id, const Node& node, Range& range);
    void bind(const MacroNode& macro, const Range& range, std::size_t position);
    [[nodiscard]] bool test_all(NodeId id, const Node& node, const Range& range, Value& out);
    [[nodiscard]] bool test_one(NodeId id, const Node& node, const Range& range, Value& out);
    [[nodiscard]] bool filter(NodeId id, const Node& node, const Range& range, Value& out);
    [[nodiscard]] bool transform(NodeId id, const Node& node, const Range& range, Value& out);
    [[nodiscard]] bool transform_map(NodeId id, const Node& node, const Range& range, Value& out);
    /// Whether the test holds for what is bound now.
    [[nodiscard]] bool test(NodeId macro, NodeId test, bool& out);

    /// Names the node where a failure has none, and passes it on.
    [[nodiscard]] bool failed_at(NodeId id);

    const Ast& ast_;
    const Activation& activation_;
    State& state_;
    std::array<Value, 8> few_locals_;
    std::vector<Value> many_locals_;
    Value* locals_;
};

}  // namespace oa::core::cel
