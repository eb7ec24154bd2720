#include "host/cli/interrupt.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "host/engine/start_thread.hpp"

namespace oa::host {

namespace {

// A signal handler can reach nothing but globals: the pipe on which it passes the signal's number
// to the guard's thread.
std::array<int, 2> signal_pipe{-1, -1};
constexpr std::array<int, 3> caught{SIGINT, SIGTERM, SIGHUP};
std::array<struct sigaction, 3> previous{};

extern "C" void pass_on(int signal) {
    const int saved = errno;
    const auto byte = static_cast<unsigned char>(signal);
    [[maybe_unused]] const ssize_t ignored = ::write(signal_pipe[1], &byte, 1);
    errno = saved;
}

}  // namespace

InterruptGuard::InterruptGuard(unsigned count,
                               std::function<void(int signal)> on_signal,
                               std::function<void()> on_hangup)
    : is_hangup_caught_(on_hangup != nullptr) {
    if (::pipe2(signal_pipe.data(), O_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(),
                                "cannot listen for Ctrl-C; see ulimit -n");
    }
    thread_ =
        start_thread([count, on_signal = std::move(on_signal), on_hangup = std::move(on_hangup)] {
            unsigned left = count;
            for (;;) {
                unsigned char byte = 0;
                const ssize_t got = ::read(signal_pipe[0], &byte, 1);
                if (got < 0 && errno == EINTR) {
                    continue;
                }
                if (got != 1 || byte == 0) {
                    return;
                }
                if (byte == SIGHUP) {
                    on_hangup();
                    continue;
                }
                if (left == 0) {
                    ::_exit(128 + byte);
                }
                --left;
                on_signal(byte);
            }
        });
    struct sigaction action {};
    action.sa_handler = pass_on;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (std::size_t index = 0; index < caught.size() - (is_hangup_caught_ ? 0 : 1); ++index) {
        sigaction(caught[index], &action, &previous[index]);
    }
}

InterruptGuard::~InterruptGuard() {
    for (std::size_t index = 0; index < caught.size() - (is_hangup_caught_ ? 0 : 1); ++index) {
        sigaction(caught[index], &previous[index], nullptr);
    }
    const unsigned char stop = 0;
    [[maybe_unused]] const ssize_t ignored = ::write(signal_pipe[1], &stop, 1);
    thread_.join();
    ::close(signal_pipe[0]);
    ::close(signal_pipe[1]);
}

}  // namespace oa::host
