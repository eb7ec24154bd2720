// The functions of oa-system of version 3, as translations onto what this module does: their
// parameters, how `input` fills them, their outputs.

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "command.hpp"
#include "functions.hpp"
#include "plugins/common/text.hpp"

namespace oa::system {

namespace {

constexpr std::size_t printed_max = 1000;  // characters of the output in the log

/// The first of these members of `input` that is a text.
std::string input_text(Call& call, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        const Json& value = call.params()["input"][name];
        if (value.is_string()) {
            return value.as_string();
        }
    }
    return {};
}

/// Seconds, as older documents write them; a text such as "30s" is fine, too.
void set_timeout(Call& call, Command& command) {
    command.timeout = call.find_param<std::chrono::milliseconds>("timeout");
    command.output_max = output_most;
    command.log = false;
}

std::vector<std::string> older_command(Call& call, bool shell) {
    std::vector<std::string> out;
    const Json& given = call.params()["command"];
    if (given.is_array()) {
        out = arguments_param(call, "command");
    } else if (given.is_string()) {
        out.push_back(plain_text(call, "command"));
    } else if (const Json& input = call.params()["input"]; input.is_string()) {
        out.push_back(input.as_string());
    } else if (const std::string command = input_text(call, {"command"}); !command.empty()) {
        out.push_back(command);
    } else if (const std::string file = input_text(call, {"filepath"}); !file.empty()) {
        return shell ? std::vector<std::string>{"cat -- " + common::shell_quoted(file)}
                     : std::vector<std::string>{"cat", "--", file};
    }
    if (out.empty() || out.front().empty()) {
        throw invalid_params("/command",
                             "command is missing, and input holds neither command nor filepath");
    }
    return out;
}

Json command_as_given(const std::vector<std::string>& command) {
    return command.size() == 1 ? Json(command.front()) : Json(command);
}

std::string interpreter_of(const std::string& path) {
    static const std::map<std::string, std::string, std::less<>> by_ending{
        {".py", "python3"}, {".sh", "bash"}, {".rb", "ruby"}, {".js", "node"}, {".pl", "perl"}};
    const std::size_t dot = path.rfind('.');
    const auto found =
        dot == std::string::npos ? by_ending.end() : by_ending.find(path.substr(dot));
    return found == by_ending.end() ? "" : found->second;
}

void print(Call& call, const std::string& text) {
    if (call.param<bool>("printout", false)) {
        call.log().info(common::cut_text(text, printed_max));
    }
}

}  // namespace

void runcmd(Call& call) {
    const bool shell = call.param<bool>("shell", true);
    const std::vector<std::string> given = older_command(call, shell);
    Command command;
    set_timeout(call, command);
    command.arguments = given;
    if (shell) {
        command.arguments.insert(command.arguments.begin(), {"/bin/sh", "-c"});
    }
    const CommandResult result = run_command(call, command);
    if (result.end.cause == ProcessEnd::Cause::Deadline) {
        const auto seconds = std::chrono::duration<double>(*command.timeout).count();
        call.result({{"error", "Command timeout after " + Json(seconds).dump() + "s"},
                     {"command", command_as_given(given)},
                     {"timeout", seconds}});
    } else {
        print(call, result.output.text);
        call.result(
            {{"stdout", result.output.text},
             {"stderr", result.errors.text},
             {"return_code", result.end.signal == 0 ? result.end.exit_code : -result.end.signal},
             {"command", command_as_given(given)},
             {"success", result.end.exit_code == 0}});
    }
    require_success(result, {0}, "the command", command);
}

void execute_script(Call& call) {
    std::string path = plain_text(call, "script_path");
    if (path.empty()) {
        path = input_text(call, {"filepath", "script_path"});
    }
    if (path.empty()) {
        throw invalid_params("/script_path",
                             "script_path is missing, and input holds neither filepath nor "
                             "script_path");
    }
    if (::access(path.c_str(), F_OK) != 0) {
        throw Error(ErrorCode::NotFound, "there is no script " + path).with_pointer("/script_path");
    }
    const std::string interpreter = plain_text(call, "interpreter", interpreter_of(path));
    const std::vector<std::string> arguments = arguments_param(call, "args");
    Command command;
    set_timeout(call, command);
    if (!interpreter.empty()) {
        command.arguments.push_back(interpreter);
    }
    // Without a slash it would be looked for in PATH.
    command.arguments.push_back(
        interpreter.empty() && path.find('/') == std::string::npos ? "./" + path : path);
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    const CommandResult result = run_command(call, command);
    if (result.end.cause == ProcessEnd::Cause::Itself) {
        call.result(
            {{"stdout", result.output.text},
             {"stderr", result.errors.text},
             {"return_code", result.end.signal == 0 ? result.end.exit_code : -result.end.signal},
             {"script_path", path},
             {"interpreter", interpreter.empty() ? Json() : Json(interpreter)},
             {"args", arguments}});
    }
    require_success(result, {0}, path, command);
}

}  // namespace oa::system
