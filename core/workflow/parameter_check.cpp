#include "core/workflow/parameter_check.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "core/workflow/language_names.hpp"
#include "core/workflow/preview.hpp"
#include "core/workflow/value_reader.hpp"
#include "core/workflow/yaml_pointer.hpp"

namespace oa::core {
namespace {

/// The engine gives it where the document does not.
constexpr std::string_view input_parameter = "input";

/// For Diagnostic::code.
std::string_view code_of(const SchemaProblem& problem) {
    switch (problem.kind) {
        case SchemaProblem::Kind::MissingField: return "missing-parameter";
        case SchemaProblem::Kind::UnknownField: return "unknown-parameter";
        case SchemaProblem::Kind::Value:
        case SchemaProblem::Kind::Limit: break;
    }
    return problem.schema_pointer.ends_with("/type") ? "wrong-type" : "wrong-value";
}

class ParameterChecker {
public:
    ParameterChecker(Reading& reading,
                     const Task& task,
                     const std::vector<const YamlNode::Entry*>& entries,
                     SourcePosition call)
        : reading_(reading), task_(task), function_(*task.info), entries_(entries), call_(call) {}

    void check_names() {
        for (const YamlNode::Entry* entry : entries_) {
            if (!function_.open && !function_.takes(entry->key)) {
                reading_.error(entry->key_position,
                               call_name() + " has no parameter '" + excerpt(entry->key) + "'",
                               is_task_key(entry->key)
                                   ? "'" + entry->key +
                                         "' is a key of the task: put it there, not among the "
                                         "parameters"
                                   : reading_.suggest(entry->key, function_.parameters),
                               "unknown-parameter");
            }
        }
    }

    void check_values() {
        Preview preview(task_.params, reading_.compat_oa3 ? Preview::Texts::MayBeAnything
                                                          : Preview::Texts::AreTexts);
        if (function_.takes(input_parameter) && find(input_parameter) == nullptr) {
            preview.add_unknown(input_parameter);
        }
        ValidateOptions options;
        options.unknown = [&preview](const auto& value) { return preview.kinds_of(value); };
        for (SchemaProblem& problem : task_.params_schema->validate(preview.value(), options)) {
            report(std::move(problem));
        }
    }

private:
    [[nodiscard]] static bool is_task_key(const std::string& key) {
        const auto& keys = task_key_names();
        return std::find(keys.begin(), keys.end(), key) != keys.end();
    }
    [[nodiscard]] std::string call_name() const {
        return function_.module + "." + function_.function;
    }
    [[nodiscard]] std::string parameter_name(std::string_view name) const {
        return "the parameter '" + excerpt(name) + "' of " + call_name();
    }

    [[nodiscard]] const YamlNode::Entry* find(std::string_view name) const {
        const auto found = std::find_if(entries_.begin(), entries_.end(),
                                        [name](const auto* entry) { return entry->key == name; });
        return found == entries_.end() ? nullptr : *found;
    }

    void report(SchemaProblem problem) {
        const PointerHead head = split_pointer(problem.pointer);
        const YamlNode::Entry* entry = problem.pointer.empty() ? nullptr : find(head.key);
        if (entry == nullptr) {
            report_about_call(std::move(problem));
            return;
        }
        const YamlNode& node = node_at(*entry->value, head.rest);
        const SourcePosition position =
            problem.kind == SchemaProblem::Kind::UnknownField
                ? key_position_at(*entry->value, head.rest, problem.field)
                : node.position;
        std::string message = parameter_name(head.key) + " ";
        if (!head.rest.empty()) {
            message.append("at ").append(head.rest).append(" ");
        }
        if (problem.hint.empty() && holds_placeholder(node.scalar)) {
            problem.hint =
                "what is filled into a text is a text; a placeholder with an expression that "
                "stands alone keeps its type, as in ${int(vars.port)}";
        }
        const std::string_view code = code_of(problem);
        reading_.error(position, message + problem.message, std::move(problem.hint), code);
    }

    void report_about_call(SchemaProblem problem) {
        if (problem.kind == SchemaProblem::Kind::MissingField) {
            reading_.error(call_, parameter_name(problem.field) + " is missing", {},
                           "missing-parameter");
            return;
        }
        const YamlNode::Entry* entry = nullptr;
        if (problem.kind == SchemaProblem::Kind::UnknownField) {
            entry = find(problem.field);
            if (!function_.open && !function_.takes(problem.field)) {
                return;  // reported by its name
            }
        }
        const std::string_view code = code_of(problem);
        reading_.error(entry == nullptr ? call_ : entry->key_position,
                       call_name() + " " + problem.message, std::move(problem.hint), code);
    }

    Reading& reading_;
    const Task& task_;
    const FunctionInfo& function_;
    const std::vector<const YamlNode::Entry*>& entries_;
    SourcePosition call_;
};

}  // namespace

std::shared_ptr<const Schema> schema_of(Reading& reading, const FunctionInfo& function) {
    const auto [known, is_new] = reading.session.schemas.try_emplace(&function);
    if (is_new && !function.params_schema.empty()) {
        CompiledSchema compiled = Schema::compile(function.params_schema);
        if (compiled.schema) {
            known->second = std::make_shared<const Schema>(std::move(*compiled.schema));
        }
    }
    return known->second;
}

void check_parameters(Reading& reading,
                      const Task& task,
                      const std::vector<const YamlNode::Entry*>& entries,
                      SourcePosition call) {
    ParameterChecker checker(reading, task, entries, call);
    checker.check_names();
    if (task.params_schema != nullptr) {
        checker.check_values();
    }
}

}  // namespace oa::core
