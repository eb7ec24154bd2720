#include "core/schema/keywords.hpp"

#include <algorithm>
#include <cmath>
#include <compare>
#include <functional>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "core/nearest.hpp"
#include "core/schema/number.hpp"
#include "core/workflow/json_type.hpp"
#include "core/workflow/source_text.hpp"

namespace oa::core::schema {
namespace {

namespace json = boost::json;

std::string_view view(const json::string& text) {
    return {text.data(), text.size()};
}

/// A group of rules, made when the first of them is read.
template <typename Rules>
Rules& rules_of(std::unique_ptr<Rules>& rules) {
    if (!rules) {
        rules = std::make_unique<Rules>();
    }
    return *rules;
}

/// One keyword with its value, and the means to read it.
struct Keyword {
    Compiler& compiler;
    Node& node;
    NodeIndex index;
    std::string_view name;
    const json::value& value;

    [[nodiscard]] std::string location() const { return node.location + "/" + escaped_token(name); }
    [[nodiscard]] std::string location(std::string_view below) const {
        return location() + "/" + escaped_token(below);
    }

    void refuse(std::string_view takes, std::string hint = {}) const {
        compiler.mistake(
            location(),
            "'" + std::string(name) + "' takes " + std::string(takes) + ", not " + describe(value),
            std::move(hint));
    }

    [[nodiscard]] NodeIndex schema() const {
        return compiler.node_for(value, location(), node.resource);
    }
    [[nodiscard]] std::vector<NodeIndex> schemas() const {
        std::vector<NodeIndex> nodes;
        const auto* items = value.if_array();
        if (items == nullptr || items->empty()) {
            refuse("a list of schemas with at least one in it");
            return nodes;
        }
        for (std::size_t i = 0; i < items->size(); ++i) {
            nodes.push_back(
                compiler.node_for((*items)[i], location(std::to_string(i)), node.resource));
        }
        return nodes;
    }
    /// A mapping of schemas, in the order that they are written in.
    [[nodiscard]] std::vector<ObjectRules::Field> named_schemas() const {
        std::vector<ObjectRules::Field> fields;
        const auto* object = value.if_object();
        if (object == nullptr) {
            refuse("a mapping of schemas");
            return fields;
        }
        for (const auto& field : *object) {
            const std::string key(field.key().data(), field.key().size());
            const NodeIndex child = compiler.node_for(field.value(), location(key), node.resource);
            fields.emplace_back(key, child);
        }
        return fields;
    }
    [[nodiscard]] std::optional<std::size_t> count() const {
        if (const auto* number = value.if_int64(); number != nullptr && *number >= 0) {
            return static_cast<std::size_t>(*number);
        }
        if (const auto* number = value.if_uint64()) {
            return static_cast<std::size_t>(*number);
        }
        const auto* number = value.if_double();
        if (number != nullptr && *number >= 0 && std::trunc(*number) == *number) {
            constexpr double enough = 0x1p53;
            return static_cast<std::size_t>(std::min(*number, enough));
        }
        refuse("a whole number from 0 up");
        return std::nullopt;
    }
    [[nodiscard]] const json::value* number() const {
        if (value.is_number()) {
            return &value;
        }
        refuse("a number");
        return nullptr;
    }
    [[nodiscard]] bool truth() const {
        if (!value.is_bool()) {
            refuse("true or false");
        }
        return value.is_bool() && value.get_bool();
    }
    [[nodiscard]] std::vector<std::string> names(const json::value& list) const {
        std::vector<std::string> names;
        const auto* items = list.if_array();
        const bool fits = items != nullptr &&
                          std::all_of(items->begin(), items->end(),
                                      [](const json::value& item) { return item.is_string(); });
        if (!fits) {
            refuse("a list of names");
            return names;
        }
        for (const json::value& item : *items) {
            names.emplace_back(view(item.get_string()));
        }
        return names;
    }
};

// ----- any value -----

TypeSet type_named(std::string_view name) {
    using Named = std::pair<std::string_view, TypeSet>;
    constexpr std::array types{
        Named{"string", type_set::string}, Named{"integer", type_set::integer},
        Named{"number", type_set::number}, Named{"boolean", type_set::boolean},
        Named{"array", type_set::array},   Named{"object", type_set::object},
        Named{"null", type_set::null},
    };
    const auto* const found = std::find_if(
        types.begin(), types.end(), [name](const Named& type) { return type.first == name; });
    return found == types.end() ? type_set::none : found->second;
}

void add_type(const Keyword& keyword, const json::value& name) {
    const auto* text = name.if_string();
    if (text == nullptr) {
        keyword.refuse("the name of a type, or a list of them");
        return;
    }
    const TypeSet type = type_named(view(*text));
    if (type == type_set::none) {
        const std::vector<std::string> known = {"string", "integer", "number", "boolean",
                                                "array",  "object",  "null"};
        std::string hint = did_you_mean(view(*text), known);
        keyword.compiler.mistake(
            keyword.location(), "there is no type '" + excerpt(view(*text)) + "'",
            hint.empty() ? "known are string, integer, number, boolean, array, object and null"
                         : std::move(hint));
        return;
    }
    keyword.node.types = static_cast<TypeSet>(keyword.node.types | type);
    keyword.node.type_names.emplace_back(view(*text));
}

void read_type(const Keyword& keyword) {
    keyword.node.types = type_set::none;
    const auto* list = keyword.value.if_array();
    if (list == nullptr) {
        add_type(keyword, keyword.value);
        return;
    }
    if (list->empty()) {
        keyword.refuse("the name of a type, or a list of them", "leave it out to allow anything");
    }
    for (const json::value& name : *list) {
        add_type(keyword, name);
    }
}

/// How much there is to compare in a value. Only as deep as a schema can be.
std::size_t size_of(const json::value& value) {
    if (const auto* text = value.if_string()) {
        constexpr std::size_t bytes_per_step = 64;
        return text->size() / bytes_per_step;
    }
    std::size_t size = 1;
    if (const auto* items = value.if_array()) {
        for (const json::value& item : *items) {
            size += size_of(item);
        }
    } else if (const auto* object = value.if_object()) {
        for (const auto& field : *object) {
            size += 1 + size_of(field.value());
        }
    }
    return size;
}

void allow(const Keyword& keyword, const json::array& values) {
    AllowedValues allowed{keyword.name == "enum" ? "enum" : "const", &values};
    for (const json::value& value : values) {
        allowed.types = static_cast<TypeSet>(allowed.types | type_of(value));
        allowed.steps += size_of(value) / 4;
    }
    keyword.node.values.push_back(allowed);
}

void read_enum(const Keyword& keyword) {
    const auto* values = keyword.value.if_array();
    if (values == nullptr || values->empty()) {
        keyword.refuse(values == nullptr ? "a list of values" : "a list with at least one value");
        return;
    }
    allow(keyword, *values);
}

void read_const(const Keyword& keyword) {
    allow(keyword, *keyword.compiler.constant(keyword.value));
}

// ----- numbers -----

template <const json::value* NumberRules::*Member>
void read_bound(const Keyword& keyword) {
    rules_of(keyword.node.number).*Member = keyword.number();
}

void read_multiple_of(const Keyword& keyword) {
    const json::value* number = keyword.number();
    if (number != nullptr && std::is_lteq(compare_numbers(*number, json::value(0)))) {
        keyword.refuse("a number above 0");
        return;
    }
    rules_of(keyword.node.number).multiple_of = number;
}

// ----- texts -----

template <std::optional<std::size_t> TextRules::*Member>
void read_length(const Keyword& keyword) {
    rules_of(keyword.node.text).*Member = keyword.count();
}

void read_pattern(const Keyword& keyword) {
    const auto* pattern = keyword.value.if_string();
    if (pattern == nullptr) {
        keyword.refuse("a regular expression");
        return;
    }
    rules_of(keyword.node.text).pattern =
        keyword.compiler.regex(view(*pattern), keyword.location());
}

void read_format(const Keyword& keyword) {
    const auto* name = keyword.value.if_string();
    if (name == nullptr) {
        keyword.refuse("the name of a format");
        return;
    }
    if (const Format* format = find_format(view(*name))) {
        rules_of(keyword.node.text).format = format;
    }
}

// ----- lists -----

template <std::optional<std::size_t> ArrayRules::*Member>
void read_item_count(const Keyword& keyword) {
    rules_of(keyword.node.array).*Member = keyword.count();
}

template <NodeIndex ArrayRules::*Member>
void read_item_schema(const Keyword& keyword) {
    if (keyword.value.is_array()) {
        keyword.refuse("one schema, for every item",
                       keyword.name == "items" ? "a schema for each item is 'prefixItems'" : "");
        return;
    }
    rules_of(keyword.node.array).*Member = keyword.schema();
}

void read_prefix_items(const Keyword& keyword) {
    rules_of(keyword.node.array).prefix = keyword.schemas();
}

void read_unique_items(const Keyword& keyword) {
    rules_of(keyword.node.array).unique = keyword.truth();
}

// ----- objects -----

template <std::optional<std::size_t> ObjectRules::*Member>
void read_field_count(const Keyword& keyword) {
    rules_of(keyword.node.object).*Member = keyword.count();
}

template <NodeIndex ObjectRules::*Member>
void read_field_schema(const Keyword& keyword) {
    rules_of(keyword.node.object).*Member = keyword.schema();
}

void read_required(const Keyword& keyword) {
    if (keyword.value.is_bool()) {
        keyword.refuse("a list of names", "it stands beside 'properties' and lists the fields");
        return;
    }
    rules_of(keyword.node.object).required = keyword.names(keyword.value);
}

void read_dependent_required(const Keyword& keyword) {
    const auto* object = keyword.value.if_object();
    if (object == nullptr) {
        keyword.refuse("a mapping of lists of names");
        return;
    }
    for (const auto& field : *object) {
        rules_of(keyword.node.object)
            .dependent_required.emplace_back(std::string(field.key().data(), field.key().size()),
                                             keyword.names(field.value()));
    }
}

void read_properties(const Keyword& keyword) {
    auto fields = keyword.named_schemas();
    std::sort(fields.begin(), fields.end());
    rules_of(keyword.node.object).fields = std::move(fields);
}

void read_dependent_schemas(const Keyword& keyword) {
    rules_of(keyword.node.object).dependent_schemas = keyword.named_schemas();
}

void read_pattern_properties(const Keyword& keyword) {
    for (const auto& [pattern, child] : keyword.named_schemas()) {
        const Regex* regex = keyword.compiler.regex(pattern, keyword.location(pattern));
        if (regex != nullptr) {
            rules_of(keyword.node.object).patterns.emplace_back(regex, child);
        }
    }
}

// ----- schemas about the same value -----

template <std::vector<NodeIndex> InPlaceRules::*Member>
void read_branches(const Keyword& keyword) {
    rules_of(keyword.node.in_place).*Member = keyword.schemas();
}

template <NodeIndex InPlaceRules::*Member>
void read_branch(const Keyword& keyword) {
    rules_of(keyword.node.in_place).*Member = keyword.schema();
}

template <bool Dynamic>
void read_reference(const Keyword& keyword) {
    const auto* text = keyword.value.if_string();
    if (text == nullptr) {
        keyword.refuse("a reference such as '#/$defs/name'");
        return;
    }
    keyword.compiler.want_reference(keyword.index, view(*text), Dynamic);
}

// ----- identity and annotations -----

template <bool Dynamic>
void read_anchor(const Keyword& keyword) {
    const auto* text = keyword.value.if_string();
    const bool fits =
        text != nullptr && !text->empty() &&
        view(*text).find_first_not_of(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
            "0123456789-_.") == std::string_view::npos &&
        std::string_view("0123456789-.").find(text->front()) == std::string_view::npos;
    if (!fits) {
        keyword.refuse("a name of letters, digits, '-', '_' and '.'");
        return;
    }
    keyword.compiler.add_anchor(keyword.index, keyword.node.resource, view(*text), Dynamic);
}

void read_definitions(const Keyword& keyword) {
    static_cast<void>(keyword.named_schemas());
}

void read_title(const Keyword& keyword) {
    if (const auto* text = keyword.value.if_string()) {
        keyword.node.title = view(*text);
    }
}

void read_default(const Keyword& keyword) {
    keyword.node.default_value = &keyword.value;
}

using Reader = void (*)(const Keyword&);

const std::unordered_map<std::string_view, Reader>& readers() {
    static const std::unordered_map<std::string_view, Reader> table = {
        {"type", read_type},
        {"enum", read_enum},
        {"const", read_const},
        {"minimum", read_bound<&NumberRules::minimum>},
        {"maximum", read_bound<&NumberRules::maximum>},
        {"exclusiveMinimum", read_bound<&NumberRules::exclusive_minimum>},
        {"exclusiveMaximum", read_bound<&NumberRules::exclusive_maximum>},
        {"multipleOf", read_multiple_of},
        {"minLength", read_length<&TextRules::length_min>},
        {"maxLength", read_length<&TextRules::length_max>},
        {"pattern", read_pattern},
        {"format", read_format},
        {"minItems", read_item_count<&ArrayRules::items_min>},
        {"maxItems", read_item_count<&ArrayRules::items_max>},
        {"minContains", read_item_count<&ArrayRules::contains_min>},
        {"maxContains", read_item_count<&ArrayRules::contains_max>},
        {"uniqueItems", read_unique_items},
        {"prefixItems", read_prefix_items},
        {"items", read_item_schema<&ArrayRules::items>},
        {"contains", read_item_schema<&ArrayRules::contains>},
        {"unevaluatedItems", read_item_schema<&ArrayRules::unevaluated>},
        {"minProperties", read_field_count<&ObjectRules::fields_min>},
        {"maxProperties", read_field_count<&ObjectRules::fields_max>},
        {"required", read_required},
        {"dependentRequired", read_dependent_required},
        {"dependentSchemas", read_dependent_schemas},
        {"properties", read_properties},
        {"patternProperties", read_pattern_properties},
        {"additionalProperties", read_field_schema<&ObjectRules::additional>},
        {"propertyNames", read_field_schema<&ObjectRules::names>},
        {"unevaluatedProperties", read_field_schema<&ObjectRules::unevaluated>},
        {"allOf", read_branches<&InPlaceRules::all_of>},
        {"anyOf", read_branches<&InPlaceRules::any_of>},
        {"oneOf", read_branches<&InPlaceRules::one_of>},
        {"not", read_branch<&InPlaceRules::negated>},
        {"if", read_branch<&InPlaceRules::condition>},
        {"then", read_branch<&InPlaceRules::consequence>},
        {"else", read_branch<&InPlaceRules::alternative>},
        {"$ref", read_reference<false>},
        {"$dynamicRef", read_reference<true>},
        {"$anchor", read_anchor<false>},
        {"$dynamicAnchor", read_anchor<true>},
        {"$defs", read_definitions},
        {"definitions", read_definitions},
        {"title", read_title},
        {"default", read_default},
    };
    return table;
}

}  // namespace

void read_keyword(Compiler& compiler,
                  Node& node,
                  NodeIndex index,
                  std::string_view keyword,
                  const json::value& value) {
    const auto found = readers().find(keyword);
    if (found != readers().end()) {
        found->second(Keyword{compiler, node, index, keyword, value});
    }
}

void finish_keywords(Node& node) {
    // minContains and maxContains say nothing without contains, nor then and else without if.
    if (node.in_place && node.in_place->condition == no_node) {
        node.in_place->consequence = no_node;
        node.in_place->alternative = no_node;
    }
}

}  // namespace oa::core::schema
