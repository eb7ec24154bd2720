#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "host/engine/timers.hpp"

namespace oa::host {

/// Calls functions when their time has come, on one thread of its own. Thread safe.
class TimerQueue final : public Timers {
public:
    /// Throws NoThread.
    TimerQueue();
    /// Waits for a function that is being called. Timers that are not due are dropped.
    ~TimerQueue() override;
    TimerQueue(const TimerQueue&) = delete;
    TimerQueue& operator=(const TimerQueue&) = delete;

    Token set(Time when, std::function<void()> fire) override;
    void drop(const Token& token) override;

private:
    void loop();
    // With the lock held.
    void sleep_until(std::unique_lock<std::mutex>& lock, Time time);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<Token, std::function<void()>> timers_;
    std::uint64_t next_number_ = 0;
    Time awake_at_ = Time::min();  // when the thread looks by itself; min: it is awake
    bool closing_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace oa::host
