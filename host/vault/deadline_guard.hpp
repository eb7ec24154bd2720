#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace oa::host::vault {

using TimePoint = std::chrono::steady_clock::time_point;

/// Shuts a socket down at a deadline, so that every blocking read or write of it returns, however
/// slowly bytes drip in. It must end before the socket is closed.
class DeadlineGuard {
public:
    DeadlineGuard(int socket, TimePoint deadline);
    ~DeadlineGuard();
    DeadlineGuard(const DeadlineGuard&) = delete;
    DeadlineGuard& operator=(const DeadlineGuard&) = delete;

    [[nodiscard]] bool has_passed() const noexcept;

private:
    void watch();

    const int socket_;
    const TimePoint deadline_;
    std::atomic<bool> passed_ = false;
    bool done_ = false;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::thread watcher_;  // last: it uses all of the above
};

}  // namespace oa::host::vault
