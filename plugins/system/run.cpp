#include <string>
#include <string_view>
#include <utility>

#include "command.hpp"
#include "functions.hpp"
#include "plugins/common/private_folder.hpp"

namespace oa::system {

namespace {

/// "#!/usr/bin/env python3" as {"/usr/bin/env", "python3"}; empty where there is no such line. As
/// in the kernel all that follows the program is one argument.
std::vector<std::string> named_interpreter(std::string_view text) {
    if (!text.starts_with("#!")) {
        return {};
    }
    std::string_view line = text.substr(2, text.find('\n') - 2);
    const auto trim = [](std::string_view word) {
        const std::size_t start = word.find_first_not_of(" \t\r");
        const std::size_t end = word.find_last_not_of(" \t\r");
        return start == std::string_view::npos ? std::string_view()
                                               : word.substr(start, end - start + 1);
    };
    line = trim(line);
    const std::size_t blank = line.find_first_of(" \t");
    std::vector<std::string> out;
    for (const std::string_view word :
         {line.substr(0, blank),
          blank == std::string_view::npos ? std::string_view() : trim(line.substr(blank))}) {
        if (!word.empty()) {
            out.emplace_back(word);
        }
    }
    return out;
}

std::vector<std::int64_t> accepted_codes(Call& call) {
    return call.param<std::vector<std::int64_t>>("success_codes", {0});
}

/// A program, or a program with its first arguments.
std::vector<std::string> interpreter_param(Call& call, std::vector<std::string> fallback) {
    const Json* value = call.find_param("interpreter");
    if (value == nullptr || value->is_null()) {
        return fallback;
    }
    std::vector<std::string> out = value->is_array()
                                       ? arguments_param(call, "interpreter")
                                       : std::vector<std::string>{plain_text(call, "interpreter")};
    if (out.empty() || out.front().empty()) {
        throw invalid_params("/interpreter", "interpreter names no program");
    }
    return out;
}

std::vector<std::string> command_arguments(Call& call) {
    const Json& value = call.params()["command"];
    if (call.param<bool>("shell", false)) {
        if (!value.is_string()) {
            throw invalid_params("/command", "with shell: true command is one text for the shell");
        }
        auto arguments = interpreter_param(call, {"/bin/sh"});
        arguments.emplace_back("-c");
        arguments.push_back(plain_text(call, "command"));
        return arguments;
    }
    if (call.find_param<Json>("interpreter")) {
        throw invalid_params("/interpreter", "interpreter needs shell: true");
    }
    if (value.is_string()) {
        throw invalid_params("/command",
                             "command is a text; write it as a list of arguments, such as [ls, "
                             "-l, /tmp], or say shell: true");
    }
    auto arguments = arguments_param(call, "command");
    if (arguments.empty() || arguments.front().empty()) {
        throw invalid_params("/command", "command names no program");
    }
    return arguments;
}

void finish(Call& call, const Command& command, const std::string& what) {
    const CommandResult result = run_command(call, command);
    call.result(output_of(result));
    require_success(result, accepted_codes(call), what, command);
}

}  // namespace

void run(Call& call) {
    Command command = command_params(call);
    command.arguments = command_arguments(call);
    const bool shell = call.param<bool>("shell", false);
    finish(call, command, shell ? "the shell command" : "'" + command.arguments.front() + "'");
}

void script(Call& call) {
    Command command = command_params(call);
    const auto text = call.param<std::string>("script");
    auto interpreter = interpreter_param(call, named_interpreter(text));
    if (interpreter.empty()) {
        interpreter.emplace_back("/bin/sh");
    }
    const std::vector<std::string> arguments = arguments_param(call, "args");
    const std::string what = "the script (" + interpreter.front() + ")";
    command.arguments = std::move(interpreter);
    if (call.choice<bool>("via", {{"file", false}, {"stdin", true}}, false)) {
        if (!command.input.empty() || !command.input_file.empty()) {
            throw invalid_params("/via", "via: stdin leaves no standard input for the script");
        }
        if (!arguments.empty()) {
            throw invalid_params("/args", "via: stdin leaves no place for args");
        }
        command.input = text;
        finish(call, command, what);
        return;
    }
    const common::PrivateFolder folder("script");
    command.arguments.push_back(folder.write("script", text));
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    finish(call, command, what);
}

}  // namespace oa::system
