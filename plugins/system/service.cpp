#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string>
#include <string_view>

#include "command.hpp"
#include "functions.hpp"

namespace oa::system {

namespace {

using namespace std::chrono_literals;

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// systemctl with these arguments, in words that do not depend on the language.
Command systemctl(Call& call, std::vector<std::string> arguments) {
    Command command;
    command.arguments = {"systemctl", "--no-pager", "--no-ask-password"};
    if (call.param<bool>("user", false)) {
        command.arguments.emplace_back("--user");
    }
    command.arguments.insert(command.arguments.end(), std::make_move_iterator(arguments.begin()),
                             std::make_move_iterator(arguments.end()));
    command.environment = {{"LC_ALL", "C"}, {"SYSTEMD_COLORS", "0"}};
    command.timeout = call.param<std::chrono::milliseconds>("timeout", 90s);
    command.log = false;
    return command;
}

/// Runs it; throws where there is no systemd.
CommandResult run_systemctl(Call& call, const Command& command) {
    CommandResult result;
    try {
        result = run_command(call, command);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::NotFound) {
            throw failed_precondition(
                "this machine has no systemd: there is no program systemctl in PATH");
        }
        throw;
    }
    for (const char* sign :
         {"System has not been booted with systemd", "Failed to connect to bus"}) {
        if (contains(result.errors.text, sign)) {
            throw failed_precondition("systemd does not run here: " + result.errors.last_line);
        }
    }
    return result;
}

/// NAME=value, one a line.
std::map<std::string, std::string, std::less<>> properties_of(std::string_view text) {
    std::map<std::string, std::string, std::less<>> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        if (const std::size_t equals = line.find('='); equals != std::string_view::npos) {
            out.emplace(line.substr(0, equals), line.substr(equals + 1));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

Json number_or_null(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failure == std::errc() && number > 0 ? Json(number) : Json();
}

/// The state of a unit, as systemd tells it.
Json state_of(Call& call, const std::string& name) {
    const Command command =
        systemctl(call, {"show",
                         "--property=LoadState,ActiveState,SubState,UnitFileState,Result,MainPID,"
                         "Description",
                         "--", name});
    const CommandResult result = run_systemctl(call, command);
    require_success(result, {0}, "systemctl show " + name, command);
    auto properties = properties_of(result.output.text);
    return {
        {"name", name},
        {"active", properties["ActiveState"] == "active"},
        {"enabled", properties["UnitFileState"].starts_with("enabled")},
        {"state", properties["ActiveState"]},
        {"sub_state", properties["SubState"]},
        {"load_state", properties["LoadState"]},
        {"unit_file_state", properties["UnitFileState"]},
        {"result", properties["Result"]},
        {"main_pid", number_or_null(properties["MainPID"])},
        {"description", properties["Description"]},
    };
}

/// Throws for an action that did not succeed. systemctl gives the codes of LSB: 4 for a user who
/// may not, 5 for a unit that is not there.
void require_done(const CommandResult& result,
                  const Command& command,
                  const std::string& action,
                  const std::string& name) {
    const bool ended = result.end.cause == ProcessEnd::Cause::Itself && result.end.signal == 0;
    const std::string what = "systemctl " + action + (name.empty() ? "" : " " + name);
    if (ended && result.end.exit_code != 0) {
        const std::string& said = result.errors.text;
        if (result.end.exit_code == 5 || contains(said, "not found") ||
            contains(said, "does not exist") || contains(said, "not loaded")) {
            throw not_found("there is no unit " + name + ": " + result.errors.last_line);
        }
        if (result.end.exit_code == 4 || contains(said, "Access denied") ||
            contains(said, "authentication required")) {
            throw permission_denied(what + " is not allowed: " + result.errors.last_line);
        }
    }
    require_success(result, {0}, what, command);
}

std::string unit_param(Call& call, const std::string& action) {
    std::string name = plain_text(call, "name");
    if (name.empty() && action != "daemon-reload") {
        throw invalid_params("/name", "name, the unit to " + action + ", is missing");
    }
    return name;
}

}  // namespace

void service(Call& call) {
    const auto action = call.choice<std::string>("action", {{"start", "start"},
                                                            {"stop", "stop"},
                                                            {"restart", "restart"},
                                                            {"reload", "reload"},
                                                            {"enable", "enable"},
                                                            {"disable", "disable"},
                                                            {"status", "status"},
                                                            {"is_active", "is-active"},
                                                            {"daemon_reload", "daemon-reload"}});
    const std::string name = unit_param(call, action);
    Json output = Json::object();
    if (action == "daemon-reload") {
        const Command command = systemctl(call, {action});
        require_done(run_systemctl(call, command), command, action, "");
    } else {
        if (action != "status" && action != "is-active") {
            const Command command = systemctl(call, {action, "--", name});
            require_done(run_systemctl(call, command), command, action, name);
        }
        output = state_of(call, name);
        if (action == "status" && output["load_state"] == Json("not-found")) {
            throw not_found("there is no unit " + name);
        }
    }
    output["action"] = call.param<std::string>("action");
    call.result(output);
}

}  // namespace oa::system
