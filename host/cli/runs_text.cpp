#include "host/cli/runs_text.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

#include <boost/json.hpp>

#include "core/duration.hpp"
#include "core/wall_time.hpp"
#include "host/log/logger.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

json::value time_or_null(const std::optional<core::WallTime>& time) {
    return time ? json::value(core::format_time(*time)) : json::value();
}

std::string_view word_of(core::Wait::Kind kind) {
    switch (kind) {
        case core::Wait::Kind::Sleep: return "sleep";
        case core::Wait::Kind::Until: return "wait_until";
        case core::Wait::Kind::Approval: break;
    }
    return "approval";
}

/// As documents spell it.
std::string_view word_of(core::Wait::Unanswered unanswered) {
    switch (unanswered) {
        case core::Wait::Unanswered::Approve: return "approve";
        case core::Wait::Unanswered::Reject: return "reject";
        case core::Wait::Unanswered::Fail: break;
    }
    return "fail";
}

std::string_view what_it_does(core::Wait::Unanswered unanswered) {
    switch (unanswered) {
        case core::Wait::Unanswered::Approve: return "it is approved";
        case core::Wait::Unanswered::Reject: return "it is rejected";
        case core::Wait::Unanswered::Fail: break;
    }
    return "it fails";
}

json::object to_json(const PlacedWait& placed) {
    const RecordedWait& wait = *placed.wait;
    json::object object;
    object["task"] = placed.task;
    object["element"] = wait.element ? json::value(*wait.element) : json::value();
    object["kind"] = word_of(wait.plan.kind);
    object["since"] = core::format_time(wait.since);
    object["until"] = time_or_null(wait.plan.until);
    if (wait.plan.kind == core::Wait::Kind::Approval) {
        object["message"] = wait.plan.message;
        object["by"] = json::array(wait.plan.by.begin(), wait.plan.by.end());
        object["default"] =
            wait.unanswered ? json::value(word_of(*wait.unanswered)) : json::value();
    }
    return object;
}

}  // namespace

std::string time_text(core::WallTime time) {
    std::string text = core::format_time(time);
    text.resize(19);  // to the second
    text[10] = ' ';
    return text;
}

std::string duration_text(const RunSummary& run) {
    if (!run.started || !run.ended) {
        return "-";
    }
    const auto took = std::chrono::duration_cast<core::Milliseconds>(*run.ended - *run.started);
    return core::format_duration(std::max(took, core::Milliseconds{0}));  // the clock was set back
}

std::string state_of(const RunSummary& run, bool is_waiting) {
    if (run.status == core::RunStatus::Running && run.is_paused) {
        return "paused";
    }
    if (run.status == core::RunStatus::Running && is_waiting) {
        return "waiting";
    }
    return std::string(core::to_string(run.status));
}

std::string what_for(const RecordedWait& wait) {
    if (wait.plan.kind == core::Wait::Kind::Approval) {
        return "approval: " + printable(wait.plan.message);
    }
    return wait.plan.until ? time_text(*wait.plan.until) + " UTC" : "";
}

std::string who_may_answer(const RecordedWait& wait) {
    const std::vector<std::string>& by = wait.plan.by;
    std::string text;
    for (std::size_t index = 0; index < by.size(); ++index) {
        text += (index == 0 ? "" : index + 1 == by.size() ? " or " : ", ") + printable(by[index]);
    }
    text = by.empty() ? "anybody may answer" : text + " may answer";
    if (wait.plan.until) {
        text += " until " + time_text(*wait.plan.until) + " UTC";
        if (wait.unanswered) {
            text += "; then " + std::string(what_it_does(*wait.unanswered));
        }
    }
    return text;
}

json::array to_json(const std::vector<PlacedWait>& waits) {
    json::array array;
    for (const PlacedWait& wait : waits) {
        array.push_back(to_json(wait));
    }
    return array;
}

std::string shell_word(std::string_view text) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+,-";
    if (!text.empty() && text.find_first_not_of(plain) == std::string_view::npos) {
        return std::string(text);
    }
    std::string word = "'";
    for (const char c : text) {
        word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return word + "'";
}

}  // namespace oa::host
