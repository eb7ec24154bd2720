#include "functions.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <utility>

#include <libssh2.h>

#include "execute.hpp"
#include "plugins/common/pipe_signal.hpp"
#include "plugins/common/text.hpp"
#include "session.hpp"
#include "target.hpp"
#include "transfer.hpp"

namespace oa::ssh {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::int64_t output_default = std::int64_t{256} * 1024;
constexpr std::int64_t output_most = std::int64_t{4} * 1024 * 1024;

milliseconds since(steady_clock::time_point started) {
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - started);
}

/// A text for the shell over there, or a list whose elements it takes as they are.
std::string command_param(Call& call) {
    const Json& value = call.params()["command"];
    if (value.is_string()) {
        return plain_text(call, "command");
    }
    const auto words = call.param<std::vector<std::string>>("command");
    std::string out;
    for (const std::string& word : words) {
        out += (out.empty() ? "" : " ") + common::shell_quoted(word);
    }
    return out;
}

std::vector<std::pair<std::string, std::string>> environment_param(Call& call) {
    std::vector<std::pair<std::string, std::string>> out;
    if (const auto variables = call.find_param<Json>("env")) {
        for (const Json::Member& member : variables->as_object()) {
            out.emplace_back(member.key, member.value.is_string() ? member.value.as_string()
                                                                  : member.value.dump());
        }
    }
    return out;
}

ExecutePlan execute_params(Call& call) {
    ExecutePlan plan;
    plan.command = command_param(call);
    if (plan.command.empty()) {
        throw invalid_params("/command", "command is empty");
    }
    plan.environment = environment_param(call);
    plan.terminal = call.param<bool>("terminal", false);
    plan.input = call.param<std::string>("stdin", "");
    plan.input_file = local_path(plain_text(call, "stdin_file"));
    if (!plan.input.empty() && !plan.input_file.empty()) {
        throw invalid_params("/stdin_file", "stdin and stdin_file exclude each other");
    }
    return plan;
}

common::OutputCapture::Options capture_params(Call& call) {
    const auto limit = call.param<std::int64_t>("max_output", output_default);
    if (limit < 0 || limit > output_most) {
        throw invalid_params("/max_output", "max_output is not from 0 to 4194304 bytes");
    }
    return {static_cast<std::size_t>(limit), call.param<bool>("log_output", true)};
}

void require_success(const ExecuteEnd& end,
                     const std::vector<std::int64_t>& accepted,
                     const std::string& host,
                     const std::string& said) {
    const std::string tail = said.empty() ? "" : ": " + said;
    if (!end.signal.empty()) {
        throw failed_precondition("the command on " + host + " was ended by SIG" + end.signal +
                                  tail)
            .with_retry(Retry::Yes);
    }
    if (std::find(accepted.begin(), accepted.end(), end.exit_code) == accepted.end()) {
        throw failed_precondition("the command on " + host + " ended with exit code " +
                                  std::to_string(end.exit_code) + tail)
            .with_retry(Retry::Yes);
    }
}

std::uint32_t mode_of(const std::string& text) {
    std::uint32_t mode = 0;
    const char* const end = text.data() + text.size();
    const auto [after, failure] = std::from_chars(text.data(), end, mode, 8);
    if (failure != std::errc() || after != end || mode > 0777) {
        throw invalid_params("/mode", "mode is no octal number such as 0644");
    }
    return mode;
}

TransferOptions transfer_params(Call& call) {
    TransferOptions options;
    options.local = local_path(plain_text(call, "local"));
    options.remote = remote_path(plain_text(call, "remote"));
    for (const auto& [name, path] :
         {std::pair("local", options.local), {"remote", options.remote}}) {
        if (path.empty()) {
            throw invalid_params(pointer_to(name), std::string(name) + " is empty");
        }
    }
    options.recursive = call.param<bool>("recursive", false);
    options.resume = call.param<bool>("resume", false);
    options.atomic = call.param<bool>("atomic", true);
    options.preserve = call.param<bool>("preserve", true);
    options.follow_links = call.param<bool>("follow_links", false);
    options.checksum = call.choice<bool>("checksum", {{"none", false}, {"sha256", true}}, false);
    if (const auto mode = call.find_param<std::string>("mode")) {
        options.mode = mode_of(*mode);
    }
    return options;
}

using Transfer = TransferTotals (*)(Call&, Sftp&, const TransferOptions&);

void move_files(Module& module, Call& call, Transfer transfer) {
    call.check();
    const auto started = steady_clock::now();
    const Target target = target_params(call);
    const TransferOptions options = transfer_params(call);
    const common::PipeSignalBlock no_pipe_signal;
    const Stopper stopper(call, call.find_param<milliseconds>("timeout"));
    Session session(target, module.guard(), stopper);
    Sftp sftp(session);
    const TransferTotals totals = transfer(call, sftp, options);
    Json output{
        {"host", target.host},       {"path", totals.target},
        {"files", totals.files},     {"folders", totals.folders},
        {"bytes", totals.bytes},     {"resumed_bytes", totals.resumed},
        {"skipped", totals.skipped}, {"elapsed_ms", since(started).count()},
    };
    if (options.checksum && !totals.checksum.empty() && totals.files == 1) {
        output["sha256"] = totals.checksum;
    }
    call.result(output);
}

}  // namespace

Module::Module(const Host& /*host*/, const Json& config) : guard_(config) {
    if (::libssh2_init(0) != 0) {
        throw internal("libssh2 cannot be started");
    }
}

Module::~Module() {
    ::libssh2_exit();
}

void run(Module& module, Call& call) {
    call.check();
    const auto started = steady_clock::now();
    const Target target = target_params(call);
    const ExecutePlan plan = execute_params(call);
    const auto options = capture_params(call);
    const auto accepted = call.param<std::vector<std::int64_t>>("success_codes", {0});
    const common::PipeSignalBlock no_pipe_signal;
    const Stopper stopper(call, call.find_param<milliseconds>("timeout"));
    common::OutputCapture output(call, "stdout", options);
    common::OutputCapture errors(call, "stderr", options);
    Session session(target, module.guard(), stopper);
    const ExecuteEnd end = execute(session, plan, output, errors);
    call.result({
        {"host", target.host},
        {"exit_code", end.exit_code},
        {"signal", end.signal.empty() ? Json() : Json("SIG" + end.signal)},
        {"stdout", output.text()},
        {"stderr", errors.text()},
        {"stdout_bytes", output.size()},
        {"stderr_bytes", errors.size()},
        {"stdout_truncated", output.truncated()},
        {"stderr_truncated", errors.truncated()},
        {"elapsed_ms", since(started).count()},
    });
    require_success(end, accepted, target.name(),
                    errors.last_line().empty() ? output.last_line() : errors.last_line());
}

void upload_files(Module& module, Call& call) {
    move_files(module, call, &upload);
}

void download_files(Module& module, Call& call) {
    move_files(module, call, &download);
}

}  // namespace oa::ssh
