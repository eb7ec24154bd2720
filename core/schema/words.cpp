#include "core/schema/words.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/nearest.hpp"
#include "core/workflow/json_type.hpp"
#include "core/workflow/source_text.hpp"

namespace oa::core::schema {
namespace {

namespace json = boost::json;

constexpr std::size_t candidates_max = 300;

/// "a, b or c"
std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        text += i == 0 ? "" : i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return text;
}

using Named = std::pair<TypeSet, std::string_view>;

std::vector<std::string> words_for(TypeSet types, const std::array<Named, 8>& names) {
    std::vector<std::string> words;
    for (const auto& [type, name] : names) {
        if ((types & type) == type) {
            words.emplace_back(name);
            types = static_cast<TypeSet>(types & ~type);
        }
    }
    return words;
}

}  // namespace

std::string described(const Subject& subject) {
    constexpr std::array<Named, 8> names{{{type_set::string, "a text"},
                                          {type_set::number, "a number"},
                                          {type_set::integer, "a whole number"},
                                          {type_set::fraction, "a fraction"},
                                          {type_set::boolean, "a boolean"},
                                          {type_set::array, "a list"},
                                          {type_set::object, "a mapping"},
                                          {type_set::null, "null"}}};
    const bool can_be_shown =
        subject.known || (subject.types == type_set::string && subject.value.is_string());
    return can_be_shown ? describe(subject.value) : listed(words_for(subject.types, names));
}

std::string described_types(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : " or ") + with_article(name);
    }
    return text;
}

std::string described_types(TypeSet types) {
    constexpr std::array<Named, 8> names{{{type_set::string, "string"},
                                          {type_set::number, "number"},
                                          {type_set::integer, "integer"},
                                          {type_set::fraction, "fraction"},
                                          {type_set::boolean, "boolean"},
                                          {type_set::array, "array"},
                                          {type_set::object, "object"},
                                          {type_set::null, "null"}}};
    return described_types(words_for(types, names));
}

std::string counted(std::size_t count, std::string_view thing) {
    return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

std::string summary(const Program& program, NodeIndex index) {
    const Node& node = program.nodes[index];
    if (node.never || node.number || node.text || node.array || node.in_place) {
        return {};
    }
    if (node.values.size() == 1 && node.type_names.empty() && !node.object) {
        return list_values(*node.values.front().values);
    }
    if (!node.values.empty()) {
        return {};
    }
    if (!node.object) {
        return described_types(node.type_names);
    }
    ObjectRules rest = *node.object;
    const std::vector<std::string> required = std::exchange(rest.required, {});
    const bool says_more = rest.fields_min || rest.fields_max || !rest.fields.empty() ||
                           !rest.patterns.empty() || !rest.dependent_required.empty() ||
                           !rest.dependent_schemas.empty() || rest.additional != no_node ||
                           rest.names != no_node || rest.unevaluated != no_node;
    if (says_more || required.size() != 1) {
        return {};
    }
    return "a mapping with the field '" + excerpt(required.front()) + "'";
}

std::string nearest_value(const json::value& value, const json::array& values) {
    if (!value.is_string()) {
        return {};
    }
    std::vector<std::string> words;
    for (const json::value& each : values) {
        if (each.is_string() && words.size() < candidates_max) {
            words.emplace_back(each.get_string());
        }
    }
    return did_you_mean({value.get_string().data(), value.get_string().size()}, words);
}

}  // namespace oa::core::schema
