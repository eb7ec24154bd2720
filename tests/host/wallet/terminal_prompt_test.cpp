#include "host/wallet/terminal_prompt.hpp"

#include <array>
#include <csignal>
#include <functional>

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "host/wallet/careful_file.hpp"
#include "host/wallet/wallet_error.hpp"

namespace oa::host {
namespace {

/// A process with a terminal of its own, and the other end of that.
class OnATerminal {
public:
    explicit OnATerminal(const std::function<int()>& work) {
        if (::openpty(&ours_, &theirs_, nullptr, nullptr, nullptr) != 0) {
            throw std::runtime_error("no pseudo-terminal");
        }
        child_ = ::fork();
        if (child_ == 0) {
            ::close(ours_);
            ::login_tty(theirs_);
            int code = 99;
            try {
                code = work();
            } catch (const WalletError& error) {
                const std::string_view what = error.what();
                code = ::write(2, what.data(), what.size()) > 0 ? 3 : 4;
            }
            ::_exit(code);
        }
    }
    ~OnATerminal() {
        if (child_ > 0) {
            ::kill(child_, SIGKILL);
            ::waitpid(child_, nullptr, 0);
        }
        ::close(ours_);
        ::close(theirs_);
    }
    OnATerminal(const OnATerminal&) = delete;
    OnATerminal& operator=(const OnATerminal&) = delete;

    /// Waits until the terminal shows a text.
    [[nodiscard]] bool shows(const std::string& text) {
        while (shown_.find(text, seen_) == std::string::npos) {
            struct pollfd waiting {
                ours_, POLLIN, 0
            };
            std::array<char, 256> part{};
            if (::poll(&waiting, 1, 20'000) != 1) {
                return false;
            }
            const ssize_t count = ::read(ours_, part.data(), part.size());
            if (count <= 0) {
                return false;
            }
            shown_.append(part.data(), static_cast<std::size_t>(count));
        }
        seen_ = shown_.find(text, seen_) + text.size();
        return true;
    }
    void type(std::string_view text) const {
        ASSERT_EQ(::write(ours_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    [[nodiscard]] bool echoes() const {
        struct termios now {};
        EXPECT_EQ(::tcgetattr(theirs_, &now), 0);
        return (now.c_lflag & static_cast<tcflag_t>(ECHO)) != 0;
    }
    [[nodiscard]] const std::string& shown() const { return shown_; }
    [[nodiscard]] pid_t child() const { return child_; }
    /// The exit code, or 128 and the signal.
    [[nodiscard]] int end() {
        int status = 0;
        EXPECT_EQ(::waitpid(child_, &status, 0), child_);
        child_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

private:
    int ours_ = -1;
    int theirs_ = -1;
    pid_t child_ = -1;
    std::string shown_;
    std::size_t seen_ = 0;
};

int ask_once() {
    return prompt_secret("Password: ").reveal() == "open sesame" ? 0 : 1;
}

TEST(TerminalPromptTest, ReadsALineWithoutShowingIt) {
    OnATerminal terminal(ask_once);
    ASSERT_TRUE(terminal.shows("Password: "));
    EXPECT_FALSE(terminal.echoes());
    terminal.type("open sesame\n");
    EXPECT_TRUE(terminal.shows("\n"));
    EXPECT_EQ(terminal.end(), 0);
    EXPECT_TRUE(terminal.echoes());
    EXPECT_EQ(terminal.shown().find("sesame"), std::string::npos);
}

TEST(TerminalPromptTest, LeavesOutWhatWasTypedBeforeItAsked) {
    OnATerminal terminal([] {
        static_cast<void>(::write(1, "ready ", 6));
        std::array<char, 1> go{};
        static_cast<void>(::read(0, go.data(), 1));
        return ask_once();
    });
    ASSERT_TRUE(terminal.shows("ready "));
    terminal.type("\nwrong\n");
    ASSERT_TRUE(terminal.shows("Password: "));
    terminal.type("open sesame\n");
    EXPECT_EQ(terminal.end(), 0);
}

TEST(TerminalPromptTest, AsksTwiceForANewOne) {
    OnATerminal terminal(
        [] { return prompt_new_secret("New: ", "Again: ").reveal() == "open sesame" ? 0 : 1; });
    ASSERT_TRUE(terminal.shows("New: "));
    terminal.type("open sesame\n");
    ASSERT_TRUE(terminal.shows("Again: "));
    terminal.type("open sesami\n");
    ASSERT_TRUE(terminal.shows("New: "));
    terminal.type("open sesame\n");
    ASSERT_TRUE(terminal.shows("Again: "));
    terminal.type("open sesame\n");
    EXPECT_EQ(terminal.end(), 0);
}

TEST(TerminalPromptTest, GivesUpWhenTheTwoAreNeverTheSame) {
    OnATerminal terminal([] {
        static_cast<void>(prompt_new_secret("New: ", "Again: "));
        return 0;
    });
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(terminal.shows("New: "));
        terminal.type("a\n");
        ASSERT_TRUE(terminal.shows("Again: "));
        terminal.type("b\n");
    }
    EXPECT_TRUE(terminal.shows("not the same twice"));
    EXPECT_EQ(terminal.end(), 3);
}

TEST(TerminalPromptTest, PutsTheTerminalBackBeforeASignalEndsTheProcess) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        OnATerminal terminal(ask_once);
        ASSERT_TRUE(terminal.shows("Password: "));
        ASSERT_EQ(::kill(terminal.child(), signal), 0);
        EXPECT_EQ(terminal.end(), 128 + signal);
        EXPECT_TRUE(terminal.echoes());
    }
}

TEST(TerminalPromptTest, ObeysTheKeyThatInterrupts) {
    OnATerminal terminal(ask_once);
    ASSERT_TRUE(terminal.shows("Password: "));
    terminal.type("\x03");
    EXPECT_EQ(terminal.end(), 128 + SIGINT);
    EXPECT_TRUE(terminal.echoes());
}

TEST(TerminalPromptTest, ThrowsWhenASignalDoesNotEndTheProcess) {
    OnATerminal terminal([] {
        std::signal(SIGTERM, [](int) {});
        return ask_once();
    });
    ASSERT_TRUE(terminal.shows("Password: "));
    ASSERT_EQ(::kill(terminal.child(), SIGTERM), 0);
    EXPECT_TRUE(terminal.shows("a signal came"));
    EXPECT_EQ(terminal.end(), 3);
    EXPECT_TRUE(terminal.echoes());
}

TEST(TerminalPromptTest, AsksAgainAfterItWasStopped) {
    // The process leads a session, so the system does not stop it; it comes back at once.
    OnATerminal terminal(ask_once);
    ASSERT_TRUE(terminal.shows("Password: "));
    terminal.type("\x1A");
    ASSERT_TRUE(terminal.shows("Password: "));
    EXPECT_FALSE(terminal.echoes());
    terminal.type("open sesame\n");
    EXPECT_EQ(terminal.end(), 0);
}

TEST(TerminalPromptTest, EndsWithTheInput) {
    OnATerminal terminal(ask_once);
    ASSERT_TRUE(terminal.shows("Password: "));
    terminal.type("\x04");
    EXPECT_TRUE(terminal.shows("the input ended"));
    EXPECT_EQ(terminal.end(), 3);
    EXPECT_TRUE(terminal.echoes());
}

TEST(TerminalPromptTest, RefusesALineThatIsTooLong) {
    OnATerminal terminal(ask_once);
    ASSERT_TRUE(terminal.shows("Password: "));
    terminal.type(std::string(2000, 'x') + '\n');
    EXPECT_TRUE(terminal.shows("more than 1024 bytes"));
    EXPECT_EQ(terminal.end(), 3);
    EXPECT_TRUE(terminal.echoes());
}

TEST(TerminalPromptTest, NeedsATerminal) {
    EXPECT_THROW(static_cast<void>(prompt_secret("Password: ", "/dev/null")), WalletError);
    EXPECT_THROW(static_cast<void>(prompt_secret("Password: ", "/no/terminal")), WalletError);
}

}  // namespace
}  // namespace oa::host
