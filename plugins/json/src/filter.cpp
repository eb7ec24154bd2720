#include <algorithm>
#include <string>
#include <vector>

#include "data.hpp"
#include "functions.hpp"
#include "plugins/common/condition.hpp"

namespace oa::json {
namespace {

using common::Condition;

std::vector<Condition> read_conditions(Call& call) {
    const bool ignore_case = call.param<bool>("ignore_case", false);
    std::vector<Condition> conditions;
    if (const Json* where = call.find_param("where"); where != nullptr && !where->is_null()) {
        if (call.find_param("operator") != nullptr || call.find_param("field") != nullptr) {
            throw invalid_params("/where", "give either where, or field, operator and value");
        }
        const auto list =
            where->is_array() ? call.param<std::vector<Json>>("where") : std::vector<Json>{*where};
        for (std::size_t i = 0; i < list.size(); ++i) {
            const std::string at = where->is_array() ? pointer_to("where", i) : "/where";
            conditions.push_back(Condition::read(list[i], at, ignore_case));
        }
    } else if (call.find_param("operator") != nullptr || call.find_param("field") != nullptr ||
               call.find_param("value") != nullptr) {
        conditions.push_back(Condition::read(call.params(), "", ignore_case));
    }
    if (conditions.empty()) {
        throw invalid_params("/where", "there is no condition: give where, or field and value");
    }
    return conditions;
}

}  // namespace

Json filter(Call& call) {
    const std::vector<Condition> conditions = read_conditions(call);
    const bool any = call.choice<bool>("match", {{"all", false}, {"any", true}}, false);
    const Json list = list_param(call);

    Json items = Json::array();
    for (const Json& item : list.as_array()) {
        call.check();
        const auto holds = [&](const Condition& condition) { return condition.holds_in(item); };
        const bool kept = any ? std::any_of(conditions.begin(), conditions.end(), holds)
                              : std::all_of(conditions.begin(), conditions.end(), holds);
        if (kept) {
            items.push_back(item);
        }
    }
    const std::size_t count = items.size();
    return {{"items", std::move(items)}, {"count", count}, {"total", list.size()}};
}

}  // namespace oa::json
