#pragma once

#include <functional>
#include <thread>

namespace oa::host {

/// While it lives, Ctrl-C (SIGINT) and SIGTERM call a function instead of ending the process. When
/// that has been called often enough, the next one ends the process at once, with status 130 or
/// 143. One object at a time in a process.
class InterruptGuard {
public:
    /// Calls `on_signal` for the first `count` signals, on a thread of the guard's and not in a
    /// signal handler.
    InterruptGuard(unsigned count, std::function<void(int signal)> on_signal);
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

private:
    std::thread thread_;
};

}  // namespace oa::host
