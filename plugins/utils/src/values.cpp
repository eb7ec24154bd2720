// template, condition and merge: what is made of values.

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "functions.hpp"
#include "merging.hpp"
#include "plugins/common/condition.hpp"
#include "plugins/common/json_values.hpp"
#include "plugins/common/template_text.hpp"

namespace oa::utils {
namespace {

constexpr std::size_t text_max = std::size_t{1} << 20U;

using common::Condition;

/// One condition, or a list of them.
std::vector<Condition> read_conditions(Call& call, bool ignore_case) {
    std::vector<Condition> conditions;
    const Json* given = call.find_param("conditions");
    if (given == nullptr || given->is_null()) {
        if (call.find_param("left") == nullptr && call.find_param("operator") == nullptr) {
            throw invalid_params("/left",
                                 "there is nothing to test: give left, operator and right");
        }
        conditions.push_back(Condition::read(call.params(), "", ignore_case, "right"));
        return conditions;
    }
    if (call.find_param("left") != nullptr || call.find_param("operator") != nullptr) {
        throw invalid_params("/conditions", "give either conditions, or left, operator and right");
    }
    const auto list = call.param<std::vector<Json>>("conditions");
    for (std::size_t i = 0; i < list.size(); ++i) {
        conditions.push_back(
            Condition::read(list[i], pointer_to("conditions", i), ignore_case, "right"));
    }
    if (conditions.empty()) {
        throw invalid_params("/conditions", "the list of conditions is empty");
    }
    return conditions;
}

/// null counts as what is not there.
bool holds(const Condition& condition, const Json* left) {
    return condition.holds(left != nullptr && left->is_null() ? nullptr : left);
}

/// What each of the conditions says.
std::vector<bool> test_all(Call& call, const std::vector<Condition>& conditions) {
    std::vector<bool> results;
    if (const Json* given = call.find_param("conditions"); given != nullptr && given->is_array()) {
        for (std::size_t i = 0; i < conditions.size(); ++i) {
            call.check();
            results.push_back(holds(conditions[i], given->at(i).find("left")));
        }
    } else {
        results.push_back(holds(conditions.front(), call.find_param("left")));
    }
    return results;
}

}  // namespace

Json fill_template(Call& call) {
    const auto text = call.param<std::string_view>("template");
    const Json* values = call.find_param("values");
    if (values == nullptr) {
        values = call.find_param("input");
    }
    static const Json nothing = Json::object();
    const bool strict = call.choice<bool>("missing", {{"fail", true}, {"empty", false}}, true);
    return {{"text", common::template_text(text, values == nullptr ? nothing : *values, strict,
                                           text_max, [&call] { call.check(); })}};
}

Json condition(Call& call) {
    const bool any = call.choice<bool>("match", {{"all", false}, {"any", true}}, false);
    const auto conditions = read_conditions(call, call.param<bool>("ignore_case", false));
    const std::vector<bool> results = test_all(call, conditions);
    const auto held = static_cast<std::size_t>(std::count(results.begin(), results.end(), true));
    const bool result = any ? held > 0 : held == results.size();
    if (!result && call.param<bool>("required", false)) {
        const std::string what = call.param<std::string>("message", "the condition does not hold");
        throw failed_precondition(what).with_retry(Retry::No).with_details({{"result", false}});
    }
    return {{"result", result}};
}

Json merge(Call& call) {
    const auto mode = call.choice<MergeMode>("mode",
                                             {{"dict", MergeMode::Dict},
                                              {"deep", MergeMode::Deep},
                                              {"list", MergeMode::List},
                                              {"concat", MergeMode::Concat}},
                                             MergeMode::Deep);
    Merging merging(mode, call.param<std::string>("separator", "\n"),
                    call.param<bool>("unique", false));
    const char* const name = call.find_param<Json>("sources") ? "sources" : "input";
    const Json* given = call.find_param(name);
    const auto take = [&](const Json& source, const std::string& at) {
        call.check();
        if (!source.is_null() && !merging.add(source)) {
            throw invalid_params(at, "mode dict and deep merge maps, found " + source.describe() +
                                         ": mode list and concat take anything");
        }
    };
    if (given != nullptr && given->is_array()) {
        for (std::size_t i = 0; i < given->size(); ++i) {
            take(given->at(i), pointer_to(name, i));
        }
    } else if (given != nullptr && given->is_object()) {
        for (const Json::Member& member : given->as_object()) {
            take(member.value, pointer_to(name, member.key));
        }
    } else {
        throw invalid_params("/sources", "give sources, a list or map of what to merge");
    }
    return {{"value", merging.take()}, {"sources", given->size()}};
}

}  // namespace oa::utils
