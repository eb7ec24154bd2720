#include "core/schema/schema.hpp"

#include <algorithm>
#include <utility>

#include "core/schema/compiler.hpp"
#include "core/schema/defaults.hpp"
#include "core/schema/evaluation.hpp"

namespace oa::core {
namespace {

std::string with_hint(std::string text, const std::string& hint) {
    return hint.empty() ? text : std::move(text) + "; " + hint;
}

}  // namespace

std::string to_string(const SchemaMistake& mistake) {
    const std::string place =
        mistake.pointer.empty() ? "the schema: " : "the schema at " + mistake.pointer + ": ";
    return with_hint(place + mistake.message, mistake.hint);
}

std::string to_string(const SchemaProblem& problem) {
    const std::string place = problem.pointer.empty() ? "the value" : problem.pointer;
    return with_hint(place + " " + problem.message, problem.hint);
}

Schema::Schema(std::shared_ptr<const schema::Program> program) : program_(std::move(program)) {}

CompiledSchema Schema::compile(const boost::json::value& schema, const SchemaLimits& limits) {
    CompiledSchema compiled;
    schema::Compiler compiler(schema, limits);
    auto program = compiler.run();
    compiled.mistakes = std::move(compiler.mistakes());
    if (program) {
        compiled.schema = Schema(std::move(program));
    }
    return compiled;
}

std::vector<SchemaProblem> Schema::validate(const boost::json::value& instance,
                                            const ValidateOptions& options) const {
    const schema::Place whole;
    schema::Evaluation quick(*program_, options);
    const auto truth = quick.evaluate_child(0, instance, whole, nullptr);
    if (quick.stopped()) {
        return {quick.limit()};
    }
    if (truth != schema::Truth::No) {
        return {};
    }
    // Once more, for the words: what fits needs none, and most values fit.
    schema::Evaluation thorough(*program_, options);
    schema::Report report(std::max<std::size_t>(options.problems_max, 1));
    thorough.evaluate_child(0, instance, whole, &report);
    if (thorough.stopped()) {
        report.add(thorough.limit());
    }
    if (report.problems().empty()) {
        report.add(whole, program_->nodes.front(), "", "does not fit its schema");
    }
    return report.take();
}

void Schema::fill_defaults(boost::json::value& instance) const {
    schema::fill_defaults(*program_, instance);
}

}  // namespace oa::core
