// What a task waits for, found out from the values of the run.

#include "core/run/wait_plan.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/run/run_data.hpp"
#include "core/run/run_view.hpp"
#include "core/workflow/json_type.hpp"

namespace oa::core {

namespace json = boost::json;

namespace {

// What placeholders gave, which no reader has seen.

Milliseconds duration_of(const json::value& value, const std::string& what, SourcePosition place) {
    const auto duration = value.is_string()   ? parse_duration(value.get_string())
                          : value.is_number() ? duration_of_seconds(value.to_number<double>())
                                              : std::nullopt;
    if (!duration) {
        throw TemplateError(what + " takes a duration, not " + describe(value),
                            "give 250ms, 30s, 5m, 2h, 1d or a number of seconds, at most 366d",
                            place);
    }
    return *duration;
}

WallTime time_of(const json::value& value, SourcePosition place) {
    const auto time = value.is_string() ? parse_time(value.get_string()) : std::nullopt;
    if (!time) {
        throw TemplateError("'wait_until' takes a time, not " + describe(value),
                            "give one with its zone, such as 2027-01-01T08:00:00Z", place);
    }
    return *time;
}

// No value here must turn nobody into anybody.
std::vector<std::string> names_of(const json::value& value, SourcePosition place) {
    const json::array single{value};
    const json::array& list = value.is_array() ? value.get_array() : single;
    std::vector<std::string> names;
    for (const json::value& name : list) {
        if (!name.is_string() || name.get_string().empty()) {
            throw TemplateError("'by' takes a name or a list of names, not " + describe(name), {},
                                place);
        }
        names.emplace_back(name.get_string());
    }
    if (names.empty()) {
        throw TemplateError("'by' names nobody who could answer", "give at least one name", place);
    }
    return names;
}

}  // namespace

WaitPlan RunData::wait(const ValuePlace& place, WallTime now) const {
    const Wait& wait = *workflow_.tasks[place.task].wait;
    const View view(*this, place);
    json::value value = wait.value.resolve(view);
    WaitPlan plan;
    plan.kind = wait.kind;
    if (wait.kind == Wait::Kind::Sleep) {
        plan.delay = duration_of(value, "'sleep'", wait.position);
    } else if (wait.kind == Wait::Kind::Until) {
        plan.until = time_of(value, wait.position);
        plan.delay = std::max(std::chrono::ceil<Milliseconds>(*plan.until - now), Milliseconds{0});
        return plan;
    } else {
        plan.message = value.is_string() ? std::string(value.get_string()) : write_json(value);
        if (wait.by) {
            plan.by = names_of(wait.by->resolve(view), wait.position);
        }
        if (wait.timeout) {
            plan.delay = duration_of(wait.timeout->resolve(view), "'timeout'", wait.position);
        }
    }
    if (plan.delay) {
        plan.until = now + *plan.delay;
    }
    return plan;
}

}  // namespace oa::core
