#include "host/engine/timer_queue.hpp"

#include <utility>

#include "host/engine/start_thread.hpp"

namespace oa::host {

// At once: a timer that cannot be set would leave a run without an end.
TimerQueue::TimerQueue() : thread_(start_thread([this] { loop(); })) {}

TimerQueue::~TimerQueue() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

TimerQueue::Token TimerQueue::set(Time when, std::function<void()> fire) {
    std::unique_lock lock(mutex_);
    const Token token{when, next_number_++};
    timers_.emplace(token, std::move(fire));
    const bool is_too_late = when < awake_at_;
    if (is_too_late) {
        awake_at_ = Time::min();  // once for all that come before it looks
    }
    lock.unlock();
    // Timers come and go with every task, and are dropped before they are due; waking a thread
    // costs more than all the rest.
    if (is_too_late) {
        changed_.notify_one();
    }
    return token;
}

void TimerQueue::drop(const Token& token) {
    const std::lock_guard lock(mutex_);
    timers_.erase(token);
}

void TimerQueue::sleep_until(std::unique_lock<std::mutex>& lock, Time time) {
    awake_at_ = time;
    if (time == Time::max()) {
        changed_.wait(lock);
    } else {
        changed_.wait_until(lock, time);
    }
    awake_at_ = Time::min();
}

void TimerQueue::loop() {
    std::unique_lock lock(mutex_);
    while (!closing_) {
        const Time next = timers_.empty() ? Time::max() : timers_.begin()->first.first;
        if (std::chrono::steady_clock::now() < next) {
            sleep_until(lock, next);
            continue;
        }
        const std::function<void()> fire = std::move(timers_.begin()->second);
        timers_.erase(timers_.begin());
        lock.unlock();
        fire();
        lock.lock();
    }
}

}  // namespace oa::host
