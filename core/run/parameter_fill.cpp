#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "core/run/run_data.hpp"
#include "core/secret/mask_pass.hpp"

namespace oa::core {

namespace json = boost::json;

namespace {

using Names = std::vector<std::string_view>;

/// Null: all of them.
bool is_wanted(const Names* names, std::string_view name) {
    return names == nullptr || std::find(names->begin(), names->end(), name) != names->end();
}

/// The texts that a JSON Pointer leads to: one, or those of a list.
Names names_at(const json::value& params, const json::value& pointer) {
    json::error_code error;
    const json::value* found =
        pointer.is_string() ? params.find_pointer(pointer.get_string(), error) : nullptr;
    Names names;
    if (found != nullptr && found->is_string()) {
        names.emplace_back(found->get_string());
    } else if (found != nullptr && found->is_array()) {
        for (const json::value& element : found->get_array()) {
            if (element.is_string()) {
                names.emplace_back(element.get_string());
            }
        }
    }
    return names;
}

}  // namespace

const json::object* RunData::fills_of(const Task& task) const {
    if (!workflow_.compat_oa3 || task.info == nullptr) {
        return nullptr;
    }
    const json::value* fills = task.info->params_schema.if_contains("x-fill");
    return fills == nullptr ? nullptr : fills->if_object();
}

json::object RunData::variables_for_functions(const Names* names) const {
    json::object given;
    for (const auto& variable : variables()) {
        if (is_wanted(names, variable.key())) {
            given[variable.key()] = variable.value();
        }
    }
    for (const Variable& variable : workflow_.variables) {
        if (secret_variables_.count(variable.name) > 0 && is_wanted(names, variable.name)) {
            given[variable.name] = json::string(mask_sign);
        }
    }
    return given;
}

json::object RunData::outputs_for_functions(const Names* names) const {
    json::object given;
    index_names();
    for (TaskIndex task = 0; task < reports_.size(); ++task) {
        const std::string& name = workflow_.tasks[task].name;
        if (names_.at(name) == task && is_wanted(names, name) && reports_[task].output) {
            given[name] = *reports_[task].output;
        }
    }
    return given;
}

void RunData::fill(const json::object& fills, json::value& params) const {
    for (const auto& [parameter, how] : fills) {
        const json::object* rule = how.if_object();
        if (rule == nullptr || params.get_object().contains(parameter)) {
            continue;
        }
        const json::value* pointer = rule->if_contains("names");
        Names names;
        if (pointer != nullptr) {
            names = names_at(params, *pointer);
            if (names.empty()) {
                continue;
            }
        }
        const auto* wanted = pointer == nullptr ? nullptr : &names;
        const json::value* from = rule->if_contains("from");
        json::value given = from != nullptr && *from == "outputs" ? outputs_for_functions(wanted)
                                                                  : variables_for_functions(wanted);
        if (sources_.masker != nullptr) {
            sources_.masker->mask(given);
        }
        params.get_object()[parameter] = std::move(given);
    }
}

}  // namespace oa::core
