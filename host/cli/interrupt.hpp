#pragma once

#include <functional>
#include <thread>

namespace oa::host {

/// While it lives, Ctrl-C (SIGINT) and SIGTERM call a function instead of ending the process; the
/// second one ends it at once, with status 130 or 143. One object at a time in a process.
class InterruptGuard {
public:
    /// `on_first` runs on a thread of the guard's, not in a signal handler.
    explicit InterruptGuard(std::function<void(int signal)> on_first);
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

private:
    std::thread thread_;
};

}  // namespace oa::host
