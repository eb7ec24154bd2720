#include "command.hpp"

#include <algorithm>

namespace oa::system {

namespace {

using std::chrono::milliseconds;

bool is_variable_name(std::string_view name) {
    return !name.empty() && name.find_first_of(std::string_view("=\0", 2)) == std::string::npos;
}

void add_environment(Call& call, Command& command) {
    const auto variables = call.find_param<Json>("env");
    if (!variables) {
        return;
    }
    for (const Json::Member& member : variables->as_object()) {
        const std::string pointer = pointer_to("env", member.key);
        if (!is_variable_name(member.key)) {
            throw invalid_params(pointer, "'" + member.key + "' is no name of a variable");
        }
        std::optional<std::string> value;
        if (!member.value.is_null()) {
            value = member.value.is_string() ? member.value.as_string() : member.value.dump();
            if (value->find('\0') != std::string::npos) {
                throw invalid_params(pointer, "a variable cannot hold a NUL byte");
            }
        }
        command.environment.emplace_back(member.key, std::move(value));
    }
}

}  // namespace

std::string plain_text(Call& call, std::string_view name, std::string fallback) {
    auto text = call.param<std::string>(name, std::move(fallback));
    if (text.find('\0') != std::string::npos) {
        throw invalid_params(pointer_to(name), std::string(name) + " holds a NUL byte");
    }
    return text;
}

std::vector<std::string> arguments_param(Call& call, std::string_view name) {
    std::vector<std::string> out;
    const auto values = call.find_param<Json>(name);
    if (!values) {
        return out;
    }
    for (const Json& value : values->as_array()) {
        if (value.is_array() || value.is_object() || value.is_null()) {
            throw invalid_params(pointer_to(name, out.size()),
                                 "an argument is " + value.describe() +
                                     "; it has to be a text, a number or a boolean");
        }
        out.push_back(value.is_string() ? value.as_string() : value.dump());
        if (out.back().find('\0') != std::string::npos) {
            throw invalid_params(pointer_to(name, out.size() - 1),
                                 "an argument cannot hold a NUL byte");
        }
    }
    return out;
}

Command command_params(Call& call) {
    Command command;
    add_environment(call, command);
    command.clean_environment = call.param<bool>("clean_env", false);
    command.folder = plain_text(call, "cwd");
    command.input = call.param<std::string>("stdin", "");
    command.input_file = plain_text(call, "stdin_file");
    if (!command.input.empty() && !command.input_file.empty()) {
        throw invalid_params("/stdin_file", "stdin and stdin_file exclude each other");
    }
    command.timeout = call.find_param<milliseconds>("timeout");
    const auto limit =
        call.param<std::int64_t>("max_output", static_cast<std::int64_t>(output_default));
    if (limit < 0 || limit > static_cast<std::int64_t>(output_most)) {
        throw invalid_params("/max_output", "max_output is not from 0 to 4194304 bytes");
    }
    command.output_max = static_cast<std::size_t>(limit);
    command.log = call.param<bool>("log_output", true);
    return command;
}

Json output_of(const CommandResult& result) {
    return {
        {"exit_code", result.end.exit_code},
        {"signal", result.end.signal == 0 ? Json() : Json(signal_name(result.end.signal))},
        {"stdout", result.output.text},
        {"stderr", result.errors.text},
        {"stdout_bytes", result.output.size},
        {"stderr_bytes", result.errors.size},
        {"stdout_truncated", result.output.truncated},
        {"stderr_truncated", result.errors.truncated},
        {"elapsed_ms", result.elapsed.count()},
    };
}

void require_success(const CommandResult& result,
                     const std::vector<std::int64_t>& accepted,
                     const std::string& what,
                     const Command& command) {
    if (result.end.cause == ProcessEnd::Cause::Cancelled) {
        throw Cancelled();
    }
    if (result.end.cause == ProcessEnd::Cause::Deadline) {
        throw deadline_exceeded(what + " took longer than its limit of " +
                                std::to_string(command.timeout.value_or(milliseconds(0)).count()) +
                                " ms (timeout) and was ended");
    }
    const std::string& last =
        result.errors.last_line.empty() ? result.output.last_line : result.errors.last_line;
    const std::string said = last.empty() ? "" : ": " + last;
    if (result.end.signal != 0) {
        throw failed_precondition(what + " was ended by " + signal_name(result.end.signal) + said)
            .with_retry(Retry::Yes);
    }
    if (std::find(accepted.begin(), accepted.end(), result.end.exit_code) == accepted.end()) {
        throw failed_precondition(what + " ended with exit code " +
                                  std::to_string(result.end.exit_code) + said)
            .with_retry(Retry::Yes);
    }
}

}  // namespace oa::system
