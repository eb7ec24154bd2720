#include "core/workflow/declaration_reader.hpp"

#include <string>
#include <unordered_map>
#include <utility>
#include <variant>

#include "core/workflow/dependency_order.hpp"
#include "core/workflow/input_reader.hpp"
#include "core/workflow/language_names.hpp"
#include "core/workflow/value_reader.hpp"

namespace oa::core {
namespace {

/// The variables that a template reads.
std::vector<std::size_t> read_by(const Template& value,
                                 const std::unordered_map<std::string, std::size_t>& index) {
    std::vector<std::size_t> found;
    value.for_each_placeholder([&](const Placeholder& placeholder) {
        if (!placeholder.expression) {
            return;
        }
        for (const Expression::Reference& path : placeholder.expression->references()) {
            std::string name = path.root;
            if (name == "vars" && !path.segments.empty() &&
                std::holds_alternative<std::string>(path.segments.front())) {
                name = std::get<std::string>(path.segments.front());
            }
            if (const auto variable = index.find(name); variable != index.end()) {
                found.push_back(variable->second);
            }
        }
    });
    return found;
}

}  // namespace

std::vector<Input> read_inputs(Reading& reading, const YamlNode& node) {
    std::vector<Input> inputs;
    for (const YamlNode::Entry& entry : read_mapping(reading, node, "'inputs'")) {
        if (reading.session.findings.give_up()) {
            break;
        }
        inputs.push_back(read_input(reading, entry));
    }
    return inputs;
}

std::vector<Variable> read_variables(Reading& reading,
                                     const std::vector<const YamlNode::Entry*>& entries) {
    std::vector<Variable> variables;
    std::unordered_map<std::string, std::size_t> index;
    for (const YamlNode::Entry* entry : entries) {
        if (auto problem = name_problem(entry->key)) {
            reading.error(entry->key_position, std::move(*problem));
        }
        if (is_language_name(entry->key)) {
            reading.warn(entry->key_position,
                         "the variable '" + entry->key + "' is hidden by a name of the language",
                         "read it as vars." + entry->key);
        } else {
            index.emplace(entry->key, variables.size());
        }
        variables.push_back({entry->key, entry->key_position,
                             read_template(reading, *entry->value, {ExpressionPlace::Variable})});
    }

    std::vector<std::vector<std::size_t>> needs;
    needs.reserve(variables.size());
    for (const Variable& variable : variables) {
        needs.push_back(read_by(variable.value, index));
    }
    const DependencyOrder order = order_by_dependency(needs);
    for (const std::vector<std::size_t>& circle : order.circles) {
        std::string path;
        for (const std::size_t variable : circle) {
            path += variables[variable].name + " -> ";
        }
        reading.error(variables[circle.front()].position,
                      "these variables need each other: " + path + variables[circle.front()].name,
                      {}, "variable-cycle");
    }
    std::vector<Variable> ordered;
    ordered.reserve(variables.size());
    for (const std::size_t variable : order.order) {
        ordered.push_back(std::move(variables[variable]));
    }
    return ordered;
}

}  // namespace oa::core
