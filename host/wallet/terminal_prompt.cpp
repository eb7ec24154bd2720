#include "host/wallet/terminal_prompt.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <string_view>
#include <variant>

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "host/wallet/careful_file.hpp"
#include "host/wallet/wallet_error.hpp"

namespace oa::host {
namespace {

constexpr std::size_t answer_bytes_max = 1024;
constexpr int tries_max = 3;

/// Signals that would end the process in the middle wait here.
class HeldSignals {
public:
    HeldSignals() : descriptor_(hold(before_)) {}
    ~HeldSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_.get(); }
    /// The one that waits; 0 when there is none.
    [[nodiscard]] int take() const {
        struct signalfd_siginfo info {};
        return ::read(descriptor_.get(), &info, sizeof info) == ssize_t{sizeof info}
                   ? static_cast<int>(info.ssi_signo)
                   : 0;
    }

private:
    static int hold(sigset_t& before) {
        sigset_t held;
        ::sigemptyset(&held);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) {
            ::sigaddset(&held, signal);
        }
        ::pthread_sigmask(SIG_BLOCK, &held, &before);
        return ::signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
    }

    sigset_t before_{};
    FileDescriptor descriptor_;
};

/// A terminal that does not show what is typed.
class QuietTerminal {
public:
    explicit QuietTerminal(int terminal) : terminal_(terminal) {
        is_terminal_ = ::tcgetattr(terminal, &before_) == 0;
        if (is_terminal_) {
            struct termios quiet = before_;
            quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            quiet.c_lflag |= static_cast<tcflag_t>(ICANON | ISIG | ECHONL);
            ::tcsetattr(terminal, TCSAFLUSH, &quiet);
        }
    }
    ~QuietTerminal() {
        if (is_terminal_) {
            ::tcsetattr(terminal_, TCSAFLUSH, &before_);
        }
    }
    QuietTerminal(const QuietTerminal&) = delete;
    QuietTerminal& operator=(const QuietTerminal&) = delete;

    [[nodiscard]] bool is_terminal() const { return is_terminal_; }

private:
    int terminal_;
    bool is_terminal_ = false;
    struct termios before_ {};
};

void show(int terminal, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(terminal, text.data(), text.size());
        if (count < 0 && errno != EINTR) {
            throw WalletError(std::string("the terminal cannot be written to: ") +
                              std::strerror(errno));
        }
        text.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
    }
}

/// The line, or the signal that came instead.
std::variant<core::Secret, int> read_line(int terminal, const HeldSignals& signals) {
    core::Secret line = core::Secret::blank(answer_bytes_max + 1);
    std::size_t used = 0;
    for (;;) {
        std::array<struct pollfd, 2> waiting{
            {{terminal, POLLIN, 0}, {signals.descriptor(), POLLIN, 0}}};
        if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) {
            throw WalletError(std::string("the terminal cannot be read: ") + std::strerror(errno));
        }
        if (const int signal = signals.take()) {
            return signal;
        }
        if (waiting[0].revents == 0) {
            continue;
        }
        const ssize_t count = ::read(terminal, line.bytes() + used, line.size() - used);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            throw WalletError("nothing was typed: the input ended");
        }
        used += static_cast<std::size_t>(count);
        const std::size_t end = line.reveal().substr(0, used).find('\n');
        if (end != std::string_view::npos) {
            line.shrink(end);
            return line;
        }
        if (used == line.size()) {
            throw WalletError("what was typed has more than 1024 bytes");
        }
    }
}

std::variant<core::Secret, int> ask(int terminal, const std::string& question) {
    const HeldSignals signals;
    const QuietTerminal quiet(terminal);
    if (!quiet.is_terminal()) {
        throw WalletError("there is no terminal to ask on");
    }
    show(terminal, question);
    return read_line(terminal, signals);
}

}  // namespace

core::Secret prompt_secret(const std::string& question, const std::filesystem::path& terminal) {
    const FileDescriptor opened(::open(terminal.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!opened.is_open()) {
        throw WalletError("there is no terminal to ask on");
    }
    for (;;) {
        auto answer = ask(opened.get(), question);
        if (auto* line = std::get_if<core::Secret>(&answer)) {
            return std::move(*line);
        }
        // The terminal is as it was: now the signal may do what it does.
        const int signal = std::get<int>(answer);
        show(opened.get(), "\n");
        std::raise(signal);
        if (signal != SIGTSTP) {
            throw WalletError("nothing was typed: a signal came");
        }
    }
}

core::Secret prompt_new_secret(const std::string& question,
                               const std::string& again,
                               const std::filesystem::path& terminal) {
    for (int i = 0; i < tries_max; ++i) {
        core::Secret first = prompt_secret(question, terminal);
        if (first.empty()) {
            throw WalletError("nothing was typed, and it cannot be empty");
        }
        if (prompt_secret(again, terminal).equals(first.reveal())) {
            return first;
        }
    }
    throw WalletError("what was typed was not the same twice, three times over");
}

}  // namespace oa::host
