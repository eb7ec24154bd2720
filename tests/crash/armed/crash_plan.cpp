#include "tests/crash/armed/crash_plan.hpp"

#include <algorithm>
#include <charconv>

namespace oa::test {
namespace {

constexpr std::array deaths{Death::Kill, Death::Exit, Death::Abort};

std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t end = text.find(separator);
    const std::string_view taken = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    return taken;
}

std::string quoted(std::string_view text) {
    return '\'' + std::string(text) + '\'';
}

std::variant<PlannedDeath, std::string> parse_one(std::string_view text) {
    const std::string whole = quoted(text);
    const std::string_view name = take_until(text, ':');
    const auto point = std::find(host::crash_points.begin(), host::crash_points.end(), name);
    if (point == host::crash_points.end()) {
        return quoted(name) + " in " + whole + " is no crash point";
    }
    PlannedDeath planned;
    planned.point = static_cast<std::size_t>(point - host::crash_points.begin());

    const bool has_death = text.find(':') != std::string_view::npos;
    const std::string_view hit = take_until(text, ':');
    const auto read = std::from_chars(hit.data(), hit.data() + hit.size(), planned.hit);
    if (read.ec != std::errc() || read.ptr != hit.data() + hit.size() || planned.hit == 0) {
        return quoted(hit) + " in " + whole + " is no number from 1 on: which hit is meant?";
    }
    if (has_death) {
        const auto* const death = std::find_if(
            deaths.begin(), deaths.end(), [text](Death each) { return to_string(each) == text; });
        if (death == deaths.end()) {
            return quoted(text) + " in " + whole + " is none of kill, exit, abort";
        }
        planned.death = *death;
    }
    return planned;
}

}  // namespace

std::string_view to_string(Death death) {
    switch (death) {
        case Death::Kill: return "kill";
        case Death::Exit: return "exit";
        case Death::Abort: return "abort";
    }
    return "unknown";
}

std::variant<std::vector<PlannedDeath>, std::string> parse_crash_plan(std::string_view text) {
    std::vector<PlannedDeath> plan;
    while (!text.empty()) {
        auto one = parse_one(take_until(text, ','));
        if (auto* problem = std::get_if<std::string>(&one)) {
            return std::move(*problem);
        }
        plan.push_back(std::get<PlannedDeath>(one));
    }
    return plan;
}

CrashCounter::Hit CrashCounter::hit(host::CrashPoint point) noexcept {
    Hit hit;
    hit.number = hits_[point.index()].fetch_add(1, std::memory_order_relaxed) + 1;
    for (const PlannedDeath& planned : plan_) {
        if (planned.point == point.index() && planned.hit == hit.number) {
            hit.death = planned.death;
        }
    }
    return hit;
}

}  // namespace oa::test
