#include "tests/isolation/inside.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

#include <boost/json.hpp>
#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/plugin/in_process_invoker.hpp"
#include "host/plugin/plugin_registry.hpp"
#include "tests/isolation/process_state.hpp"
#include "tests/support/silent_observer.hpp"
#include "tests/support/temporary_folder.hpp"

extern char** environ;

namespace oa::test {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto cancel_after = 500ms;
constexpr auto give_up_after = 1'500ms;
constexpr auto end_after = 20s;
constexpr std::size_t noticeable_kib = 16 << 10;
constexpr rlim_t memory_max = rlim_t{4} << 30U;

/// Kept to the end of the process: a call that never returns goes on using it.
struct StandIn {
    host::PluginRegistry registry;
    host::InProcessInvoker invoker;
    SilentObserver observer{SilentObserver::Wants::Everything};
    std::atomic<bool> returned{false};
    core::Outcome outcome;

    StandIn()
        : registry({{{std::filesystem::path(OA_FIXTURE_DIR) / "hostile/hostile_inside.so", "test"}},
                    host::TrustPolicy::Ignore,
                    true}) {}

    [[nodiscard]] std::shared_ptr<core::CallControl> prepare(const std::string& function,
                                                             const std::string& params) {
        auto invocation = std::make_shared<core::Invocation>();
        invocation->function = registry.find("hostile_inside", function);
        if (invocation->function == nullptr) {
            throw std::runtime_error("there is no function " + function);
        }
        invocation->task = "inside";
        invocation->params = std::make_shared<const std::string>(params);
        return invoker.prepare(std::move(invocation), observer);
    }
};

/// Calls as the engine does: asks to stop after a while, and gives up some time later.
void call(StandIn& host, const std::string& function, const std::string& params) {
    const auto control = host.prepare(function, params);
    std::thread([&host, control] {
        host.outcome = host.invoker.invoke(*control);
        host.returned = true;
    }).detach();
    const auto started = steady_clock::now();
    bool cancelled = false;
    while (!host.returned && steady_clock::now() < started + give_up_after) {
        if (!cancelled && steady_clock::now() > started + cancel_after) {
            cancelled = true;
            control->cancel();
        }
        pause_a_little();
    }
    if (!host.returned) {
        // As the engine would; where the callback of a call holds its lock, that takes for ever.
        std::thread([control] { control->abandon(); }).detach();
    }
}

struct ProcessEnd {
    int status = 0;
    bool stopped = false;
    bool timed_out = false;
};

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) {
        out += (out.empty() ? "" : ", ") + word;
    }
    return out;
}

std::string describe(const StandIn& host, std::vector<std::string> changes) {
    std::string out;
    if (!host.returned) {
        out = "the call never ends: its thread is lost for good";
        // That is what was just said.
        std::erase_if(changes, [](const std::string& word) { return word.starts_with("threads"); });
    } else if (host.outcome.failure) {
        out = "the call fails with `" + host.outcome.failure->code + "`";
    }
    if (!changes.empty()) {
        out += (out.empty() ? "**host changed**: " : "; **host changed**: ") + joined(changes);
    }
    if (out.empty()) {
        const std::string output = boost::json::serialize(host.outcome.output);
        if (output.find(R"("allowed":true)") != std::string::npos) {
            return "**allowed**";
        }
        return output.find(R"("allowed":false)") != std::string::npos ? "denied" : "no harm seen";
    }
    return out;
}

std::string describe_end(const ProcessEnd& end) {
    if (end.timed_out) {
        return "**host dead**: hangs where it cancels the call";
    }
    if (end.stopped) {
        return "**host dead**: stopped, does nothing any more";
    }
    const int status = end.status;
    if (WIFSIGNALED(status)) {
        const int number = WTERMSIG(status);
        return std::string("**host dead**: SIG") + sigabbrev_np(number);
    }
    return "**host dead**: exit status " + std::to_string(WEXITSTATUS(status));
}

std::string read_text(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Waits for a process, and kills it when it takes too long or does not go on.
ProcessEnd wait_for(pid_t pid) {
    const auto deadline = steady_clock::now() + end_after;
    ProcessEnd out;
    bool killed = false;
    while (waitpid(pid, &out.status, WNOHANG | WUNTRACED) != pid || WIFSTOPPED(out.status)) {
        out.stopped = out.stopped || WIFSTOPPED(out.status);
        if (!killed && (out.stopped || steady_clock::now() > deadline)) {
            killed = true;
            out.timed_out = !out.stopped;
            kill(pid, SIGKILL);
        }
        out.status = 0;
        pause_a_little();
    }
    return out;
}

/// Ends what the process left behind. It was adopted by this one.
void end_orphans(const std::vector<RunningProcess>& before) {
    static_cast<void>(eventually([&] {
        bool left = false;
        for (const RunningProcess& process : descendants()) {
            const bool old = std::any_of(before.begin(), before.end(),
                                         [&](const auto& one) { return one.pid == process.pid; });
            if (!old) {
                kill(process.pid, SIGKILL);
                waitpid(process.pid, nullptr, WNOHANG);
                left = true;
            }
        }
        return !left;
    }));
}

}  // namespace

int inside_main(const std::vector<std::string>& arguments) {
    if (arguments.size() != 4) {
        return 2;
    }
    const std::string& report = arguments[3];
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is ended leaves nothing behind
    const rlimit limit{memory_max, memory_max};
    setrlimit(RLIMIT_AS, &limit);
    auto* const host = new StandIn();
    // What the first call makes for good belongs to the state before.
    static_cast<void>(host->invoker.invoke(*host->prepare("healthy", "{}")));
    const ProcessState before = read_process_state();
    call(*host, arguments[1], arguments[2]);
    const ProcessState after = read_process_state();
    std::string words = describe(*host, differences(before, after, noticeable_kib));
    const core::Outcome healthy = host->invoker.invoke(*host->prepare("healthy", "{}"));
    if (healthy.failure) {
        words += "; the next call fails with `" + healthy.failure->code + "`";
    }
    umask(022);
    signal(SIGXFSZ, SIG_IGN);
    std::ofstream(report) << words << std::flush;
    _exit(0);
}

InsideReport run_inside(const std::string& function,
                        const std::string& params,
                        const std::string& stray) {
    const TemporaryFolder folder;
    const std::string report = folder.at("report");
    const std::vector<RunningProcess> before = descendants();
    prctl(PR_SET_CHILD_SUBREAPER, 1);

    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    std::array<std::string, 5> texts{"/proc/self/exe", "--inside", function, params, report};
    std::array<char*, 6> arguments{};
    for (std::size_t i = 0; i < texts.size(); ++i) {
        arguments[i] = texts[i].data();
    }
    pid_t pid = 0;
    const int error =
        posix_spawn(&pid, texts[0].c_str(), &files, &attributes, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) {
        throw std::runtime_error(std::string("cannot start: ") + std::strerror(error));
    }
    const ProcessEnd end = wait_for(pid);
    const bool left = !stray.empty() && !processes_named(stray).empty();
    end_orphans(before);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    InsideReport out;
    out.words = read_text(report);
    out.dead = out.words.empty();
    if (out.dead) {
        out.words = describe_end(end);
    }
    if (left) {
        out.words += "; **a process stays behind**";
    }
    return out;
}

}  // namespace oa::test
