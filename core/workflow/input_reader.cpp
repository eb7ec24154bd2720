#include "core/workflow/input_reader.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/workflow/inputs.hpp"
#include "core/workflow/json_type.hpp"
#include "core/workflow/value_reader.hpp"
#include "core/workflow/yaml_pointer.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

/// What a declaration is most often made of.
const std::vector<std::string> input_keys = {"type",    "required", "default", "enum",
                                             "pattern", "minimum",  "maximum", "description"};

/// The other words of JSON Schema.
const std::vector<std::string> schema_keys = {"$anchor",
                                              "$comment",
                                              "$defs",
                                              "$dynamicAnchor",
                                              "$dynamicRef",
                                              "$id",
                                              "$ref",
                                              "$schema",
                                              "additionalProperties",
                                              "allOf",
                                              "anyOf",
                                              "const",
                                              "contains",
                                              "contentEncoding",
                                              "contentMediaType",
                                              "contentSchema",
                                              "definitions",
                                              "dependentRequired",
                                              "dependentSchemas",
                                              "deprecated",
                                              "else",
                                              "examples",
                                              "exclusiveMaximum",
                                              "exclusiveMinimum",
                                              "format",
                                              "if",
                                              "items",
                                              "maxContains",
                                              "maxItems",
                                              "maxLength",
                                              "maxProperties",
                                              "minContains",
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
                                              "readOnly",
                                              "then",
                                              "title",
                                              "unevaluatedItems",
                                              "uniqueItems",
                                              "unevaluatedProperties",
                                              "writeOnly"};

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
            read_key(key);
        }
        if (!input_.declaration.empty()) {
            compile();
        }
        if (fits_together()) {
            check_default();
        }
        return std::move(input_);
    }

private:
    void read_key(const YamlNode::Entry& entry) {
        const YamlNode& node = *entry.value;
        if (!contains(input_keys, entry.key) && !contains(schema_keys, entry.key)) {
            std::vector<std::string> known = input_keys;
            known.insert(known.end(), schema_keys.begin(), schema_keys.end());
            reading_.unknown_key(entry.key_position, entry.key, known);
        } else if (entry.key == "default") {
            input_.default_value = read_literal(reading_, node);
            keep(entry.key, input_.default_value);
        } else if (is_null(node) && entry.key != "const") {
            return;
        } else if (entry.key == "enum" && node.kind == YamlNode::Kind::Sequence &&
                   node.items.empty()) {
            is_wrong_ = true;
            reading_.error(node.position, "'enum' takes a list of values, not an empty one");
        } else if (entry.key == "required" && node.kind != YamlNode::Kind::Sequence) {
            input_.required = read_bool(reading_, node, "'required'").value_or(false);
        } else {
            keep(entry.key, read_literal(reading_, node));
        }
    }

    void keep(const std::string& key, const std::optional<json::value>& value) {
        if (value) {
            input_.declaration[key] = *value;
        }
    }

    [[nodiscard]] const json::value* declared(std::string_view key) const {
        return input_.declaration.if_contains(key);
    }
    [[nodiscard]] const YamlNode& value_node(std::string_view key) const {
        return *entry_.value->find(key)->value;
    }

    void compile() {
        if (const auto* text = declared("description"); text != nullptr && text->is_string()) {
            input_.description = text->get_string();
        }
        CompiledSchema compiled = Schema::compile(input_.declaration);
        for (SchemaMistake& mistake : compiled.mistakes) {
            reading_.error(node_at(*entry_.value, mistake.pointer).position,
                           std::move(mistake.message), std::move(mistake.hint));
        }
        is_wrong_ = is_wrong_ || !compiled.schema;
        input_.schema = std::move(compiled.schema);
        const auto* type = declared("type");
        if (input_.schema && type != nullptr && type->is_string()) {
            input_.type = std::string(type->get_string());
        }
    }

    // ----- what must fit together -----

    bool fits_together() { return !is_wrong_ && check_pattern() && check_bounds() && check_enum(); }

    bool check_pattern() {
        if (declared("pattern") == nullptr || !input_.type || input_.type == "string") {
            return true;
        }
        reading_.error(value_node("pattern").position,
                       "'pattern' is for texts, and this input is " + with_article(*input_.type));
        return false;
    }

    bool check_bounds() {
        const auto* minimum = declared("minimum");
        const auto* maximum = declared("maximum");
        const YamlNode* later = maximum != nullptr   ? &value_node("maximum")
                                : minimum != nullptr ? &value_node("minimum")
                                                     : nullptr;
        const bool number = !input_.type || input_.type == "integer" || input_.type == "number";
        if (later != nullptr && !number) {
            reading_.error(later->position,
                           "'minimum' and 'maximum' are for numbers, and this input is " +
                               with_article(*input_.type));
            return false;
        }
        if (minimum != nullptr && maximum != nullptr &&
            minimum->to_number<double>() > maximum->to_number<double>()) {
            reading_.error(later->position, "the minimum " + write_json(*minimum) +
                                                " is above the maximum " + write_json(*maximum));
            return false;
        }
        return true;
    }

    bool check_enum() {
        const auto* values = declared("enum");
        bool fits = true;
        if (values == nullptr || !input_.type) {
            return fits;
        }
        const YamlNode& node = value_node("enum");
        for (std::size_t i = 0; i < values->as_array().size(); ++i) {
            const json::value& value = values->as_array()[i];
            if (!has_type(value, *input_.type)) {
                fits = false;
                reading_.error(node.items[i]->position, "the input '" + excerpt(input_.name) +
                                                            "' takes " +
                                                            with_article(*input_.type) + ", not " +
                                                            oa::core::describe(value));
            }
        }
        return fits;
    }

    void check_default() {
        if (!input_.default_value) {
            return;
        }
        for (InputProblem& problem : input_value_problems(input_, *input_.default_value)) {
            reading_.error(node_at(value_node("default"), problem.pointer).position,
                           "the default does not fit: the input '" + excerpt(input_.name) + "' " +
                               problem.message,
                           std::move(problem.hint));
        }
    }

    Reading& reading_;
    const YamlNode::Entry& entry_;
    Input input_;
    bool is_wrong_ = false;
};

}  // namespace

Input read_input(Reading& reading, const YamlNode::Entry& entry) {
    return InputReader(reading, entry).read();
}

}  // namespace oa::core
