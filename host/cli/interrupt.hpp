#pragma once

#include <functional>
#include <thread>
#include <utility>

namespace oa::host {

/// While it lives, Ctrl-C (SIGINT) and SIGTERM call a function instead of ending the process. When
/// that has been called often enough, the next one ends the process at once, with status 130 or
/// 143. One object at a time in a process.
class InterruptGuard {
public:
    /// Calls `on_signal` for the first `count` signals, on a thread of the guard's and not in a
    /// signal handler.
    InterruptGuard(unsigned count, std::function<void(int signal)> on_signal)
        : InterruptGuard(count, std::move(on_signal), nullptr) {}
    /// SIGHUP, too, calls a function, as often as it comes.
    InterruptGuard(unsigned count,
                   std::function<void(int signal)> on_signal,
                   std::function<void()> on_hangup);
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

private:
    std::thread thread_;
    bool is_hangup_caught_;
};

}  // namespace oa::host
