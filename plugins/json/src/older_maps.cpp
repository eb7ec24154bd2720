// jsonextract, oautils.extract_field, jsontransform, jsonmerge and jsonvalidate.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <Poco/UTF8String.h>

#include "data.hpp"
#include "older.hpp"
#include "plugins/common/python.hpp"
#include "validation.hpp"

namespace oa::json {
namespace {

constexpr OlderInput extract_input{{"json", "filtered", "data"}, false};
constexpr OlderInput transform_input{{"extracted", "filtered", "json"}, false};
constexpr OlderInput validate_input{{"json", "transformed"}, false};
constexpr OlderInput validate_jsondata{{}, false, "jsondata"};

// ---- extract

/// The fields as a list, or as a text with commas.
std::vector<std::string> fields_param(Call& call) {
    const Json* given = call.find_param("fields");
    if (given == nullptr || !given->is_string()) {
        return call.param<std::vector<std::string>>("fields");
    }
    std::vector<std::string> fields;
    std::string_view rest = given->as_string();
    while (true) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        fields.emplace_back(trimmed(rest.substr(0, comma)));
        if (comma == rest.size()) {
            return fields;
        }
        rest.remove_prefix(comma + 1);
    }
}

/// Through maps alone; nullptr where there is nothing.
const Json* nested(const Json& item, std::string_view path) {
    const Json* at = &item;
    while (at != nullptr) {
        const std::size_t dot = path.find('.');
        at = at->find(path.substr(0, dot));
        if (dot == std::string_view::npos) {
            break;
        }
        path.remove_prefix(dot + 1);
    }
    return at;
}

Json extracted(const Json& item,
               const std::vector<std::string>& fields,
               bool flatten,
               bool keep_nulls) {
    Json out = Json::object();
    for (const std::string& field : fields) {
        const Json* value = flatten ? nested(item, field) : item.find(field);
        if (value != nullptr && !value->is_null()) {
            out[field] = *value;
        } else if (keep_nulls) {
            out[field] = Json();
        }
    }
    return out;
}

// ---- transform

/// What int() and float() of Python make of a value; the value itself where they fail.
Json as_number(const Json& value, bool whole) {
    if (!common::python_truth(value)) {
        return whole ? Json(0) : Json(0.0);
    }
    const auto number = older_float(value);
    if (!number) {
        return value;
    }
    if (!whole) {
        return *number;
    }
    if (value.is_integer()) {
        return value;
    }
    constexpr double exact = 9007199254740992.0;  // 2 to the 53rd
    const bool fraction_in_text = value.is_string() && std::trunc(*number) != *number;
    return fraction_in_text || std::abs(*number) > exact
               ? value
               : Json(static_cast<std::int64_t>(std::trunc(*number)));
}

Json converted(const Json& value, std::string_view how) {
    if (how == "int" || how == "float") {
        return as_number(value, how == "int");
    }
    if (how == "bool") {
        return common::python_truth(value);
    }
    if (how == "str") {
        return value.is_null() ? std::string() : text_of(value);
    }
    if (!common::python_truth(value)) {
        return value;
    }
    if (how == "upper") {
        return Poco::UTF8::toUpper(text_of(value));
    }
    if (how == "lower") {
        return Poco::UTF8::toLower(text_of(value));
    }
    return how == "strip" ? Json(std::string(trimmed(text_of(value)))) : value;
}

class Mapping {
public:
    explicit Mapping(Call& call)
        : mapping_(call.param<Json>("mapping", Json::object())),
          added_(call.param<Json>("add_fields", Json::object())),
          removed_(call.param<std::vector<std::string>>("remove_fields", {})) {
        for (const auto& [name, map] : {std::pair("mapping", &mapping_), {"add_fields", &added_}}) {
            if (!map->is_object()) {
                throw invalid_params(
                    pointer_to(name),
                    std::string(name) + " has to be a map, not " + map->describe());
            }
        }
    }

    [[nodiscard]] Json apply(const Json& item) const {
        Json out = Json::object();
        for (const Json::Member& member : mapping_.as_object()) {
            if (member.value.is_string()) {
                out[member.key] = mapped(item, member.value.as_string());
            }
        }
        for (const Json::Member& member : item.as_object()) {
            if (!is_removed(member.key) && !is_source(member.key) && !out.contains(member.key)) {
                out[member.key] = member.value;
            }
        }
        for (const Json::Member& member : added_.as_object()) {
            out[member.key] = member.value;
        }
        for (const std::string& field : removed_) {
            out.as_object().erase(field);
        }
        return out;
    }

private:
    static Json mapped(const Json& item, std::string_view from) {
        const std::size_t colon = from.find(':');
        return colon == std::string_view::npos
                   ? item[from]
                   : converted(item[from.substr(colon + 1)], from.substr(0, colon));
    }
    [[nodiscard]] bool is_removed(const std::string& field) const {
        return std::find(removed_.begin(), removed_.end(), field) != removed_.end();
    }
    [[nodiscard]] bool is_source(const std::string& field) const {
        const Json::Object& members = mapping_.as_object();
        return std::any_of(members.begin(), members.end(),
                           [&](const Json::Member& member) { return member.value == Json(field); });
    }

    Json mapping_;
    Json added_;
    std::vector<std::string> removed_;
};

// ---- merge

/// The sources: outputs of the tasks that they name, other values as they are, the input last.
std::vector<Json> merge_sources(Call& call) {
    std::vector<Json> sources;
    const Json* outputs = call.find_param("outputs");
    for (const Json& source : call.param<std::vector<Json>>("sources", {})) {
        if (!source.is_string() || outputs == nullptr) {
            sources.push_back(source);
        } else if (const Json& output = (*outputs)[source.as_string()];
                   common::python_truth(output)) {
            sources.push_back(output);
        }
    }
    if (const Json* input = call.find_param("input");
        input != nullptr && common::python_truth(*input)) {
        sources.push_back(*input);
    }
    if (sources.size() < 2) {
        throw invalid_params("/sources", "there have to be two sources at least, found " +
                                             std::to_string(sources.size()));
    }
    return sources;
}

Json merged_maps(const std::vector<Json>& sources, bool deep, bool overwrite) {
    Json merged = Json::object();
    for (const Json& source : sources) {
        if (!source.is_object()) {
            continue;
        }
        if (overwrite) {
            merge_into(merged, source, deep);
            continue;
        }
        for (const Json::Member& member : source.as_object()) {
            merged.as_object().insert(member.key, member.value);
        }
    }
    return merged;
}

Json merged_lists(Call& call, const std::vector<Json>& sources, bool unique) {
    Json::Array merged;
    std::unordered_set<std::string> seen;
    const auto add = [&](const Json& element) {
        call.check();
        const auto text = [&] {
            return element.is_object() ? canonical_text(element) : text_of(element);
        };
        if (!unique || seen.insert(text()).second) {
            merged.push_back(element);
        }
    };
    for (const Json& source : sources) {
        if (source.is_object()) {
            add(source);
        } else if (source.is_array()) {
            std::for_each(source.as_array().begin(), source.as_array().end(), add);
        }
    }
    return merged;
}

// ---- validate

/// The steps of a JSON Pointer; those that are numbers as numbers.
Json path_of(std::string_view pointer) {
    Json::Array path;
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        const std::size_t end = std::min(pointer.find('/'), pointer.size());
        const std::string_view step = pointer.substr(0, end);
        std::uint64_t index = 0;
        const auto read = std::from_chars(step.data(), step.data() + step.size(), index);
        if (read.ec == std::errc() && read.ptr == step.data() + step.size()) {
            path.emplace_back(index);
        } else {
            std::string name;
            for (std::size_t i = 0; i < step.size(); ++i) {
                const bool escape = step[i] == '~' && i + 1 < step.size();
                name += !escape ? step[i] : step[++i] == '1' ? '/' : '~';
            }
            path.emplace_back(std::move(name));
        }
        pointer.remove_prefix(end);
    }
    return path;
}

}  // namespace

Json jsonextract(Call& call) {
    const std::vector<std::string> fields = fields_param(call);
    const bool flatten = common::says_yes(call.params()["flatten"]);
    const bool keep_nulls = common::says_yes(call.params()["keep_nulls"]);
    const Json data = older_data(call, extract_input);
    if (data.is_object()) {
        return {{"extracted", extracted(data, fields, flatten, keep_nulls)},
                {"fields", fields},
                {"count", 1}};
    }
    if (!data.is_array()) {
        throw invalid_params("/data", "data has to be a map or a list, not " + data.describe());
    }
    Json::Array items;
    for (const Json& item : data.as_array()) {
        call.check();
        if (item.is_object()) {
            items.push_back(extracted(item, fields, flatten, keep_nulls));
        }
    }
    const std::size_t count = items.size();
    return {{"extracted", std::move(items)}, {"fields", fields}, {"count", count}};
}

Json extract_field(Call& call) {
    const auto field = call.param<std::string>("field");
    const Json data = older_data(call, extract_input);
    const Json* value = find_path(data, field);
    if (value == nullptr) {
        throw not_found("there is nothing at \"" + field + "\"").with_retry(Retry::No);
    }
    return *value;
}

Json jsontransform(Call& call) {
    const Mapping mapping(call);
    const Json data = older_data(call, transform_input);
    if (data.is_object()) {
        return {{"transformed", mapping.apply(data)}, {"count", 1}};
    }
    if (!data.is_array()) {
        throw invalid_params("/data", "data has to be a map or a list, not " + data.describe());
    }
    Json::Array items;
    for (const Json& item : data.as_array()) {
        call.check();
        if (item.is_object()) {
            items.push_back(mapping.apply(item));
        }
    }
    const std::size_t count = items.size();
    return {{"transformed", std::move(items)}, {"count", count}};
}

Json jsonmerge(Call& call) {
    const auto type = call.param<std::string>("merge_type", "dict");
    const std::vector<Json> sources = merge_sources(call);
    Json merged;
    if (type == "dict" || type == "deep") {
        const bool overwrite =
            call.find_param("overwrite") == nullptr || common::says_yes(call.params()["overwrite"]);
        merged = merged_maps(sources, type == "deep", overwrite || type == "deep");
    } else if (type == "array") {
        merged = merged_lists(call, sources, common::says_yes(call.params()["unique"]));
    } else {
        throw invalid_params("/merge_type",
                             "there is no merge_type '" + type + "': dict, array or deep");
    }
    return {{"merged", std::move(merged)}, {"sources_count", sources.size()}, {"merge_type", type}};
}

void jsonvalidate(Call& call) {
    const bool renamed = call.find_param("jsondata") != nullptr;
    const bool strict =
        call.find_param("strict") == nullptr || common::says_yes(call.params()["strict"]);
    const Schema schema = compiled_schema(call);
    const Json data = older_data(call, renamed ? validate_jsondata : validate_input);
    const std::vector<SchemaProblem> problems = schema.validate(data, false);
    Json::Array errors;
    for (const SchemaProblem& problem : problems) {
        const std::string& place = problem.schema_pointer;
        errors.push_back({{"message", problem.message},
                          {"path", path_of(problem.pointer)},
                          {"validator", place.substr(place.rfind('/') + 1)}});
    }
    call.result({{"valid", problems.empty()},
                 {"errors", std::move(errors)},
                 {"data", data},
                 {"strict_mode", strict}});
    if (strict && !problems.empty()) {
        throw failed_precondition("the data do not fit the schema: " + problems.front().sentence())
            .with_retry(Retry::No);
    }
}

}  // namespace oa::json
