#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/expression/cel/activation.hpp"
#include "core/expression/cel/ast.hpp"

namespace oa::core::cel {

/// Why an expression has no value, in words that tell the fix.
struct Error {
    enum class Code : std::uint8_t {
        Other,
        UnknownName,    ///< `path` says which
        NoValueAtPath,  ///< `path` up to `segment` is there; what that selects is not
        Limit,
    };

    Code code = Code::Other;
    std::size_t offset = 0;  ///< in the expression, in bytes
    std::string message;
    std::string hint;
    const PathNode* path = nullptr;  ///< of the program; nullptr where it begins with no variable
    std::size_t segment = 0;   ///< of the path, or as many as it has when a computed key follows it
    std::optional<Kind> kind;  ///< NoValueAtPath: of the value that has no such thing
    std::optional<std::string> key;  ///< NoValueAtPath: what is not there, when that is a text
};

[[nodiscard]] Error explain(const Ast& ast, const Activation& activation, State& state);

/// What an operator says of operands that it does not take: message and hint.
struct OperatorProblem {
    std::string message;
    std::string hint;
};
[[nodiscard]] OperatorProblem operator_problem(Binary binary, KindSet left, KindSet right);

/// What is wrong with a call that is no function, or has not as many arguments.
[[nodiscard]] OperatorProblem call_problem(const CallNode& call, std::size_t given);

/// What a function says of an argument that it does not take.
[[nodiscard]] OperatorProblem argument_problem(const CallNode& call,
                                               std::size_t position,
                                               std::size_t given,
                                               KindSet kinds);

}  // namespace oa::core::cel
