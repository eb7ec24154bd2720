#include "host/engine/wait_record.hpp"

#include <string>

#include <boost/json.hpp>

#include "core/wall_time.hpp"

namespace oa::host {

namespace json = boost::json;

json::value as_record(const core::WaitPlan& plan) {
    return {{"until", plan.until ? json::value(core::format_time(*plan.until)) : json::value()},
            {"message", plan.message},
            {"by", json::array(plan.by.begin(), plan.by.end())}};
}

std::optional<core::WaitPlan> plan_from_record(const json::value& record,
                                               std::optional<core::Milliseconds> delay) {
    const json::object* const object = record.if_object();
    const json::value* const until = object == nullptr ? nullptr : object->if_contains("until");
    const json::value* const message = object == nullptr ? nullptr : object->if_contains("message");
    const json::value* const by = object == nullptr ? nullptr : object->if_contains("by");
    if (until == nullptr || message == nullptr || !message->is_string() || by == nullptr ||
        !by->is_array()) {
        return std::nullopt;
    }
    core::WaitPlan plan;
    plan.delay = delay;
    if (until->is_string()) {
        plan.until = core::parse_time(until->get_string());
    }
    plan.message = std::string(message->get_string());
    for (const json::value& name : by->get_array()) {
        if (name.is_string()) {
            plan.by.emplace_back(name.get_string());
        }
    }
    return plan;
}

}  // namespace oa::host
