#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/expression/cel/activation.hpp"
#include "core/expression/cel/arena.hpp"
#include "core/expression/cel/ast.hpp"
#include "core/expression/cel/checker.hpp"
#include "core/expression/cel/explain.hpp"
#include "core/expression/cel/limits.hpp"
#include "core/expression/cel/to_json.hpp"
#include "core/expression/cel/value.hpp"

/// CEL, the Common Expression Language (https://github.com/google/cel-spec), over JSON values and
/// whatever else an Activation binds: literals, operators, macros, conversions, time, and the
/// extensions for strings, mathematics, base64 and macros with two variables. Protocol buffers and
/// optional values are left out.
///
/// A Program is compiled once and evaluated any number of times, by any number of threads at a
/// time. Evaluation has no effect but its result and is bounded by Limits. Nothing is thrown but
/// std::bad_alloc.
///
///     auto compiled = cel::Program::compile("user.age >= 18", {});
///     cel::LocalArena arena(compiled.program->limits().memory_bytes);
///     auto outcome = compiled.program->evaluate(activation, arena);
///     if (!outcome.error) { outcome.value.as_bool(); }
namespace oa::core::cel {

struct CompileOptions {
    Limits limits;
    std::vector<HostFunction> functions;  ///< which the Activation computes
    /// Ask the Activation for "a.b.c", "a.b" and "a", in this order, where a.b.c is written.
    bool dotted_names = false;
    Extent extent = Extent::Expression;
};

struct Outcome {
    Value value;                 ///< valid as long as program, bindings and arena
    std::optional<Error> error;  ///< then there is no value
};

class Program {
public:
    struct Parsed;

    /// Reads the longest expression at the start of the text.
    [[nodiscard]] static Parsed compile(std::string_view text, const CompileOptions& options);

    [[nodiscard]] Outcome evaluate(const Activation& activation, Arena& arena) const;

    /// What can be known to fail, given what paths can be.
    [[nodiscard]] Checked check(const KindsOf& kinds_of) const;

    [[nodiscard]] const EvaluationLimits& limits() const noexcept { return limits_; }
    /// The inner form: paths, calls and macros in the order of the text.
    [[nodiscard]] const Ast& ast() const noexcept { return *ast_; }

private:
    std::shared_ptr<const Ast> ast_;
    EvaluationLimits limits_;
};

struct Program::Parsed {
    std::optional<Program> program;  ///< empty when there is an error
    /// Bytes of the text that belong to it, white space around it included; with an error, where
    /// reading gave up.
    std::size_t consumed = 0;
    /// What is wrong; with a program: why it ends where it does, if the text goes on.
    SyntaxError error;
};

}  // namespace oa::core::cel
