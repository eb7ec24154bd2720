#include "core/workflow/declaration_reader.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/workflow/dependency_order.hpp"
#include "core/workflow/inputs.hpp"
#include "core/workflow/json_type.hpp"
#include "core/workflow/language_names.hpp"
#include "core/workflow/pattern.hpp"
#include "core/workflow/value_reader.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

const std::vector<std::string> input_keys = {"type",    "required", "default", "enum",
                                             "pattern", "minimum",  "maximum", "description"};

/// Words of JSON Schema that a declaration cannot use yet, by their own names.
const std::vector<std::string> schema_keys = {"$defs",
                                              "$id",
                                              "$ref",
                                              "$schema",
                                              "additionalProperties",
                                              "allOf",
                                              "anyOf",
                                              "const",
                                              "contains",
                                              "dependentRequired",
                                              "else",
                                              "examples",
                                              "exclusiveMaximum",
                                              "exclusiveMinimum",
                                              "format",
                                              "if",
                                              "items",
                                              "maxItems",
                                              "maxLength",
                                              "maxProperties",
                                              "minItems",
                                              "minLength",
                                              "minProperties",
                                              "multipleOf",
                                              "not",
                                              "oneOf",
                                              "patternProperties",
                                              "prefixItems",
                                              "properties",
                                              "propertyNames",
                                              "then",
                                              "title",
                                              "uniqueItems"};

bool contains(const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

class InputReader {
public:
    InputReader(Reading& reading, const YamlNode::Entry& entry) : reading_(reading), entry_(entry) {
        input_.name = entry.key;
        input_.position = entry.key_position;
    }

    Input read() {
        if (auto problem = name_problem(entry_.key)) {
            reading_.error(entry_.key_position, std::move(*problem));
        }
        for (const auto& key : read_mapping(reading_, *entry_.value, "an input")) {
            if (!is_null(*key.value) || key.key == "default") {
                read_key(key);
            } else if (!contains(input_keys, key.key)) {
                read_unknown(key);
            }
        }
        check();
        return std::move(input_);
    }

private:
    void read_key(const YamlNode::Entry& entry) {
        const YamlNode& node = *entry.value;
        if (entry.key == "type") {
            read_type(node);
        } else if (entry.key == "required") {
            input_.required = read_bool(reading_, node, "'required'").value_or(false);
        } else if (entry.key == "default") {
            default_node_ = &node;
            input_.default_value = read_literal(reading_, node);
        } else if (entry.key == "enum") {
            read_enum(node);
        } else if (entry.key == "pattern") {
            read_pattern(node);
        } else if (entry.key == "minimum") {
            bound_node_ = &node;
            input_.minimum = read_bound(node, "'minimum'");
        } else if (entry.key == "maximum") {
            bound_node_ = &node;
            input_.maximum = read_bound(node, "'maximum'");
        } else if (entry.key == "description") {
            input_.description = read_text(reading_, node, "'description'").value_or("");
        } else {
            read_unknown(entry);
        }
    }

    void read_unknown(const YamlNode::Entry& entry) {
        if (contains(schema_keys, entry.key)) {
            reading_.error(entry.key_position,
                           "'" + entry.key + "' is not available in this version");
        } else {
            reading_.unknown_key(entry.key_position, entry.key, input_keys);
        }
    }

    void read_type(const YamlNode& node) {
        const auto type = read_text(reading_, node, "'type'");
        if (!type) {
            return;
        }
        if (!contains(json_type_names(), *type)) {
            std::string hint = reading_.suggest(*type, json_type_names());
            if (hint.empty()) {
                hint = "known are string, integer, number, boolean, array and object";
            }
            reading_.error(node.position, "there is no type '" + excerpt(*type) + "'", hint);
            return;
        }
        input_.type = *type;
    }

    void read_enum(const YamlNode& node) {
        if (node.kind != YamlNode::Kind::Sequence || node.items.empty()) {
            reading_.error(
                node.position,
                "'enum' takes a list of values, not " +
                    (node.items.empty() && node.kind == YamlNode::Kind::Sequence ? "an empty one"
                                                                                 : describe(node)));
            return;
        }
        enum_node_ = &node;
        if (auto values = read_literal(reading_, node)) {
            input_.enumeration = std::move(values->as_array());
        }
    }

    void read_pattern(const YamlNode& node) {
        const auto pattern = read_text(reading_, node, "'pattern'");
        if (!pattern) {
            return;
        }
        pattern_node_ = &node;
        if (const auto problem = pattern_problem(*pattern)) {
            reading_.error(
                node.position,
                "the pattern '" + excerpt(*pattern) + "' is no regular expression: " + *problem,
                "its syntax is that of RE2, which has no look-ahead and no "
                "back-references");
            return;
        }
        input_.pattern = *pattern;
    }

    std::optional<double> read_bound(const YamlNode& node, std::string_view what) {
        constexpr double limit = std::numeric_limits<double>::max();
        return read_number(reading_, node, what, -limit, limit);
    }

    // ----- what must fit together -----

    void check() {
        if (pattern_node_ != nullptr && input_.type && *input_.type != "string") {
            reading_.error(pattern_node_->position, "'pattern' is for texts, and this input is " +
                                                        with_article(*input_.type));
            input_.pattern.reset();
        }
        if (bound_node_ != nullptr && input_.type && *input_.type != "integer" &&
            *input_.type != "number") {
            reading_.error(bound_node_->position,
                           "'minimum' and 'maximum' are for numbers, and this input is " +
                               with_article(*input_.type));
        } else if (input_.minimum && input_.maximum && *input_.minimum > *input_.maximum) {
            reading_.error(bound_node_->position, "the minimum " + write_json(*input_.minimum) +
                                                      " is above the maximum " +
                                                      write_json(*input_.maximum));
            input_.minimum.reset();
        }
        if (input_.enumeration && input_.type) {
            check_enum();
        }
        if (input_.default_value) {
            if (const auto problem = input_value_problem(input_, *input_.default_value)) {
                reading_.error(default_node_->position, "the default does not fit: the input '" +
                                                            excerpt(input_.name) + "' " + *problem);
            }
        }
    }

    void check_enum() {
        for (std::size_t i = 0; i < input_.enumeration->size(); ++i) {
            const json::value& value = input_.enumeration->at(i);
            if (!has_type(value, *input_.type)) {
                reading_.error(enum_node_->items[i]->position,
                               "the input '" + excerpt(input_.name) + "' takes " +
                                   with_article(*input_.type) + ", not " +
                                   oa::core::describe(value));
            }
        }
    }

    Reading& reading_;
    const YamlNode::Entry& entry_;
    Input input_;
    const YamlNode* default_node_ = nullptr;
    const YamlNode* enum_node_ = nullptr;
    const YamlNode* pattern_node_ = nullptr;
    const YamlNode* bound_node_ = nullptr;  // the later one of minimum and maximum
};

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
        inputs.push_back(InputReader(reading, entry).read());
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
                      "these variables need each other: " + path + variables[circle.front()].name);
    }
    std::vector<Variable> ordered;
    ordered.reserve(variables.size());
    for (const std::size_t variable : order.order) {
        ordered.push_back(std::move(variables[variable]));
    }
    return ordered;
}

}  // namespace oa::core
