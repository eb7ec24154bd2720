#include "host/kit/check/process_state.hpp"

#include <algorithm>
#include <array>
#include <cfenv>
#include <clocale>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <locale.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace oa::host {

namespace fs = std::filesystem;

namespace {

using Lines = std::vector<std::string>;

Lines threads() {
    Lines out;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc/self/task", ignored)) {
        std::string name;
        std::getline(std::ifstream(entry.path() / "comm"), name);
        out.push_back("thread " + entry.path().filename().string() + " (" + name + ")");
    }
    return out;
}

Lines descriptors() {
    Lines out;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd", ignored)) {
        const fs::path target = fs::read_symlink(entry.path(), ignored);
        if (ignored || target.string().find("/proc/") == 0) {  // the reading of this folder
            continue;
        }
        out.push_back("descriptor " + entry.path().filename().string() + " -> " + target.string());
    }
    return out;
}

Lines signals() {
    Lines out;
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action {};
        if (sigaction(number, nullptr, &action) != 0 || action.sa_handler == SIG_DFL) {
            continue;
        }
        const char* const name = sigabbrev_np(number);
        std::string line =
            name == nullptr ? "signal " + std::to_string(number) : "SIG" + std::string(name);
        line += action.sa_handler == SIG_IGN
                    ? " ignored"
                    : " handled at " +
                          std::to_string(reinterpret_cast<std::uintptr_t>(action.sa_handler));
        out.push_back(std::move(line));
    }
    return out;
}

Lines signal_mask() {
    Lines out;
    sigset_t mask;
    sigemptyset(&mask);
    pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    for (int number = 1; number < NSIG; ++number) {
        if (sigismember(&mask, number) == 1) {
            const char* const name = sigabbrev_np(number);
            out.push_back(name == nullptr ? "signal " + std::to_string(number) + " blocked"
                                          : "SIG" + std::string(name) + " blocked");
        }
    }
    return out;
}

Lines locale_names() {
    const char* const name = std::setlocale(LC_ALL, nullptr);
    Lines out{"locale " + std::string(name == nullptr ? "" : name)};
    if (uselocale(nullptr) != LC_GLOBAL_LOCALE) {
        out.emplace_back("a locale of the thread");
    }
    return out;
}

Lines environment() {
    Lines out;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        out.emplace_back(*entry);
    }
    return out;
}

Lines floating_point() {
    return {
        "rounding mode " + std::to_string(std::fegetround()),
#if defined(__GLIBC__)
            "floating-point traps " + std::to_string(fegetexcept())
#endif
    };
}

Lines umask_value() {
    const mode_t value = ::umask(0);
    ::umask(value);
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "umask %03o", static_cast<unsigned>(value));
    return {text.data()};
}

Lines children() {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
        return {};
    }
    return {info.si_pid == 0
                ? "a child process that runs"
                : "child process " + std::to_string(info.si_pid) + ", ended and not waited for"};
}

Lines unsorted(StateAspect aspect) {
    std::error_code ignored;
    switch (aspect) {
        case StateAspect::Threads: return threads();
        case StateAspect::Descriptors: return descriptors();
        case StateAspect::Signals: return signals();
        case StateAspect::SignalMask: return signal_mask();
        case StateAspect::Locale: return locale_names();
        case StateAspect::Folder: return {"folder " + fs::current_path(ignored).string()};
        case StateAspect::Umask: return umask_value();
        case StateAspect::Environment: return environment();
        case StateAspect::FloatingPoint: return floating_point();
        case StateAspect::Children: break;
    }
    return children();
}

std::string listed(const Lines& lines) {
    constexpr std::size_t lines_max = 4;
    std::string out;
    for (std::size_t i = 0; i < std::min(lines.size(), lines_max); ++i) {
        out += (i == 0 ? "" : ", ") + lines[i];
    }
    return lines.size() > lines_max
               ? out + " and " + std::to_string(lines.size() - lines_max) + " more"
               : out;
}

}  // namespace

Lines read_state(StateAspect aspect) {
    Lines out = unsorted(aspect);
    std::sort(out.begin(), out.end());
    return out;
}

std::string difference(const Lines& before, const Lines& after) {
    Lines fresh;
    Lines gone;
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                        std::back_inserter(fresh));
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                        std::back_inserter(gone));
    std::string out;
    if (!fresh.empty()) {
        out = "new: " + listed(fresh);
    }
    if (!gone.empty()) {
        out += (out.empty() ? "gone: " : "; gone: ") + listed(gone);
    }
    return out;
}

}  // namespace oa::host
