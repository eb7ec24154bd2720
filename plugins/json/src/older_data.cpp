#include <string>

#include "data.hpp"
#include "older.hpp"

namespace oa::json {
namespace {

Json parsed(const Json& value, std::string_view name) {
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

/// nullptr where there is nothing of use.
const Json* within(const Json& input, const OlderInput& how) {
    if (!input.is_object()) {
        return input.is_string() && how.only_lists ? nullptr : &input;
    }
    for (const std::string_view member : how.members) {
        const Json* found = member.empty() ? nullptr : input.find(member);
        if (found != nullptr && !found->is_null()) {
            return found;
        }
    }
    if (!how.only_lists) {
        return &input;
    }
    for (const Json::Member& member : input.as_object()) {
        if (member.value.is_array()) {
            return &member.value;
        }
    }
    return nullptr;
}

}  // namespace

Json older_data(Call& call, const OlderInput& how) {
    const Json* given = call.find_param(how.parameter);
    if (given != nullptr && !given->is_null()) {
        return parsed(*given, how.parameter);
    }
    const Json* input = call.find_param("input");
    const Json* found = input == nullptr || input->is_null() ? nullptr : within(*input, how);
    if (found == nullptr) {
        throw invalid_params("/data",
                             "there are no data: give data, or let a task with an output come "
                             "before");
    }
    return parsed(*found, "input");
}

Json older_list(Call& call, const OlderInput& how) {
    Json list = older_data(call, how);
    if (!list.is_array()) {
        throw invalid_params("/data", "data has to be a list, not " + list.describe());
    }
    return list;
}

std::optional<double> older_float(const Json& value) {
    if (value.is_bool()) {
        return value.as_bool() ? 1.0 : 0.0;
    }
    const auto number =
        number_of(value.is_string() ? Json(std::string(trimmed(value.as_string()))) : value);
    return number ? std::optional(number->as_double()) : std::nullopt;
}

}  // namespace oa::json
