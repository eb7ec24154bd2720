#include "host/vault/secret_command.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <unistd.h>

#include "core/display_text.hpp"
#include "host/vault/answer_cache.hpp"
#include "host/vault/command_process.hpp"
#include "host/vault/private_file.hpp"

namespace oa::host::vault {
namespace {

constexpr std::string_view placeholder = "{name}";
constexpr std::size_t name_bytes_max = 1024;

[[noreturn]] void refuse(const std::string& why) {
    throw std::invalid_argument("secret_command: " + why);
}

std::string_view name_of(std::string_view variable) {
    return variable.substr(0, variable.find('='));
}

bool is_allowed(std::string_view name) {
    constexpr std::array<std::string_view, 8> names{"PATH",
                                                    "HOME",
                                                    "LANG",
                                                    "USER",
                                                    "LOGNAME",
                                                    "GNUPGHOME",
                                                    "PASSWORD_STORE_DIR",
                                                    "DBUS_SESSION_BUS_ADDRESS"};
    return name.starts_with("LC_") || name.starts_with("XDG_") ||
           std::find(names.begin(), names.end(), name) != names.end();
}

std::string path_of(const std::vector<std::string>& environment) {
    for (const std::string& variable : environment) {
        if (name_of(variable) == "PATH") {
            return variable.substr(std::string_view("PATH=").size());
        }
    }
    return "/usr/local/bin:/usr/bin:/bin";
}

/// Folders that are not absolute would depend on where the host was started.
std::filesystem::path find_program(const std::string& program, std::string_view path) {
    if (program.starts_with('/')) {
        return program;
    }
    if (program.find('/') != std::string::npos) {
        refuse("'" + core::single_line(program) + "' has to be an absolute path, or a name");
    }
    while (!path.empty()) {
        const std::string_view folder = path.substr(0, path.find(':'));
        path.remove_prefix(std::min(folder.size() + 1, path.size()));
        std::filesystem::path file = std::filesystem::path(folder) / program;
        if (folder.starts_with('/') && ::access(file.c_str(), X_OK) == 0) {
            return file;
        }
    }
    refuse("the program '" + core::single_line(program) +
           "' is not in PATH; install it, or write "
           "where it is");
}

void check_settings(const CommandSettings& settings) {
    if (settings.command.empty() || settings.command.front().empty()) {
        refuse("it names no program");
    }
    if (settings.command.front().find(placeholder) != std::string::npos) {
        refuse(
            "{name} may stand in arguments alone, since which program is run does not depend on "
            "the secret");
    }
    for (const std::string& part : settings.command) {
        if (part.find('\0') != std::string::npos) {
            refuse("there is a zero byte in it");
        }
    }
    if (settings.missing_status < 1 || settings.missing_status > 255) {
        refuse("the exit status for a secret that is not there has to be between 1 and 255");
    }
    if (settings.timeout.count() <= 0) {
        refuse("its time-out has to be more than 0");
    }
}

void check_name(std::string_view name) {
    const bool has_control = std::any_of(name.begin(), name.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F;
    });
    if (name.empty() || name.size() > name_bytes_max || name.front() == '-' || has_control) {
        throw std::runtime_error(
            "'" + core::shorten(name, 64) +
            "' is no name for secret_command: it is empty, begins with '-', has control characters "
            "in it or more than 1024 bytes");
    }
}

std::string replaced(const std::string& argument, std::string_view name) {
    std::string out;
    std::size_t at = 0;
    for (;;) {
        const auto next = argument.find(placeholder, at);
        out.append(argument, at, next - at);
        if (next == std::string::npos) {
            return out;
        }
        out += name;
        at = next + placeholder.size();
    }
}

/// What went wrong, unless it went well.
std::string failure_of(const CommandResult& result, const CommandSettings& settings) {
    using End = CommandResult::End;
    switch (result.end) {
        case End::TookTooLong:
            return "it took longer than " + core::format_duration(settings.timeout) +
                   " and was ended; it may wait for an answer that nobody can give it";
        case End::WroteTooMuch:
            return "it printed more than " + std::to_string(settings.output_bytes_max) + " bytes";
        case End::Signalled: return "signal " + std::to_string(result.status) + " ended it";
        case End::Exited: break;
    }
    return result.status == 0 ? std::string()
                              : "it ended with status " + std::to_string(result.status);
}

}  // namespace

std::vector<std::string> process_environment() {
    std::vector<std::string> out;
    for (char** variable = ::environ; variable != nullptr && *variable != nullptr; ++variable) {
        out.emplace_back(*variable);
    }
    return out;
}

std::vector<std::string> allowed_environment(const std::vector<std::string>& environment,
                                             const std::vector<std::string>& more) {
    std::vector<std::string> out;
    std::copy_if(environment.begin(), environment.end(), std::back_inserter(out),
                 [&more](const std::string& variable) {
                     const std::string_view name = name_of(variable);
                     return is_allowed(name) ||
                            std::find(more.begin(), more.end(), name) != more.end();
                 });
    return out;
}

SecretCommand::SecretCommand(CommandSettings settings,
                             const std::vector<std::string>& environment,
                             VaultTime time)
    : settings_(std::move(settings)),
      cache_(std::make_unique<AnswerCache>(settings_.cache, std::move(time))) {
    check_settings(settings_);
    program_ = find_program(settings_.command.front(), path_of(environment));
    environment_ = allowed_environment(environment, settings_.environment);
    try {
        check_program(program_);
    } catch (const std::runtime_error& error) {
        refuse(error.what());
    }
}

SecretCommand::~SecretCommand() = default;

std::string SecretCommand::name() const {
    return "the secret_command " + program_.string();
}

std::optional<core::Secret> SecretCommand::find(std::string_view key,
                                                std::string_view /*user*/) const {
    check_name(key);
    const auto answer = cache_->get(std::string(key), [this, key] { return run(key); });
    return *answer ? std::optional((*answer)->clone()) : std::nullopt;
}

std::optional<core::Secret> SecretCommand::run(std::string_view key) const {
    const std::string what = name() + " gives no '" + core::single_line(key) + "': ";
    CommandResult result;
    try {
        check_program(program_);
        result = run_command({program_.string(), arguments_for(key), environment_,
                              settings_.timeout, settings_.output_bytes_max});
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(what + error.what());
    }
    if (result.end == CommandResult::End::Exited && result.status == settings_.missing_status) {
        return std::nullopt;
    }
    const std::string why = failure_of(result, settings_);
    if (!why.empty()) {
        throw std::runtime_error(what + why +
                                 (result.complaint.empty() ? "" : ": " + result.complaint));
    }
    if (result.output.reveal().ends_with('\n')) {
        result.output.shrink(result.output.size() - 1);
    }
    return std::move(result.output);
}

std::vector<std::string> SecretCommand::arguments_for(std::string_view key) const {
    std::vector<std::string> out{settings_.command.front()};
    bool has_name = false;
    for (auto argument = settings_.command.begin() + 1; argument != settings_.command.end();
         ++argument) {
        has_name = has_name || argument->find(placeholder) != std::string::npos;
        out.push_back(replaced(*argument, key));
    }
    if (!has_name) {
        out.emplace_back(key);
    }
    return out;
}

}  // namespace oa::host::vault
