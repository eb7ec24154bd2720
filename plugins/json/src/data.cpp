#include "data.hpp"

#include <algorithm>
#include <charconv>

namespace oa::json {
namespace {

Json read_text(const Json& value, std::string_view name) {
    if (!value.is_string()) {
        return value;
    }
    try {
        return Json::parse(value.as_string());
    } catch (const JsonError& error) {
        throw invalid_params(pointer_to(name),
                             std::string(name) + " is a text that is not JSON: " + error.what());
    }
}

const Json* find_list(const Json& map) {
    for (const char* key : {"items", "rows", "json", "data", "content"}) {
        const Json* member = map.find(key);
        if (member != nullptr && (member->is_array() || member->is_string())) {
            return member;
        }
    }
    return nullptr;
}

}  // namespace

Json data_param(Call& call) {
    for (const char* name : {"data", "input"}) {
        const Json* value = call.find_param(name);
        if (value != nullptr && !value->is_null()) {
            return read_text(*value, name);
        }
    }
    throw invalid_params("/data",
                         "there are no data: give data, or let a task with an output come before");
}

Json list_param(Call& call) {
    const bool given = call.find_param<Json>("data").has_value();
    const char* const name = given ? "data" : "input";
    Json value = data_param(call);
    if (!given && value.is_object()) {
        if (const Json* list = find_list(value)) {
            value = read_text(*list, name);
        }
    }
    if (!value.is_array()) {
        throw invalid_params(pointer_to(name),
                             std::string(name) + " has to be a list, not " + value.describe());
    }
    return value;
}

}  // namespace oa::json
