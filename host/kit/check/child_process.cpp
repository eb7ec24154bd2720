#include "host/kit/check/child_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace oa::host {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t report_bytes_max = 4U << 20U;
constexpr std::size_t last_words_max = 2000;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { reset(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return number_; }
    void reset() {
        if (number_ >= 0) {
            close(number_);
            number_ = -1;
        }
    }

private:
    int number_;
};

/// The environment of this process, in which the allocator puts nothing aside for threads: what is
/// in use is then exactly what was not given back.
std::vector<std::string> exact_environment() {
    constexpr std::string_view tunables = "GLIBC_TUNABLES=";
    std::vector<std::string> entries;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        if (std::string_view(*entry).substr(0, tunables.size()) != tunables) {
            entries.emplace_back(*entry);
        }
    }
    entries.push_back(std::string(tunables) + "glibc.malloc.tcache_count=0");
    return entries;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// Between fork and exec nothing but system calls is allowed.
[[noreturn]] void become(const char* program,
                         char* const* arguments,
                         char* const* environment,
                         const char* folder,
                         int report,
                         int errors) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    const int nothing = open("/dev/null", O_RDWR);
    // Above the numbers that are taken next.
    const int safe_report = fcntl(report, F_DUPFD, 10);
    const int safe_errors = fcntl(errors, F_DUPFD, 10);
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    dup2(safe_errors, STDERR_FILENO);
    dup2(safe_report, child_report);
    close_range(child_report + 1, ~0U, 0);
    if (chdir(folder) == 0) {
        execve(program, arguments, environment);
    }
    _exit(127);
}

/// Reads until the end or the deadline. False at the deadline.
bool read_report(int descriptor, Clock::time_point deadline, std::string& out) {
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd waiting{descriptor, POLLIN, 0};
        const int ready = poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
        if (ready == 0) {
            return false;
        }
        const ssize_t got = ready < 0 ? -1 : read(descriptor, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return true;
        }
        if (out.size() < report_bytes_max) {
            out.append(buffer.data(), static_cast<std::size_t>(got));
        }
    }
}

/// Waits for a process that has closed its report, until the deadline.
bool has_ended(pid_t child, Clock::time_point deadline, int& status) {
    for (;;) {
        const pid_t got = waitpid(child, &status, WNOHANG);
        if (got == child || (got < 0 && errno != EINTR)) {
            return true;
        }
        if (Clock::now() >= deadline) {
            return false;
        }
        poll(nullptr, 0, 1);
    }
}

std::string end_of(int descriptor) {
    const off_t size = lseek(descriptor, 0, SEEK_END);
    std::string out(
        std::min<std::size_t>(static_cast<std::size_t>(std::max<off_t>(size, 0)), last_words_max),
        '\0');
    const ssize_t got =
        pread(descriptor, out.data(), out.size(), size - static_cast<off_t>(out.size()));
    out.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return out;
}

}  // namespace

ChildEnd run_child(const std::filesystem::path& program,
                   const std::vector<std::string>& arguments,
                   const std::filesystem::path& folder,
                   std::chrono::milliseconds time_max) {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        fail("pipe2");
    }
    const Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);
    const Descriptor errors(memfd_create("errors", MFD_CLOEXEC));
    // The link to this program means another one in the child.
    const std::string path = std::filesystem::canonical(program).string();
    std::vector<std::string> texts{path};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    const std::vector<char*> pointers = pointers_to(texts);
    std::vector<std::string> environment = exact_environment();
    const std::vector<char*> entries = pointers_to(environment);

    const auto deadline = Clock::now() + time_max;
    const pid_t child = fork();
    if (child < 0) {
        fail("fork");
    }
    if (child == 0) {
        become(path.c_str(), pointers.data(), entries.data(), folder.c_str(), writing.get(),
               errors.get());
    }
    writing.reset();
    setpgid(child, child);  // whichever of both is first

    ChildEnd end;
    int status = 0;
    end.timed_out =
        !read_report(reading.get(), deadline, end.report) || !has_ended(child, deadline, status);
    kill(-child, SIGKILL);
    if (end.timed_out) {
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
    } else if (WIFSIGNALED(status)) {
        end.signal = WTERMSIG(status);
    } else {
        end.exit_status = WEXITSTATUS(status);
    }
    end.last_words = end_of(errors.get());
    return end;
}

}  // namespace oa::host
