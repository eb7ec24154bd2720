#include "host/isolation/worker/zygote.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/isolation/protocol/channel.hpp"
#include "host/isolation/protocol/messages.hpp"
#include "host/isolation/protocol/protocol_error.hpp"
#include "host/isolation/worker/crash_report.hpp"
#include "host/isolation/worker/syscall_filter.hpp"
#include "host/isolation/worker/worker.hpp"

namespace oa::host::isolation::worker {
namespace {

constexpr int control_number = 3;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// The whole of a small file below /proc; empty when the process is gone.
std::string read_proc(const std::string& path) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string out;
    std::array<char, 4096> part{};
    while (file) {
        const ssize_t count = read(file.get(), part.data(), part.size());
        if (count <= 0) {
            break;
        }
        out.append(part.data(), static_cast<std::size_t>(count));
    }
    return out;
}

/// The session of a process: the sixth field of its status line, counted behind the name, which may
/// hold anything.
pid_t session_of(pid_t pid) {
    const std::string line = read_proc("/proc/" + std::to_string(pid) + "/stat");
    const auto name_end = line.rfind(')');
    int state_and_numbers = 0;
    int session = 0;
    if (name_end == std::string::npos || std::sscanf(line.c_str() + name_end + 1, " %*c %d %*d %d",
                                                     &state_and_numbers, &session) != 2) {
        return 0;
    }
    return session;
}

/// Every child of this process, which has one thread.
std::vector<pid_t> read_children() {
    const std::string own = std::to_string(getpid());
    const std::string list = read_proc("/proc/self/task/" + own + "/children");
    std::vector<pid_t> out;
    const char* at = list.data();
    const char* const end = at + list.size();
    while (at < end) {
        pid_t pid = 0;
        const auto [next, error] = std::from_chars(at, end, pid);
        if (error == std::errc()) {
            out.push_back(pid);
        }
        at = std::max(next, at) + 1;
    }
    return out;
}

class Zygote {
public:
    explicit Zygote(Channel& control)
        : control_(control), host_(getppid()), filters_({.host = host_, .zygote = getpid()}) {
        sigset_t wanted;
        sigemptyset(&wanted);
        sigaddset(&wanted, SIGCHLD);
        if (sigprocmask(SIG_BLOCK, &wanted, nullptr) != 0) {
            fail("cannot block SIGCHLD");
        }
        child_signal_ = Descriptor(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
        if (!child_signal_) {
            fail("cannot make a signal descriptor");
        }
    }

    int serve() {
        while (true) {
            std::array<pollfd, 2> items{
                {{control_.descriptor(), POLLIN, 0}, {child_signal_.get(), POLLIN, 0}}};
            if (poll(items.data(), items.size(), -1) < 0 && errno != EINTR) {
                fail("cannot wait for the host");
            }
            if (items[1].revents != 0) {
                drain_signals();
                reap();
            }
            if (items[0].revents != 0 && !read_requests()) {
                end_all();
                return 0;
            }
        }
    }

    /// Kills everything below this process and waits for it.
    void end_all() {
        for (const auto& [id, worker] : workers_) {
            kill(-worker.pid, SIGKILL);
        }
        // Each round frees what the killed ones leave behind.
        while (true) {
            for (const pid_t pid : read_children()) {
                kill(pid, SIGKILL);
            }
            if (wait4(-1, nullptr, 0, nullptr) < 0 && errno != EINTR) {
                return;
            }
        }
    }

private:
    struct Worker {
        pid_t pid = 0;
        std::optional<Exited> exited;  ///< not told yet: something that it started is still there
    };

    void drain_signals() const {
        std::array<signalfd_siginfo, 16> ignored{};
        while (read(child_signal_.get(), ignored.data(), sizeof(ignored)) > 0) {
        }
    }

    /// False once the host has closed the connection.
    bool read_requests() {
        ReceivedFrame frame;
        do {
            switch (control_.receive(frame, std::chrono::steady_clock::now())) {
                case Channel::Received::Closed: return false;
                case Channel::Received::Timeout: return true;
                case Channel::Received::Frame: break;
            }
            const auto request = decode_zygote_request(frame.frame);
            if (const auto* spawn_request = std::get_if<Spawn>(&request)) {
                spawn(spawn_request->id, frame);
            } else {
                signal(std::get<Signal>(request));
            }
        } while (control_.has_buffered_frame());
        return true;
    }

    void spawn(std::uint64_t id, ReceivedFrame& frame) {
        if (frame.descriptors.size() != 2 || workers_.contains(id)) {
            throw ProtocolError("a worker was asked for in a wrong way");
        }
        const pid_t zygote = getpid();
        const pid_t pid = fork();
        if (pid == 0) {
            run_worker({.socket = frame.descriptors[0].release(),
                        .output = frame.descriptors[1].release(),
                        .zygote = zygote,
                        .filters = filters_});
        }
        if (pid < 0) {
            report(Spawned{.id = id, .pid = 0, .error = errno});
            return;
        }
        workers_[id] = {.pid = pid, .exited = {}};
        report(Spawned{.id = id, .pid = pid, .error = 0});
    }

    void signal(const Signal& request) {
        const auto found = workers_.find(request.id);
        if (found == workers_.end() || found->second.exited || request.number <= 0) {
            return;
        }
        // Right after the fork it has no group of its own yet.
        if (kill(-found->second.pid, request.number) != 0) {
            kill(found->second.pid, request.number);
        }
        for (const pid_t pid : read_children()) {
            if (pid != found->second.pid && session_of(pid) == found->second.pid) {
                kill(pid, request.number);
            }
        }
    }

    void reap() {
        siginfo_t info{};
        // The number of a process stays taken until it is waited for, so its group is killed first.
        while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
            const auto found = std::find_if(workers_.begin(), workers_.end(), [&](const auto& one) {
                return one.second.pid == info.si_pid && !one.second.exited;
            });
            if (found != workers_.end()) {
                kill(-info.si_pid, SIGKILL);
            }
            int status = 0;
            rusage usage{};
            if (wait4(info.si_pid, &status, 0, &usage) == info.si_pid && found != workers_.end()) {
                found->second.exited = describe(found->first, info.si_pid, status, usage);
            }
            info = {};
        }
        const bool anything_left = kill_strays();
        for (auto worker = workers_.begin(); worker != workers_.end();) {
            if (worker->second.exited && !anything_left) {
                report(*worker->second.exited);
                worker = workers_.erase(worker);
            } else {
                ++worker;
            }
        }
    }

    /// Once a worker is gone, kills the children of this process that are no workers: what had left
    /// the worker's process group. Spares what is in the session of a living worker. True when
    /// there were some; their end comes as another signal.
    [[nodiscard]] bool kill_strays() const {
        if (std::none_of(workers_.begin(), workers_.end(),
                         [](const auto& one) { return one.second.exited.has_value(); })) {
            return false;
        }
        bool out = false;
        for (const pid_t pid : read_children()) {
            if (!is_living_worker(pid) && !is_living_worker(session_of(pid))) {
                kill(pid, SIGKILL);
                out = true;
            }
        }
        return out;
    }

    [[nodiscard]] bool is_living_worker(pid_t pid) const {
        return std::any_of(workers_.begin(), workers_.end(), [pid](const auto& one) {
            return one.second.pid == pid && !one.second.exited;
        });
    }

    static Exited describe(std::uint64_t id, pid_t pid, int status, const rusage& usage) {
        const auto micros = [](const timeval& time) {
            return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000U +
                   static_cast<std::uint64_t>(time.tv_usec);
        };
        return {.id = id,
                .pid = pid,
                .signalled = WIFSIGNALED(status),
                .code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
                .cpu_microseconds = micros(usage.ru_utime) + micros(usage.ru_stime),
                .rss_kib_max = static_cast<std::uint64_t>(usage.ru_maxrss)};
    }

    void report(const ZygoteReport& message) {
        std::string frame;
        encode(message, frame);
        // A host that does not read any more is noticed when its end closes.
        static_cast<void>(control_.send(frame));
    }

    Channel& control_;
    const pid_t host_;
    const FilterSet filters_;
    Descriptor child_signal_;
    std::map<std::uint64_t, Worker> workers_;
};

/// Leaves no descriptor open but the control socket, standard error and two to nowhere.
void keep_only(int control) {
    if (control != control_number && dup2(control, control_number) < 0) {
        fail("cannot take over the control socket");
    }
    fcntl(control_number, F_SETFD, FD_CLOEXEC);
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere < 0 || dup2(nowhere, STDIN_FILENO) < 0 || dup2(nowhere, STDOUT_FILENO) < 0) {
        fail("cannot open /dev/null");
    }
    if (close_range(control_number + 1, ~0U, 0) != 0) {
        fail("cannot close what was inherited");
    }
}

}  // namespace

int run_zygote(int control) {
    keep_only(control);
    // Out of the terminal's group: an interrupt there is the host's to handle.
    setsid();
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
        fail("cannot prepare to have children");
    }
    prctl(PR_SET_NAME, "oa-zygote");
    prepare_crash_report();
    Channel channel{Descriptor(control_number)};
    Zygote zygote(channel);
    try {
        return zygote.serve();
    } catch (...) {
        zygote.end_all();
        throw;
    }
}

}  // namespace oa::host::isolation::worker
