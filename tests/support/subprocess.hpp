#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace oa::test {

struct ProcessResult {
    int exit_status = -1;  ///< 128 + signal when a signal ended it
    std::string out;
    std::string err;
    long peak_rss_kib = 0;
    double seconds = 0;
};

/// A program that runs while a test talks to it. Ends it (SIGKILL) when it goes out of scope.
class Subprocess {
public:
    struct Options {
        std::map<std::string, std::string>
            environment{};  ///< on top of a minimal one: PATH, HOME, LANG, OA_..._FOLDER
        std::string input{};
        std::string folder{};   ///< working folder; empty: the test's
        bool terminal = false;  ///< standard error (and only it) is a pseudo-terminal of 100 x 30
        std::size_t stack_kib = 0;    ///< limit; 0: as it is
        std::size_t memory_mib = 0;   ///< limit of the address space; 0: as it is
        std::size_t descriptors = 0;  ///< limit of open files; 0: as it is
        /// How long it may live; then it is ended (SIGKILL), and whoever waits for it hears so by a
        /// std::runtime_error with what it has said. 0: as long as it likes.
        std::chrono::milliseconds patience{0};
    };

    Subprocess(const std::vector<std::string>& arguments, const Options& options);
    explicit Subprocess(const std::vector<std::string>& arguments);
    ~Subprocess();
    Subprocess(const Subprocess&) = delete;
    Subprocess& operator=(const Subprocess&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// What it has said so far, as far as somebody has waited for it.
    [[nodiscard]] std::string said() const { return result_.out + result_.err; }
    void signal(int number) const;
    /// Reads standard output and standard error until one of them contains the text. False at their
    /// end.
    [[nodiscard]] bool wait_for(const std::string& text);
    /// Reads to the end and waits.
    [[nodiscard]] ProcessResult wait();

private:
    /// False at the end of both. `awaited` is what the failure tells when patience is over.
    bool read_some(const std::string& awaited);
    void wait_for_exit();
    /// For poll(): until patience is over, or -1.
    [[nodiscard]] int milliseconds_left() const;
    [[noreturn]] void give_up(const std::string& awaited);

    std::string name_;  // what was typed
    std::chrono::milliseconds patience_;
    pid_t pid_ = -1;
    int out_ = -1;
    int err_ = -1;
    double started_ = 0;
    ProcessResult result_;
};

/// Runs a program to its end.
[[nodiscard]] ProcessResult run_program(const std::vector<std::string>& arguments,
                                        const Subprocess::Options& options = {});

}  // namespace oa::test
