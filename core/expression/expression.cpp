#include "core/expression/expression.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <boost/json.hpp>

#include "core/expression/cel/cel.hpp"
#include "core/expression/cel/path_words.hpp"
#include "core/expression/cel/utf8.hpp"
#include "core/json/json.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

struct StatusName {
    std::string_view name;
    StatusFunction function;
};
constexpr std::array<StatusName, 3> status_names{{{"success", StatusFunction::Success},
                                                  {"failure", StatusFunction::Failure},
                                                  {"always", StatusFunction::Always}}};

cel::CompileOptions compile_options(cel::Extent extent) {
    cel::CompileOptions options;
    options.extent = extent;
    for (const auto& status : status_names) {
        options.functions.push_back({std::string(status.name), 0, cel::set_of(cel::Kind::Bool)});
    }
    return options;
}

bool is_status(std::string_view name) {
    return std::any_of(status_names.begin(), status_names.end(),
                       [name](const StatusName& status) { return status.name == name; });
}

/// The tasks as a map of which nothing is built before it is asked for.
class Tasks final : public cel::MapSource {
public:
    explicit Tasks(const Scope& scope) : scope_(scope) {}

    [[nodiscard]] std::optional<cel::Value> find(std::string_view key) const override {
        const auto* const task = scope_.find_task(key);
        return task == nullptr ? std::nullopt : std::optional(cel::Value::json(*task));
    }
    [[nodiscard]] std::vector<std::string> keys() const override { return scope_.task_names(); }

private:
    const Scope& scope_;
};

/// What CEL sees of a scope.
class ScopeActivation final : public cel::Activation {
public:
    explicit ScopeActivation(const Scope& scope) : scope_(scope), tasks_(scope) {}

    [[nodiscard]] std::optional<cel::Value> find(std::string_view name) const override {
        if (name == "tasks") {
            return cel::Value::map(tasks_);
        }
        const auto* const value = scope_.find(name);
        return value == nullptr ? std::nullopt : std::optional(cel::Value::json(*value));
    }

    [[nodiscard]] std::vector<std::string> names() const override {
        auto names = scope_.names();
        if (std::find(names.begin(), names.end(), "tasks") == names.end()) {
            names.emplace_back("tasks");
        }
        return names;
    }

    [[nodiscard]] Called call(std::string_view function,
                              std::span<const cel::Value> /*arguments*/) const override {
        for (const auto& status : status_names) {
            if (status.name != function) {
                continue;
            }
            if (const auto verdict = scope_.status(status.function)) {
                return {cel::Value::boolean(*verdict), "", ""};
            }
        }
        return {std::nullopt, std::string(function) + "() exists in conditions only",
                "it tells how the tasks before this one went, as in: when: failure()"};
    }

private:
    const Scope& scope_;
    Tasks tasks_;
};

/// Why a task has no output, when that is what a path fails at.
std::string output_hint(const cel::Error& error, const Scope& scope) {
    const auto& segments = error.path->segments;
    const bool is_output = error.segment == 2 && error.kind == cel::Kind::Null &&
                           segments[0].key.is(cel::Kind::String) &&
                           segments[1].key.is(cel::Kind::String) &&
                           segments[1].key.as_text() == "output";
    if (!is_output) {
        return {};
    }
    const auto name = segments[0].key.as_text();
    const auto* const record = scope.find_task(name);
    const auto* const fields = record == nullptr ? nullptr : record->if_object();
    const auto* const status = fields == nullptr ? nullptr : fields->if_contains("status");
    if (status == nullptr || !status->is_string()) {
        return {};
    }
    return "task '" + cel::shortened(name) + "' has no output; its status is " +
           std::string(status->get_string());
}

/// Says more about what CEL does not know: the environment and tasks.
void explain_more(cel::Error& error, const Scope& scope) {
    if (error.path == nullptr) {
        return;
    }
    const auto& path = *error.path;
    if (error.code == cel::Error::Code::UnknownName && scope.environment(path.root)) {
        error.hint = "the environment variable of that name is read with ENV:" + path.root;
    }
    if (error.code != cel::Error::Code::NoValueAtPath) {
        return;
    }
    if (path.root == "inputs" && error.segment == 0 && error.key) {
        const std::string name = cel::shortened(*error.key);
        error.message = "the input '" + name + "' was not given";
        if (error.hint.empty()) {
            error.hint = "ask with has(inputs." + name + "), or give it a default";
        }
        return;
    }
    if (path.root != "tasks") {
        return;
    }
    if (error.segment > 0) {
        if (auto hint = output_hint(error, scope); !hint.empty()) {
            error.hint = std::move(hint);
        }
    } else if (!error.key) {
        error.message = "'tasks' needs the name of a task after it";
        error.hint = "such as tasks.fetch.output or tasks[\"my task\"].output";
    } else {
        const auto& name = *error.key;
        error.message = "no task is named '" + cel::shortened(name) + "'";
        error.hint = cel::suggestion(name, scope.task_names(), "the tasks are: ");
    }
}

[[noreturn]] void fail(const cel::ConversionProblem& problem) {
    throw EvaluationError(problem.message, problem.hint);
}

constexpr std::array<StaticType, cel::kind_count> static_types{
    StaticType::Null,   StaticType::Bool,   StaticType::Int,       StaticType::Uint,
    StaticType::Double, StaticType::String, StaticType::Bytes,     StaticType::List,
    StaticType::Map,    StaticType::Type,   StaticType::Timestamp, StaticType::Duration};

/// What a JSON value that is said to have the type can be.
cel::KindSet kinds_of(StaticType type) {
    switch (type) {
        case StaticType::Any: return cel::any_kind;
        case StaticType::Int: return cel::whole_kinds;
        case StaticType::Double: return cel::number_kinds;
        default: break;
    }
    const auto found = std::find(static_types.begin(), static_types.end(), type);
    return cel::set_of(static_cast<cel::Kind>(found - static_types.begin()));
}

StaticType type_of_kinds(cel::KindSet kinds) {
    if (const auto one = cel::only(kinds)) {
        return static_types[static_cast<std::size_t>(*one)];
    }
    if (kinds == cel::whole_kinds) {
        return StaticType::Int;
    }
    const bool number = kinds != cel::no_kind && (kinds & ~cel::number_kinds) == 0;
    return number ? StaticType::Double : StaticType::Any;
}

Expression::Reference reference_to(const cel::PathNode& path) {
    Expression::Reference reference;
    reference.root = path.root;
    reference.offset = path.offset;
    reference.tested = path.tested;
    for (const auto& segment : path.segments) {
        if (segment.key.is(cel::Kind::String)) {
            reference.segments.emplace_back(std::string(segment.key.as_text()));
        } else {
            reference.segments.emplace_back(segment.key.as_int());
        }
    }
    return reference;
}

}  // namespace

struct Expression::Program {
    cel::Program cel;
    std::vector<Reference> references;
    std::vector<const cel::PathNode*> paths;  ///< of the references
    const Reference* whole = nullptr;         ///< the path that is all there is
    bool calls_status = false;

    explicit Program(cel::Program compiled) : cel(std::move(compiled)) {
        const auto& ast = cel.ast();
        for (const auto& path : ast.paths) {
            if (path.base == cel::PathNode::Base::Free && !path.type_name) {
                references.push_back(reference_to(path));
                paths.push_back(&path);
            }
        }
        const auto& root = ast.nodes[ast.root];
        if (root.op == cel::Op::Path && !ast.paths[root.detail].tested) {
            whole = reference_of(ast.paths[root.detail]);
        }
        calls_status = std::any_of(ast.calls.begin(), ast.calls.end(), [](const auto& call) {
            return !call.method && is_status(call.name);
        });
    }

    /// nullptr when the path does not begin with a variable.
    [[nodiscard]] const Reference* reference_of(const cel::PathNode& path) const {
        const auto found = std::find(paths.begin(), paths.end(), &path);
        return found == paths.end() ? nullptr
                                    : &references[static_cast<std::size_t>(found - paths.begin())];
    }

    /// Evaluates and hands the value on while all that it borrows is there. Throws EvaluationError.
    template <typename Use>
    auto evaluate(const Scope& scope, Use use) const {
        const ScopeActivation activation(scope);
        cel::LocalArena arena(cel.limits().memory_bytes);
        auto outcome = cel.evaluate(activation, arena);
        if (outcome.error) {
            explain_more(*outcome.error, scope);
            throw EvaluationError(outcome.error->message, std::move(outcome.error->hint),
                                  outcome.error->offset);
        }
        return use(outcome.value);
    }
};

std::string_view with_article(StaticType type) {
    switch (type) {
        case StaticType::Any: return "any value";
        case StaticType::Null: return "null";
        case StaticType::Bool: return "a boolean";
        case StaticType::Int: return "an integer";
        case StaticType::Uint: return "an unsigned integer";
        case StaticType::Double: return "a number";
        case StaticType::String: return "a string";
        case StaticType::Bytes: return "bytes";
        case StaticType::List: return "a list";
        case StaticType::Map: return "a map";
        case StaticType::Type: return "a type";
        case StaticType::Timestamp: return "a timestamp";
        case StaticType::Duration: return "a duration";
    }
    return "any value";
}

Expression::Parsed Expression::parse(std::string_view text) {
    return from(text, false);
}

Expression::Parsed Expression::parse_path(std::string_view text) {
    return from(text, true);
}

Expression::Parsed Expression::from(std::string_view text, bool path) {
    static const auto options = compile_options(cel::Extent::Expression);
    static const auto path_options = compile_options(cel::Extent::Path);
    auto compiled = cel::Program::compile(text, path ? path_options : options);
    Parsed parsed;
    parsed.consumed = compiled.consumed;
    parsed.error = {compiled.error.offset, std::move(compiled.error.message),
                    std::move(compiled.error.hint)};
    if (compiled.program) {
        parsed.expression.emplace();
        parsed.expression->program_ = std::make_shared<Program>(*std::move(compiled.program));
    }
    return parsed;
}

boost::json::value Expression::evaluate(const Scope& scope) const {
    return program_->evaluate(scope, [this](const cel::Value& value) {
        json::value out;
        if (const auto problem = cel::to_json(value, program_->cel.limits(), out)) {
            fail(*problem);
        }
        return out;
    });
}

void Expression::append_to(std::string& out, const Scope& scope) const {
    program_->evaluate(scope, [this, &out](const cel::Value& value) {
        if (value.is(cel::Kind::String)) {
            out += value.as_text();
        } else if (const auto* const borrowed = value.borrowed_json()) {
            append_json(out, *borrowed);
        } else {
            json::value made;
            if (const auto problem = cel::to_json(value, program_->cel.limits(), made)) {
                fail(*problem);
            }
            // Timestamps and the like are texts in JSON, and texts are appended as they are.
            if (const auto* const text = made.if_string()) {
                out.append(text->data(), text->size());
            } else {
                append_json(out, made);
            }
        }
    });
}

bool Expression::test(const Scope& scope) const {
    return program_->evaluate(scope, [](const cel::Value& value) {
        if (!value.is(cel::Kind::Bool)) {
            throw EvaluationError("the condition gives " +
                                      std::string(cel::json_word(value.kind())) +
                                      ", not true or false",
                                  "a value is compared, as in status == 200 or name != \"\"");
        }
        return value.as_bool();
    });
}

const std::vector<Expression::Reference>& Expression::references() const noexcept {
    return program_->references;
}

const Expression::Reference* Expression::as_path() const noexcept {
    return program_->whole;
}

bool Expression::calls_status() const noexcept {
    return program_->calls_status;
}

bool Expression::reads(std::string_view name) const noexcept {
    const auto& paths = program_->cel.ast().paths;
    return std::any_of(paths.begin(), paths.end(), [name](const cel::PathNode& path) {
        return path.base == cel::PathNode::Base::Free && path.root == name;
    });
}

Expression::Checked Expression::check(const TypeOf& type_of) const {
    const auto checked = program_->cel.check([&](const cel::PathNode& path) {
        const auto* const reference = program_->reference_of(path);
        return reference == nullptr ? cel::any_kind : kinds_of(type_of(*reference));
    });
    Checked out;
    out.type = as_path() == nullptr ? type_of_kinds(checked.kinds) : type_of(*as_path());
    for (const auto& finding : checked.findings) {
        out.errors.push_back({finding.offset, finding.message, finding.hint});
    }
    return out;
}

std::optional<std::string> Expression::Reference::task() const {
    if (root != "tasks" || segments.empty()) {
        return std::nullopt;
    }
    const auto* const name = std::get_if<std::string>(&segments.front());
    return name == nullptr ? std::nullopt : std::optional(*name);
}

}  // namespace oa::core
