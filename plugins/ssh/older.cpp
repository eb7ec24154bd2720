// The functions of oa-system of version 3 that work over SSH, as translations onto what this module
// does: their parameters, how `input` fills them, their outputs. A host that is not known yet is
// written down, as they did; a changed key is refused, and so is an exit code other than 0.

#include <array>
#include <charconv>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "execute.hpp"
#include "functions.hpp"
#include "plugins/common/pipe_signal.hpp"
#include "plugins/common/text.hpp"
#include "session.hpp"
#include "transfer.hpp"
#include "unzip.hpp"

namespace oa::ssh {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t output_most = std::size_t{4} * 1024 * 1024;

Json older_port(Call& call) {
    const Json& port = call.params()["remoteport"];
    if (!port.is_string()) {
        return port.is_null() ? Json(22) : port;
    }
    const std::string& text = port.as_string();
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size()) {
        throw invalid_params("/remoteport", "remoteport is no number");
    }
    return number;
}

Target older_target(Call& call) {
    Target target;
    target.host = plain_text(call, "remoteserver");
    target.user = plain_text(call, "remoteuser");
    for (const auto& [name, value] :
         {std::pair("remoteserver", target.host), {"remoteuser", target.user}}) {
        if (value.empty()) {
            throw invalid_params(pointer_to(name), std::string(name) + " is missing");
        }
    }
    const Json port = older_port(call);
    if (!port.is_integer() || port.as_int() < 1 || port.as_int() > 65535) {
        throw invalid_params("/remoteport", "remoteport is not from 1 to 65535");
    }
    target.port = static_cast<std::uint16_t>(port.as_int());
    target.password = plain_text(call, "remotepassword");
    target.private_key_file = local_path(plain_text(call, "private_key_file"));
    target.agent_socket = local_path(plain_text(call, "agent_socket"));
    target.host_key_check = HostKeyCheck::AcceptNew;
    target.known_hosts = local_path(plain_text(call, "known_hosts", "~/.ssh/known_hosts"));
    target.connect_timeout = std::chrono::seconds(30);
    return target;
}

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

/// What the command wrote, standard output first. Fails unless it ends with 0, with the output that
/// `make` makes of it.
template <typename Make>
void execute_older(Module& module, Call& call, const std::string& text, const Make& make) {
    const Target target = older_target(call);
    const common::PipeSignalBlock no_pipe_signal;
    const Stopper stopper(call, {});
    common::OutputCapture output(call, "stdout", {output_most, false});
    common::OutputCapture errors(call, "stderr", {output_most, true, LogLevel::Warn});
    Session session(target, module.guard(), stopper);
    ExecutePlan plan;
    plan.command = text;
    const ExecuteEnd end = execute(session, plan, output, errors);
    call.result(make(output.text() + errors.text(), target));
    if (end.exit_code != 0 || !end.signal.empty()) {
        throw failed_precondition("the command on " + target.name() +
                                  (end.signal.empty()
                                       ? " ended with exit code " + std::to_string(end.exit_code)
                                       : " was ended by SIG" + end.signal) +
                                  (errors.last_line().empty() ? "" : ": " + errors.last_line()))
            .with_retry(Retry::Yes);
    }
}

/// A path, or a list of paths.
std::vector<std::string> paths_param(Call& call, std::string_view name) {
    const Json& value = call.params()[name];
    if (value.is_array()) {
        return call.param<std::vector<std::string>>(name);
    }
    std::string path = plain_text(call, name);
    return path.empty() ? std::vector<std::string>() : std::vector<std::string>{std::move(path)};
}

struct ScpJob {
    std::vector<std::string> local;
    std::vector<std::string> remote;
    bool upload = true;
    bool recursive = false;
};

ScpJob scp_params(Call& call) {
    ScpJob job;
    const auto direction = plain_text(call, "direction");
    if (direction != "localtoremote" && direction != "remotetolocal") {
        throw invalid_params("/direction", "direction is neither localtoremote nor remotetolocal");
    }
    job.upload = direction == "localtoremote";
    job.local = paths_param(call, "localpath");
    if (job.local.empty()) {
        if (const auto path = input_text(call, {"filepath", "filename", "dstpath"});
            !path.empty()) {
            job.local.push_back(path);
        }
    }
    job.remote = paths_param(call, "remotepath");
    if (job.local.empty() || job.remote.empty()) {
        throw invalid_params(
            job.local.empty() ? "/localpath" : "/remotepath",
            std::string(job.local.empty() ? "localpath" : "remotepath") + " is missing");
    }
    if (job.local.size() != job.remote.size()) {
        throw invalid_params("/remotepath",
                             "localpath and remotepath have to be as long as each "
                             "other: they are taken pair by pair");
    }
    job.recursive = call.param<bool>("recursive", false);
    return job;
}

/// As scp does: what goes to a folder that is there goes into it.
TransferOptions scp_options(Sftp& sftp, const ScpJob& job, std::size_t index) {
    TransferOptions options;
    options.local = local_path(job.local[index]);
    options.remote = remote_path(job.remote[index]);
    options.recursive = job.recursive;
    options.preserve = false;
    options.follow_links = true;
    std::error_code ignored;
    if (job.upload && std::filesystem::is_directory(options.local, ignored)) {
        const auto there = sftp.find(options.remote);
        if (there && there->type == FileType::Folder) {
            options.remote = joined(options.remote, name_of(options.local));
        }
    } else if (!job.upload && std::filesystem::is_directory(options.local, ignored)) {
        options.local = joined(options.local, name_of(options.remote));
    }
    return options;
}

Json as_given(Call& call, std::string_view name, const std::vector<std::string>& paths) {
    return call.params()[name].is_array() ? Json(paths) : Json(paths.front());
}

/// Removes a folder with all it holds when it goes.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::error_code failure;
        path_ = (std::filesystem::temp_directory_path(failure) / "oa-unzip-XXXXXX").string();
        if (failure || ::mkdtemp(path_.data()) == nullptr) {
            throw exhausted("no temporary folder can be made");
        }
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace

void remotecommand(Module& module, Call& call) {
    std::string command = plain_text(call, "command");
    if (command.empty()) {
        const Json& input = call.params()["input"];
        command = input.is_string() ? input.as_string() : input_text(call, {"command", "script"});
    }
    if (command.empty()) {
        throw invalid_params("/command",
                             "command is missing, and input holds neither command nor script");
    }
    execute_older(module, call, command, [&](const std::string& output, const Target& target) {
        return Json{{"output", output},
                    {"command", command},
                    {"server", target.host},
                    {"user", target.user},
                    {"port", target.port}};
    });
}

void systemd(Module& module, Call& call) {
    const auto state =
        call.choice<std::string>("servicestate", {{"start", "start"},
                                                  {"stop", "stop"},
                                                  {"restart", "restart"},
                                                  {"status", "status"},
                                                  {"daemon-reload", "daemon-reload"}});
    std::string service = plain_text(call, "servicename");
    if (service.empty()) {
        service = input_text(call, {"servicename"});
    }
    if (service.empty() && state != "daemon-reload") {
        throw invalid_params("/servicename", "servicename is missing, and input does not hold it");
    }
    const std::string command = state == "daemon-reload"
                                    ? "systemctl daemon-reload"
                                    : "systemctl " + state + " -- " + common::shell_quoted(service);
    execute_older(module, call, command, [&](const std::string& output, const Target& target) {
        return Json{{"output", output},
                    {"service", service},
                    {"state", state},
                    {"server", target.host},
                    {"success", true}};
    });
}

void scp(Module& module, Call& call) {
    const ScpJob job = scp_params(call);
    const Target target = older_target(call);
    const common::PipeSignalBlock no_pipe_signal;
    const Stopper stopper(call, {});
    Session session(target, module.guard(), stopper);
    Sftp sftp(session);
    for (std::size_t i = 0; i < job.local.size(); ++i) {
        const TransferOptions options = scp_options(sftp, job, i);
        static_cast<void>(job.upload ? upload(call, sftp, options) : download(call, sftp, options));
    }
    call.result({{"files_transferred", job.local.size()},
                 {"direction", job.upload ? "localtoremote" : "remotetolocal"},
                 {"server", target.host},
                 {"localpath", as_given(call, "localpath", job.local)},
                 {"remotepath", as_given(call, "remotepath", job.remote)},
                 {"recursive", job.recursive},
                 {"multipath", job.local.size() > 1}});
}

void remoteunzip(Module& module, Call& call) {
    const std::string archive = local_path(plain_text(call, "zipfilename"));
    const std::string folder = plain_text(call, "pathwhereunzip");
    for (const auto& [name, value] :
         {std::pair("zipfilename", archive), {"pathwhereunzip", folder}}) {
        if (value.empty()) {
            throw invalid_params(pointer_to(name), std::string(name) + " is missing");
        }
    }
    const Target target = older_target(call);
    const common::PipeSignalBlock no_pipe_signal;
    const Stopper stopper(call, {});
    const TemporaryFolder unpacked;
    unzip(archive, unpacked.path(), stopper);
    Session session(target, module.guard(), stopper);
    Sftp sftp(session);
    TransferOptions options;
    options.local = unpacked.path();
    options.remote = remote_path(folder);
    options.recursive = true;
    options.preserve = false;
    const TransferTotals totals = upload(call, sftp, options);
    call.result({{"zipfilename", archive},
                 {"pathwhereunzip", folder},
                 {"server", target.host},
                 {"files_transferred", totals.files}});
}

}  // namespace oa::ssh
