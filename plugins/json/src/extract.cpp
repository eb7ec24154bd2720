#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data.hpp"
#include "functions.hpp"

namespace oa::json {
namespace {

/// What a field of the result is called, and where it comes from.
struct Field {
    std::string target;
    std::string path;
    bool nested = false;  ///< the dots of the target make maps
};

std::vector<Field> read_fields(Call& call) {
    const bool flatten = call.param<bool>("flatten", false);
    std::vector<Field> fields;
    const Json* spec = call.find_param("fields");
    if (spec != nullptr && spec->is_object()) {
        using Names = std::vector<std::pair<std::string, std::string>>;
        for (auto& [target, path] : call.param<Names>("fields")) {
            fields.push_back({std::move(target), std::move(path), false});
        }
    } else {
        for (auto& path : call.param<std::vector<std::string>>("fields")) {
            fields.push_back({path, path, !flatten});
        }
    }
    if (fields.empty()) {
        throw invalid_params("/fields", "there are no fields");
    }
    return fields;
}

void put(Json& out, const Field& field, const Json& value) {
    if (!field.nested) {
        out[field.target] = value;
        return;
    }
    Json* at = &out;
    std::string_view rest = field.target;
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
        Json& next = (*at)[rest.substr(0, dot)];
        if (!next.is_object()) {
            next = Json::object();
        }
        at = &next;
        rest.remove_prefix(dot + 1);
    }
    (*at)[rest] = value;
}

Json pick(const Json& item, const std::vector<Field>& fields, bool keep_nulls) {
    Json out = Json::object();
    for (const Field& field : fields) {
        const Json* value = find_path(item, field.path);
        if (value != nullptr && !value->is_null()) {
            put(out, field, *value);
        } else if (keep_nulls) {
            put(out, field, Json());
        }
    }
    return out;
}

Json extract_fields(Call& call) {
    const std::vector<Field> fields = read_fields(call);
    const bool keep_nulls = call.param<bool>("keep_nulls", false);
    Json data = data_param(call);
    if (data.is_object() && call.find_param("data") == nullptr && data["items"].is_array()) {
        data = Json(data["items"]);  // the output of another function of this module
    }
    if (data.is_object()) {
        return {{"value", pick(data, fields, keep_nulls)}};
    }
    if (!data.is_array()) {
        throw invalid_params("/data", "data has to be a map or a list, not " + data.describe());
    }
    Json items = Json::array();
    for (const Json& item : data.as_array()) {
        call.check();
        if (item.is_object()) {
            items.push_back(pick(item, fields, keep_nulls));
        }
    }
    const std::size_t count = items.size();
    return {{"items", std::move(items)}, {"count", count}};
}

/// Appends what is at `path`, where a step * goes through all elements or members.
void collect(const Json& value, std::string_view path, bool keep_nulls, Json& out) {
    const bool starts = path == "*" || path.starts_with("*.");
    const std::size_t star = starts ? 0 : path.find(".*");
    const bool ends_step = starts || (star != std::string_view::npos &&
                                      (star + 2 == path.size() || path[star + 2] == '.'));
    if (!ends_step) {
        const Json* found = find_path(value, path);
        const bool there = found != nullptr && !found->is_null();
        if (there || keep_nulls) {
            out.push_back(there ? *found : Json());
        }
        return;
    }
    const Json* through = find_path(value, path.substr(0, star));
    const std::size_t used = star + (starts ? 1 : 2);
    const std::string_view rest = path.substr(std::min(used + 1, path.size()));
    if (through != nullptr && through->is_array()) {
        for (const Json& element : through->as_array()) {
            collect(element, rest, keep_nulls, out);
        }
    } else if (through != nullptr && through->is_object()) {
        for (const Json::Member& member : through->as_object()) {
            collect(member.value, rest, keep_nulls, out);
        }
    }
}

Json extract_path(Call& call, const std::string& path) {
    const Json data = data_param(call);
    if (path.find('*') != std::string::npos) {
        Json items = Json::array();
        collect(data, path, call.param<bool>("keep_nulls", false), items);
        const std::size_t count = items.size();
        return {{"items", std::move(items)}, {"count", count}};
    }
    const Json* found = find_path(data, path);
    if (found == nullptr) {
        found = call.find_param("default");
    }
    if (found == nullptr) {
        throw not_found("there is nothing at \"" + path + "\"").with_retry(Retry::No);
    }
    return {{"value", *found}};
}

}  // namespace

Json extract(Call& call) {
    const auto path = call.find_param<std::string>("path");
    if (path.has_value() == call.find_param<Json>("fields").has_value()) {
        throw invalid_params("/fields", "give either fields or path");
    }
    return path ? extract_path(call, *path) : extract_fields(call);
}

}  // namespace oa::json
