#include "core/workflow/known_types.hpp"

#include <string>

#include <boost/json.hpp>

namespace oa::core {
namespace {

namespace json = boost::json;

using Types = std::unordered_map<std::string_view, StaticType>;

const Types declared_types = {{"string", StaticType::String}, {"integer", StaticType::Int},
                              {"number", StaticType::Double}, {"boolean", StaticType::Bool},
                              {"array", StaticType::List},    {"object", StaticType::Map}};
/// Fields that can be null are left out.
const Types task_types = {{"status", StaticType::String},
                          {"attempts", StaticType::Int},
                          {"duration", StaticType::Double}};
const Types run_types = {
    {"id", StaticType::String}, {"attempt", StaticType::Int}, {"status", StaticType::String}};
const Types workflow_types = {{"name", StaticType::String}};
const Types error_types = {
    {"code", StaticType::String}, {"message", StaticType::String}, {"retryable", StaticType::Bool}};

StaticType look_up(const Types& types, std::string_view name) {
    const auto found = types.find(name);
    return found == types.end() ? StaticType::Any : found->second;
}

StaticType type_of(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null: return StaticType::Null;
        case json::kind::bool_: return StaticType::Bool;
        case json::kind::int64:
        case json::kind::uint64: return StaticType::Int;
        case json::kind::double_: return StaticType::Double;
        case json::kind::string: return StaticType::String;
        case json::kind::array: return StaticType::List;
        case json::kind::object: return StaticType::Map;
    }
    return StaticType::Any;
}

StaticType type_of(const Template& value) {
    if (value.is_literal()) {
        return type_of(value.literal());
    }
    if (value.fields() != nullptr) {
        return StaticType::Map;
    }
    if (value.items() != nullptr) {
        return StaticType::List;
    }
    return value.text()->parts().size() > 1 ? StaticType::String : StaticType::Any;
}

/// The type at a path of one field below a root that is a map.
StaticType member(const Types& types, const Expression::Reference& path, std::size_t depth) {
    if (path.segments.size() == depth) {
        return StaticType::Map;
    }
    const auto* name = std::get_if<std::string>(&path.segments[depth]);
    return name != nullptr && path.segments.size() == depth + 1 ? look_up(types, *name)
                                                                : StaticType::Any;
}

}  // namespace

KnownTypes::KnownTypes(const Workflow& workflow) {
    for (const Input& input : workflow.inputs) {
        inputs_[input.name] = input.type ? look_up(declared_types, *input.type) : StaticType::Any;
    }
    if (workflow.compat_oa3) {
        return;  // tasks may give variables other values
    }
    for (const Variable& variable : workflow.variables) {
        variables_[variable.name] = type_of(variable.value);
    }
}

StaticType KnownTypes::of(const Expression::Reference& path) const {
    const std::string& root = path.root;
    if (root == "inputs") {
        return member(inputs_, path, 0);
    }
    if (root == "vars") {
        return member(variables_, path, 0);
    }
    if (root == "tasks") {
        return path.segments.empty() ? StaticType::Map : member(task_types, path, 1);
    }
    if (root == "run") {
        return member(run_types, path, 0);
    }
    if (root == "workflow") {
        return member(workflow_types, path, 0);
    }
    if (root == "error") {
        return member(error_types, path, 0);
    }
    if (!path.segments.empty()) {
        return StaticType::Any;
    }
    if (root == "index") {
        return StaticType::Int;
    }
    if (root == "key") {
        return StaticType::String;
    }
    return look_up(variables_, root);
}

}  // namespace oa::core
