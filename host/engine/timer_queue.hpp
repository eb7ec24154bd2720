#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace oa::host {

/// Calls functions when their time has come, on one thread of its own, which starts with the first
/// timer. Thread safe.
class TimerQueue {
public:
    using Time = std::chrono::steady_clock::time_point;
    /// When, and a number that makes it unique.
    using Token = std::pair<Time, std::uint64_t>;

    TimerQueue() = default;
    /// Waits for a function that is being called. Timers that are not due are dropped.
    ~TimerQueue();
    TimerQueue(const TimerQueue&) = delete;
    TimerQueue& operator=(const TimerQueue&) = delete;

    /// `fire` must be quick and must not throw; it may call set and drop.
    Token set(Time when, std::function<void()> fire);
    /// No effect when the timer has fired, or is just firing.
    void drop(const Token& token);

private:
    void loop();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<Token, std::function<void()>> timers_;
    std::uint64_t next_number_ = 0;
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace oa::host
