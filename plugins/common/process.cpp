#include "plugins/common/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oa/error.hpp"

namespace oa::common {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto grace = 500ms;   // from SIGTERM to SIGKILL
constexpr auto linger = 250ms;  // for what is still written when the program has ended
constexpr int above_standard = 3;

std::string reason(int error) {
    return std::generic_category().message(error);
}

struct Pipe {
    Descriptor reader;
    Descriptor writer;

    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw exhausted("no pipe for the output of the program: " + reason(errno));
        }
        reader = Descriptor(ends[0]);
        writer = Descriptor(ends[1]);
        // Only the reading end is shared with nobody.
        ::fcntl(reader.get(), F_SETFL, O_NONBLOCK);
    }
};

/// The same beyond 0, 1 and 2, which the new process gets filled one after the other.
Descriptor moved_up(int fd) {
    Descriptor out(::fcntl(fd, F_DUPFD_CLOEXEC, above_standard));
    if (!out.is_open()) {
        throw exhausted("no descriptor for the program: " + reason(errno));
    }
    return out;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        out.push_back(text.data());
    }
    out.push_back(nullptr);
    return out;
}

/// The settings of posix_spawn(), freed with this object.
class SpawnSettings {
public:
    SpawnSettings() {
        ::posix_spawn_file_actions_init(&files);
        ::posix_spawnattr_init(&attributes);
    }
    ~SpawnSettings() {
        ::posix_spawn_file_actions_destroy(&files);
        ::posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    /// A session of its own, and signals as a fresh login has them: the host may block or ignore
    /// some.
    void separate() {
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setsigdefault(&attributes, &all);
        ::posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }

    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};
};

[[noreturn]] void fail_to_start(const std::string& program, int error) {
    const std::string message = program + " cannot be started: " + reason(error);
    switch (error) {
        case ENOENT: throw not_found(message + ", or the interpreter that it names is not there");
        case EACCES:
        case EPERM: throw permission_denied(message);
        case ENOEXEC:
            throw failed_precondition(message + "; a script needs a first line such as #!/bin/sh");
        case E2BIG: throw invalid_params("", message + "; pass long texts by stdin or by a file");
        default: throw exhausted(message);
    }
}

pid_t spawn(ProcessPlan& plan, const Pipe& output, const Pipe& errors) {
    const Descriptor input = moved_up(plan.input.get());
    const Descriptor out = moved_up(output.writer.get());
    const Descriptor err = moved_up(errors.writer.get());
    SpawnSettings settings;
    settings.separate();
    ::posix_spawn_file_actions_adddup2(&settings.files, input.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&settings.files, out.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&settings.files, err.get(), STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&settings.files, above_standard);
    if (!plan.folder.empty()) {
        ::posix_spawn_file_actions_addchdir_np(&settings.files, plan.folder.c_str());
    }
    const std::vector<char*> arguments = pointers_to(plan.arguments);
    const std::vector<char*> environment = pointers_to(plan.environment);
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, plan.program.c_str(), &settings.files,
                                    &settings.attributes, arguments.data(), environment.data());
    if (error != 0) {
        fail_to_start(plan.program, error);
    }
    return pid;
}

/// A program that runs. Its number stays its own until it is waited for, and so does that of its
/// group: nobody else can be hit by a signal to them.
class Running {
public:
    Running(ProcessPlan& plan, OutputCapture& output, OutputCapture& errors)
        : output_(output), errors_(errors), pid_(spawn(plan, out_, err_)) {
        out_.writer.reset();
        err_.writer.reset();
        plan.input.reset();
        end_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    }
    ~Running() {
        if (pid_ > 0) {
            ::kill(-pid_, SIGKILL);
            static_cast<void>(reap());
        }
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    ProcessEnd run(std::optional<TimePoint> deadline, int wake_fd) {
        if (!end_.is_open()) {
            throw exhausted("the end of the program cannot be waited for: " + reason(errno));
        }
        ProcessEnd end;
        end.cause = wait_for_end(deadline, wake_fd);
        if (end.cause == ProcessEnd::Cause::Itself) {
            static_cast<void>(pump(steady_clock::now() + linger, -1, false));
        } else {
            end_group();
        }
        const siginfo_t info = reap();
        if (info.si_code == CLD_EXITED) {
            end.exit_code = info.si_status;
        } else {
            end.signal = info.si_status;
            end.exit_code = 128 + info.si_status;
        }
        return end;
    }

private:
    enum class Event : std::uint8_t { Ended, Silent, Woken, Late };

    ProcessEnd::Cause wait_for_end(std::optional<TimePoint> deadline, int wake_fd) {
        while (true) {
            switch (pump(deadline, wake_fd, true)) {
                case Event::Ended: return ProcessEnd::Cause::Itself;
                case Event::Woken: return ProcessEnd::Cause::Cancelled;
                case Event::Late: return ProcessEnd::Cause::Deadline;
                case Event::Silent: break;  // both streams are closed, but it still runs
            }
        }
    }

    void end_group() {
        ::kill(-pid_, SIGTERM);
        const auto until = steady_clock::now() + grace;
        // The program and all that could still write have to be gone; else SIGKILL comes.
        static_cast<void>(pump(until, -1, true));
        static_cast<void>(pump(until, -1, false));
        ::kill(-pid_, SIGKILL);
        static_cast<void>(pump(steady_clock::now() + linger, -1, false));
    }

    /// Takes what is written until the program has ended (or, without `see_end`, until nobody can
    /// write any more), the time is over or the wake-up descriptor is readable.
    Event pump(std::optional<TimePoint> until, int wake_fd, bool see_end) {
        while (see_end || out_.reader.is_open() || err_.reader.is_open()) {
            std::array<pollfd, 4> polled{{{out_.reader.get(), POLLIN, 0},
                                          {err_.reader.get(), POLLIN, 0},
                                          {see_end ? end_.get() : -1, POLLIN, 0},
                                          {wake_fd, POLLIN, 0}}};
            const int ready = ::poll(polled.data(), polled.size(), rest_of(until));
            if (ready > 0 && polled[3].revents != 0) {
                return Event::Woken;
            }
            if (until && steady_clock::now() >= *until) {
                return Event::Late;
            }
            take(out_.reader, polled[0].revents, output_);
            take(err_.reader, polled[1].revents, errors_);
            if (polled[2].revents != 0) {
                return Event::Ended;
            }
        }
        return Event::Silent;
    }

    /// For poll(), in milliseconds.
    static int rest_of(std::optional<TimePoint> until) {
        if (!until) {
            return -1;
        }
        const auto rest = std::chrono::ceil<milliseconds>(*until - steady_clock::now()).count();
        return static_cast<int>(std::clamp<std::int64_t>(rest, 0, 60'000));
    }

    void take(Descriptor& reader, int events, OutputCapture& capture) {
        if (events == 0) {
            return;
        }
        const ssize_t count = ::read(reader.get(), buffer_.data(), buffer_.size());
        if (count > 0) {
            capture.add({buffer_.data(), static_cast<std::size_t>(count)});
        } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
            reader.reset();
        }
    }

    siginfo_t reap() {
        siginfo_t info{};
        while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
        }
        pid_ = -1;
        return info;
    }

    OutputCapture& output_;
    OutputCapture& errors_;
    Pipe out_;
    Pipe err_;
    pid_t pid_;
    Descriptor end_;
    std::array<char, std::size_t{64} * 1024> buffer_{};
};

}  // namespace

void Descriptor::reset() noexcept {
    if (fd_ >= 0) {
        ::close(fd_);
        fd_ = -1;
    }
}

ProcessEnd run_process(ProcessPlan plan,
                       OutputCapture& output,
                       OutputCapture& errors,
                       std::optional<TimePoint> deadline,
                       int wake_fd) {
    const auto running = std::make_unique<Running>(plan, output, errors);
    const ProcessEnd end = running->run(deadline, wake_fd);
    output.finish();
    errors.finish();
    return end;
}

std::string signal_name(int signal) {
    const char* name = ::sigabbrev_np(signal);
    return name == nullptr ? "signal " + std::to_string(signal) : std::string("SIG") + name;
}

}  // namespace oa::common
