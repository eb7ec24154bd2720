#include "host/vault/command_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/display_text.hpp"
#include "core/secret/wiped_buffer.hpp"
#include "host/vault/descriptor.hpp"

namespace oa::host::vault {
namespace {

using std::chrono::steady_clock;

constexpr int above_the_given = 16;  // no source of a dup2 may be the target of another one
constexpr std::size_t piece_bytes = 64U << 10U;
constexpr std::size_t complaint_bytes_max = 4096;
constexpr std::size_t complaint_columns = 200;
constexpr std::size_t pieces_after_the_end = 32;  // more than a pipe holds

[[noreturn]] void fail(const char* what, int error) {
    throw std::runtime_error(std::string(what) + ": " + std::generic_category().message(error));
}

void require(int error) {
    if (error != 0) {
        fail("the program cannot be started", error);
    }
}

/// Both ends are closed when a program is executed.
class Pipe {
public:
    Pipe() : Pipe(make()) {}

    Descriptor reader;
    Descriptor writer;

private:
    explicit Pipe(const std::array<int, 2>& ends) : reader(ends[0]), writer(ends[1]) {
        ::fcntl(reader.get(), F_SETFL, O_NONBLOCK);
    }
    static std::array<int, 2> make() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            fail("a pipe for the program cannot be made", errno);
        }
        return ends;
    }
};

/// What posix_spawn() is told; its functions fail only for lack of memory.
class SpawnPlan {
public:
    SpawnPlan() {
        require(::posix_spawn_file_actions_init(&files_));
        require(::posix_spawnattr_init(&attributes_));
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        require(::posix_spawnattr_setsigmask(&attributes_, &none));
        require(::posix_spawnattr_setsigdefault(&attributes_, &all));
        require(::posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    }
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&files_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    void give(int descriptor, int as) {
        require(::posix_spawn_file_actions_adddup2(&files_, descriptor, as));
    }
    [[nodiscard]] pid_t spawn(const CommandPlan& plan) {
        require(
            ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
        require(::posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1));
        std::vector<std::string> arguments = plan.arguments;
        std::vector<std::string> environment = plan.environment;
        pid_t pid = 0;
        const int error =
            ::posix_spawn(&pid, plan.program.c_str(), &files_, &attributes_,
                          pointers_to(arguments).data(), pointers_to(environment).data());
        require(error);
        return pid;
    }

private:
    static std::vector<char*> pointers_to(std::vector<std::string>& texts) {
        std::vector<char*> out;
        out.reserve(texts.size() + 1);
        for (std::string& text : texts) {
            out.push_back(text.data());
        }
        out.push_back(nullptr);
        return out;
    }

    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

int moved_up(const Descriptor& descriptor) {
    const int out = ::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, above_the_given);
    if (out < 0) {
        fail("the program cannot be started", errno);
    }
    return out;
}

pid_t start(const CommandPlan& plan, const Pipe& output, const Pipe& errors) {
    const Descriptor output_writer(moved_up(output.writer));
    const Descriptor errors_writer(moved_up(errors.writer));
    SpawnPlan spawn_plan;
    spawn_plan.give(output_writer.get(), STDOUT_FILENO);
    spawn_plan.give(errors_writer.get(), STDERR_FILENO);
    return spawn_plan.spawn(plan);
}

/// A program that runs, from its start until all of its group is gone.
class Running {
public:
    explicit Running(const CommandPlan& plan)
        : plan_(plan), ends_(steady_clock::now() + plan.timeout), pid_(start(plan, out_, err_)) {
        out_.writer.close();
        err_.writer.close();
    }
    ~Running() { finish(); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    CommandResult run() {
        const Descriptor end(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
        if (!end.is_open()) {
            fail("the end of the program cannot be waited for", errno);
        }
        CommandResult result;
        while (!result_is_known(result, end)) {
        }
        finish();
        for (std::size_t i = 0; i < pieces_after_the_end && (read_output() || read_errors()); ++i) {
        }
        set_end(result);
        result.complaint = complaint();
        result.output = core::Secret(output_.view());
        return result;
    }

private:
    /// Waits for the next thing to happen.
    bool result_is_known(CommandResult& result, const Descriptor& end) {
        using std::chrono::milliseconds;
        const auto rest = std::chrono::ceil<milliseconds>(ends_ - steady_clock::now());
        if (rest.count() <= 0) {
            result.end = CommandResult::End::TookTooLong;
            return true;
        }
        std::array<pollfd, 3> polled{{{out_.reader.get(), POLLIN, 0},
                                      {err_.reader.get(), POLLIN, 0},
                                      {end.get(), POLLIN, 0}}};
        const auto wait = static_cast<int>(std::min<long>(rest.count(), 60'000));
        if (::poll(polled.data(), polled.size(), wait) < 0 && errno != EINTR) {
            fail("the program cannot be waited for", errno);
        }
        if (polled[0].revents != 0) {
            read_output();
        }
        if (polled[1].revents != 0) {
            read_errors();
        }
        return polled[2].revents != 0 || is_too_much();
    }

    [[nodiscard]] bool is_too_much() const { return output_.size() > plan_.output_bytes_max; }

    /// How much has come; a pipe is closed when its end has been read.
    std::string_view read_from(Pipe& pipe) {
        if (!pipe.reader.is_open()) {
            return {};
        }
        const ssize_t count = ::read(pipe.reader.get(), piece_.bytes(), piece_.size());
        if (count > 0) {
            return piece_.reveal().substr(0, static_cast<std::size_t>(count));
        }
        if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
            pipe.reader.close();
        }
        return {};
    }

    bool read_output() {
        if (is_too_much()) {
            return false;
        }
        const std::string_view piece = read_from(out_);
        output_.append(piece);
        return !piece.empty();
    }

    bool read_errors() {
        const std::string_view piece = read_from(err_);
        errors_.append(piece.substr(0, complaint_bytes_max - errors_.size()));
        return !piece.empty();
    }

    /// Ends the group, then waits: as long as nobody has, its number belongs to nobody else.
    void finish() noexcept {
        if (pid_ <= 0) {
            return;
        }
        // A program that has become another user cannot be killed. It is not waited for.
        const bool is_ended = ::kill(-pid_, SIGKILL) == 0 || errno != EPERM;
        pid_t waited = 0;
        do {
            waited = ::waitpid(pid_, &wait_status_, is_ended ? 0 : WNOHANG);
        } while (waited < 0 && errno == EINTR);
        is_waited_for_ = waited == pid_;
        pid_ = 0;
    }

    void set_end(CommandResult& result) const {
        if (is_too_much()) {
            result.end = CommandResult::End::WroteTooMuch;
        }
        if (result.end != CommandResult::End::Exited) {
            return;
        }
        if (!is_waited_for_) {
            throw std::runtime_error("how the program ended cannot be told");
        }
        if (WIFEXITED(wait_status_)) {
            result.status = WEXITSTATUS(wait_status_);
        } else {
            result.end = CommandResult::End::Signalled;
            result.status = WTERMSIG(wait_status_);
        }
    }

    /// Left out when what the program wrote to standard output is in it.
    [[nodiscard]] std::string complaint() const {
        std::string_view text = errors_.view();
        text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
        text = text.substr(0, text.find_first_of("\r\n"));
        std::string_view value = output_.view();
        value = value.substr(0, value.find_last_not_of("\r\n") + 1);
        if (!value.empty() && text.find(value) != std::string_view::npos) {
            return {};
        }
        return core::shorten(text, complaint_columns);
    }

    const CommandPlan& plan_;
    const steady_clock::time_point ends_;
    Pipe out_;
    Pipe err_;
    core::Secret piece_ = core::Secret::blank(piece_bytes);
    core::WipedBuffer output_;
    core::WipedBuffer errors_;
    int wait_status_ = 0;
    bool is_waited_for_ = false;
    pid_t pid_;  // last: it is started when all is there
};

}  // namespace

CommandResult run_command(const CommandPlan& plan) {
    return Running(plan).run();
}

}  // namespace oa::host::vault
