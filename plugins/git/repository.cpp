#include "repository.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "failure.hpp"
#include "operands.hpp"

namespace oa::git {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// What git needs of the host's environment; GIT_DIR and its like would lead it elsewhere.
constexpr std::array passed_on{
    "PATH",       "HOME",          "USER",         "LOGNAME",      "TMPDIR",    "XDG_CONFIG_HOME",
    "http_proxy", "https_proxy",   "HTTPS_PROXY",  "all_proxy",    "ALL_PROXY", "no_proxy",
    "NO_PROXY",   "SSL_CERT_FILE", "SSL_CERT_DIR", "SSH_AUTH_SOCK"};

/// Stronger than the settings of the system, of the user and of the repository, which whoever made
/// the repository may have written.
Settings own_settings() {
    return {
        {"core.hooksPath", "/dev/null"},
        {"core.fsmonitor", "false"},
        {"core.quotePath", "false"},
        {"protocol.allow", "never"},
        {"protocol.https.allow", "always"},
        {"protocol.http.allow", "always"},
        {"protocol.ssh.allow", "always"},
        {"protocol.file.allow", "user"},  // never for submodules
        {"i18n.logOutputEncoding", "UTF-8"},
        {"advice.detachedHead", "false"},
        {"gc.auto", "0"},  // nothing goes on in the background
        {"maintenance.auto", "false"},
        {"log.showSignature", "false"},
        {"push.followTags", "false"},
        {"push.recurseSubmodules", "no"},
        {"submodule.recurse", "false"},
    };
}

void add_environment(common::Command& command, const Settings& settings) {
    for (const char* name : passed_on) {
        if (const char* const value = std::getenv(name)) {
            command.environment.emplace_back(name, value);
        }
    }
    const std::array<std::pair<const char*, const char*>, 9> own{{
        {"LC_ALL", "C.UTF-8"},
        {"GIT_CONFIG_NOSYSTEM", "1"},
        {"GIT_TERMINAL_PROMPT", "0"},
        {"GIT_ASKPASS", ""},  // empty: nobody is asked, whatever core.askPass says
        {"SSH_ASKPASS_REQUIRE", "never"},
        {"GIT_EDITOR", "true"},
        {"GIT_PAGER", "cat"},
        {"GIT_OPTIONAL_LOCKS", "0"},
        {"GIT_LITERAL_PATHSPECS", "1"},
    }};
    for (const auto& [name, value] : own) {
        command.environment.emplace_back(name, value);
    }
    command.environment.emplace_back("GIT_CONFIG_COUNT", std::to_string(settings.size()));
    for (std::size_t i = 0; i < settings.size(); ++i) {
        const std::string number = std::to_string(i);
        command.environment.emplace_back("GIT_CONFIG_KEY_" + number, settings[i].first);
        command.environment.emplace_back("GIT_CONFIG_VALUE_" + number, settings[i].second);
    }
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = text.find(separator);
        out.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            break;
        }
        text.remove_prefix(end + 1);
    }
    return out;
}

}  // namespace

Git::Git(Call& call, milliseconds timeout_default)
    : call_(call),
      limit_(call.param<milliseconds>("timeout", timeout_default)),
      deadline_(steady_clock::now() + limit_),
      settings_(own_settings()) {}

void Git::use(const Access& access) {
    settings_.insert(settings_.end(), access.settings().begin(), access.settings().end());
    variables_.insert(variables_.end(), access.variables().begin(), access.variables().end());
}

Outcome Git::run(std::vector<std::string> arguments, std::string input, std::size_t output_max) {
    const std::string what = "git " + arguments.front();
    common::Command command;
    command.arguments = std::move(arguments);
    command.arguments.insert(command.arguments.begin(), "git");
    command.clean_environment = true;
    command.folder = folder_;
    command.input = std::move(input);
    command.log = false;
    command.output_max = output_max;
    command.timeout = std::max(
        milliseconds(1), std::chrono::duration_cast<milliseconds>(deadline_ - steady_clock::now()));
    add_environment(command, settings_);
    for (const auto& [name, value] : variables_) {
        command.environment.emplace_back(name, value);
    }
    common::CommandResult result = common::run_command(call_, command);
    if (result.end.cause == common::ProcessEnd::Cause::Cancelled) {
        throw Cancelled();
    }
    if (result.end.cause == common::ProcessEnd::Cause::Deadline) {
        throw deadline_exceeded(what + " took longer than the limit of " +
                                std::to_string(limit_.count()) + " ms (timeout) and was ended");
    }
    return {result.end.exit_code, std::move(result.output.text),
            without_credentials(result.errors.text), result.output.truncated};
}

std::string Git::must(std::vector<std::string> arguments, std::string input) {
    const std::string what = "git " + arguments.front();
    Outcome outcome = run(std::move(arguments), std::move(input));
    if (!outcome.good()) {
        throw failure_of(what, outcome);
    }
    if (outcome.truncated) {
        throw exhausted(what + " has more to tell than " + std::to_string(common::output_most) +
                        " bytes; ask for less, by paths or limit");
    }
    return std::move(outcome.output);
}

std::string Git::line(std::vector<std::string> arguments) {
    const Outcome outcome = run(std::move(arguments));
    return outcome.good() ? outcome.output.substr(0, outcome.output.find('\n')) : "";
}

Git repository_param(Call& call, milliseconds timeout_default) {
    return open_repository(call, text_param(call, "path"), "path", timeout_default);
}

Git open_repository(Call& call,
                    const std::string& path,
                    const std::string& parameter,
                    milliseconds timeout_default) {
    std::error_code ignored;
    if (path.empty()) {
        throw invalid_params(pointer_to(parameter),
                             parameter + " is missing: the folder of the repository");
    }
    if (!std::filesystem::is_directory(path, ignored)) {
        throw Error(ErrorCode::NotFound, "there is no folder " + path)
            .with_pointer(pointer_to(parameter));
    }
    Git git(call, timeout_default);
    git.use_folder(std::filesystem::absolute(path).string());
    const Outcome found = git.run({"rev-parse", "--git-dir", "--show-prefix"});
    if (!found.good()) {
        throw failure_of("git rev-parse", found);
    }
    // A folder within a repository is not taken for it: what is above may be somebody else's.
    if (split_lines(found.output).size() > 1) {
        throw Error(ErrorCode::Precondition, path + " is a folder within a repository; " +
                                                 parameter + " is the folder at its top")
            .with_pointer(pointer_to(parameter));
    }
    return git;
}

Json head_of(Git& git) {
    const std::string hash = git.line({"rev-parse", "--verify", "--quiet", "HEAD^{commit}"});
    return hash.empty() ? Json() : Json(hash);
}

Json current_branch(Git& git) {
    const std::string name = git.line({"symbolic-ref", "--quiet", "--short", "HEAD"});
    return name.empty() ? Json() : Json(name);
}

std::string remote_url(Git& git, const std::string& remote) {
    std::string url = git.line({"remote", "get-url", "--", remote});
    if (url.empty()) {
        throw not_found("the repository has no remote '" + remote + "'");
    }
    return url;
}

std::vector<std::string> split_fields(std::string_view text) {
    return split(text, '\0');
}

std::vector<std::string> split_lines(std::string_view text) {
    std::vector<std::string> lines = split(text, '\n');
    std::erase_if(lines, [](const std::string& line) { return line.empty(); });
    return lines;
}

}  // namespace oa::git
