#include "plugins/common/command.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oa/error.hpp"
#include "plugins/common/wake_up.hpp"

namespace oa::common {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Environment = std::map<std::string, std::string, std::less<>>;

constexpr const char* path_default = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::string reason(int error) {
    return std::generic_category().message(error);
}

/// The host's own settings (OA_...) stay with it: the password of the wallet is one of them.
Environment inherited_environment() {
    Environment out;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos && !text.starts_with("OA_")) {
            out.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return out;
}

Environment environment_of(const Command& command) {
    Environment out = command.clean_environment ? Environment() : inherited_environment();
    out.try_emplace("PATH", path_default);
    for (const auto& [name, value] : command.environment) {
        if (value) {
            out.insert_or_assign(name, *value);
        } else {
            out.erase(name);
        }
    }
    return out;
}

bool is_program(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

/// The file of a program, as a shell would find it.
std::string find_program(const std::string& name,
                         const Environment& environment,
                         const std::string& folder) {
    if (name.find('/') != std::string::npos) {
        const bool relative = !name.starts_with('/') && !folder.empty();
        const std::string path = relative ? folder + "/" + name : name;
        if (::access(path.c_str(), F_OK) != 0) {
            throw not_found("there is no program " + path);
        }
        if (!is_program(path)) {
            throw permission_denied(path + " is no file that may be executed");
        }
        return relative ? name : path;
    }
    const auto found = environment.find("PATH");
    const std::string path = found == environment.end() ? path_default : found->second;
    for (std::size_t start = 0; start <= path.size();) {
        const std::size_t end = std::min(path.find(':', start), path.size());
        std::string file = path.substr(start, end - start) + "/" + name;
        if (file.starts_with('/') && file.size() > name.size() + 1 && is_program(file)) {
            return file;
        }
        start = end + 1;
    }
    throw not_found("there is no program '" + name + "' in the folders of PATH (" + path + ")");
}

void require_folder(const std::string& folder) {
    struct stat status {};
    if (folder.empty()) {
        return;
    }
    if (::stat(folder.c_str(), &status) != 0) {
        const int error = errno;
        const std::string message = "the working folder " + folder + ": " + reason(error);
        if (error == EACCES) {
            throw permission_denied(message);
        }
        throw Error(ErrorCode::NotFound, message).with_pointer("/cwd");
    }
    if (!S_ISDIR(status.st_mode)) {
        throw invalid_params("/cwd", "the working folder " + folder + " is no folder");
    }
    if (::access(folder.c_str(), X_OK) != 0) {
        throw permission_denied("the working folder " + folder + " may not be entered");
    }
}

Descriptor opened_input(const std::string& path) {
    Descriptor out(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!out.is_open()) {
        const int error = errno;
        const std::string message = "standard input " + path + ": " + reason(error);
        if (error == ENOENT) {
            throw Error(ErrorCode::NotFound, message).with_pointer("/stdin_file");
        }
        throw Error(ErrorCode::Permission, message).with_pointer("/stdin_file");
    }
    return out;
}

/// A file in memory, so that nobody has to feed the program while it runs.
Descriptor input_of(const Command& command) {
    if (!command.input_file.empty()) {
        return opened_input(command.input_file);
    }
    if (command.input.empty()) {
        return opened_input("/dev/null");
    }
    Descriptor out(::memfd_create("stdin", MFD_CLOEXEC));
    std::string_view rest = command.input;
    while (out.is_open() && !rest.empty()) {
        const ssize_t count = ::write(out.get(), rest.data(), rest.size());
        if (count < 0 && errno != EINTR) {
            break;
        }
        rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(0, count)));
    }
    if (!rest.empty() || ::lseek(out.get(), 0, SEEK_SET) != 0) {
        throw exhausted("no memory for standard input: " + reason(errno));
    }
    return out;
}

ProcessPlan plan_of(const Command& command) {
    require_folder(command.folder);
    const Environment environment = environment_of(command);
    ProcessPlan plan;
    plan.program = find_program(command.arguments.front(), environment, command.folder);
    plan.arguments = command.arguments;
    for (const auto& [name, value] : environment) {
        plan.environment.push_back(std::string(name).append("=").append(value));
    }
    plan.folder = command.folder;
    plan.input = input_of(command);
    return plan;
}

CommandResult::Stream taken(const OutputCapture& capture) {
    return {capture.text(), capture.last_line(), capture.size(), capture.truncated()};
}

}  // namespace

CommandResult run_command(Call& call, const Command& command) {
    call.check();
    ProcessPlan plan = plan_of(command);
    const WakeUp wake;
    const auto guard = call.on_cancel([&wake] { wake.signal(); });
    const OutputCapture::Options options{command.output_max, command.log};
    OutputCapture output(call, "stdout", options);
    OutputCapture errors(call, "stderr", options);
    const auto started = steady_clock::now();
    std::optional<TimePoint> deadline;
    if (command.timeout) {
        deadline = started + *command.timeout;
    }
    CommandResult result;
    result.end = run_process(std::move(plan), output, errors, deadline, wake.fd());
    result.elapsed = std::chrono::duration_cast<milliseconds>(steady_clock::now() - started);
    result.output = taken(output);
    result.errors = taken(errors);
    return result;
}

}  // namespace oa::common
