#include <utility>

#include "core/expression/cel/cel.hpp"
#include "core/expression/cel/compiler.hpp"
#include "core/expression/cel/evaluator.hpp"
#include "core/expression/cel/parser.hpp"

namespace oa::core::cel {

Program::Parsed Program::compile(std::string_view text, const CompileOptions& options) {
    auto syntax = parse_syntax(text, options.limits.parse, options.extent);
    Parsed parsed;
    parsed.consumed = syntax.consumed;
    parsed.error = std::move(syntax.error);
    if (syntax.tree.root == no_syntax) {
        return parsed;
    }
    auto compiled = cel::compile(std::move(syntax.tree), text.substr(0, syntax.consumed),
                                 options.functions, options.dotted_names);
    if (compiled.ast == nullptr) {
        parsed.error = std::move(compiled.error);
        return parsed;
    }
    parsed.program.emplace();
    parsed.program->ast_ = std::move(compiled.ast);
    parsed.program->limits_ = options.limits.evaluation;
    return parsed;
}

Outcome Program::evaluate(const Activation& activation, Arena& arena) const {
    State state(limits_, arena);
    Outcome outcome;
    if (!Evaluator(*ast_, activation, state).evaluate(ast_->root, outcome.value)) {
        outcome.error = explain(*ast_, activation, state);
    }
    return outcome;
}

Checked Program::check(const KindsOf& kinds_of) const {
    return cel::check(*ast_, kinds_of);
}

}  // namespace oa::core::cel
