#include "tests/support/subprocess.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/support/temporary_folder.hpp"

namespace oa::test {

namespace {

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::array<int, 2> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(), "pipe2");
    }
    return ends;
}

std::array<int, 2> make_terminal() {
    std::array<int, 2> ends{};
    winsize size{};
    size.ws_col = 100;
    size.ws_row = 30;
    termios settings{};
    cfmakeraw(&settings);
    if (::openpty(&ends[0], &ends[1], nullptr, &settings, &size) != 0) {
        throw std::system_error(errno, std::generic_category(), "openpty");
    }
    ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    ::fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return ends;
}

void limit(__rlimit_resource_t resource, rlim_t value) {
    const rlimit bound{value, value};
    ::setrlimit(resource, &bound);
}

}  // namespace

Subprocess::Subprocess(const std::vector<std::string>& arguments)
    : Subprocess(arguments, Options{}) {}

namespace {

/// What programs keep, instead of in the folders of the machine; gone with the test program.
const TemporaryFolder& own_folder() {
    static const TemporaryFolder folder;
    return folder;
}

}  // namespace

Subprocess::Subprocess(const std::vector<std::string>& arguments, const Options& options)
    : patience_(options.patience), started_(now()) {
    for (const std::string& argument : arguments) {
        name_ += (name_.empty() ? "" : " ") + argument;
    }
    const auto in = make_pipe();
    const auto out = make_pipe();
    const auto err = options.terminal ? make_terminal() : make_pipe();

    std::map<std::string, std::string> environment = options.environment;
    environment.try_emplace("PATH", "/usr/local/bin:/usr/bin:/bin");
    environment.try_emplace("HOME", "/nonexistent");
    environment.try_emplace("LANG", "C.UTF-8");
    environment.try_emplace("OA_STATE_FOLDER", own_folder().at("state"));
    environment.try_emplace("OA_RUNTIME_FOLDER", own_folder().at("run"));
    for (const char* kept : {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"}) {
        if (const char* value = std::getenv(kept)) {
            environment.try_emplace(kept, value);
        }
    }
    std::vector<std::string> pairs;
    pairs.reserve(environment.size());
    for (const auto& [name, value] : environment) {
        pairs.push_back(name);
        pairs.back().append("=").append(value);
    }
    std::vector<char*> envp;
    envp.reserve(pairs.size() + 1);
    for (std::string& pair : pairs) {
        envp.push_back(pair.data());
    }
    envp.push_back(nullptr);
    std::vector<std::string> copies = arguments;
    std::vector<char*> argv;
    argv.reserve(copies.size() + 1);
    for (std::string& argument : copies) {
        argv.push_back(argument.data());
    }
    argv.push_back(nullptr);

    pid_ = ::fork();
    if (pid_ < 0) {
        throw std::system_error(errno, std::generic_category(), "fork");
    }
    if (pid_ == 0) {
        ::dup2(in[0], STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::dup2(err[1], STDERR_FILENO);
        if (!options.folder.empty() && ::chdir(options.folder.c_str()) != 0) {
            ::_exit(126);
        }
        if (options.stack_kib > 0) {
            limit(RLIMIT_STACK, options.stack_kib * 1024);
        }
        if (options.memory_mib > 0) {
            limit(RLIMIT_AS, options.memory_mib * 1024 * 1024);
        }
        if (options.descriptors > 0) {
            limit(RLIMIT_NOFILE, options.descriptors);
        }
        ::execve(argv[0], argv.data(), envp.data());
        ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    ::close(err[1]);
    out_ = out[0];
    err_ = err[0];
    // Small inputs only: they fit into the pipe.
    [[maybe_unused]] const ssize_t ignored =
        ::write(in[1], options.input.data(), options.input.size());
    ::close(in[1]);
}

Subprocess::~Subprocess() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    if (out_ >= 0) {
        ::close(out_);
    }
    if (err_ >= 0) {
        ::close(err_);
    }
}

void Subprocess::signal(int number) const {
    ::kill(pid_, number);
}

int Subprocess::milliseconds_left() const {
    if (patience_.count() == 0) {  // none, or over: it has been killed
        return -1;
    }
    const double passed = (now() - started_) * 1000;
    return static_cast<int>(std::max(static_cast<double>(patience_.count()) - passed, 0.0));
}

void Subprocess::give_up(const std::string& awaited) {
    ::kill(pid_, SIGKILL);
    const auto patience = std::exchange(patience_, std::chrono::milliseconds{0});
    throw std::runtime_error("`" + name_ + "` " + awaited + " within " +
                             std::to_string(patience.count()) + " ms; it said:\n" + said());
}

bool Subprocess::read_some(const std::string& awaited) {
    std::array<pollfd, 2> fds{{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
    if (out_ < 0 && err_ < 0) {
        return false;
    }
    const int ready = ::poll(fds.data(), fds.size(), milliseconds_left());
    if (ready < 0) {
        return errno == EINTR;
    }
    if (milliseconds_left() == 0) {
        give_up(awaited);
    }
    for (std::size_t index = 0; index < fds.size(); ++index) {
        if (fds[index].fd < 0 || fds[index].revents == 0) {
            continue;
        }
        std::array<char, 65536> buffer{};
        const ssize_t got = ::read(fds[index].fd, buffer.data(), buffer.size());
        int& descriptor = index == 0 ? out_ : err_;
        if (got <= 0) {  // a pseudo-terminal ends with EIO
            ::close(descriptor);
            descriptor = -1;
            continue;
        }
        (index == 0 ? result_.out : result_.err)
            .append(buffer.data(), static_cast<std::size_t>(got));
    }
    return true;
}

bool Subprocess::wait_for(const std::string& text) {
    while (result_.out.find(text) == std::string::npos &&
           result_.err.find(text) == std::string::npos) {
        if (!read_some("has not said '" + text + "'")) {
            return false;
        }
    }
    return true;
}

// It may have closed its streams before.
void Subprocess::wait_for_exit() {
    const int process = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (process < 0) {
        throw std::system_error(errno, std::generic_category(), "pidfd_open");
    }
    pollfd end{process, POLLIN, 0};
    int ready = 0;
    do {
        ready = ::poll(&end, 1, milliseconds_left());
    } while (ready < 0 && errno == EINTR);
    ::close(process);
    if (ready == 0) {
        give_up("has not ended");
    }
}

ProcessResult Subprocess::wait() {
    while (read_some("has not ended")) {
    }
    wait_for_exit();
    int status = 0;
    rusage usage{};
    ::wait4(pid_, &status, 0, &usage);
    pid_ = -1;
    result_.seconds = now() - started_;
    result_.peak_rss_kib = usage.ru_maxrss;
    result_.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result_;
}

ProcessResult run_program(const std::vector<std::string>& arguments,
                          const Subprocess::Options& options) {
    return Subprocess(arguments, options).wait();
}

}  // namespace oa::test
