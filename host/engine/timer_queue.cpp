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
    const std::lock_guard lock(mutex_);
    const Token token{when, next_number_++};
    const auto place = timers_.emplace(token, std::move(fire)).first;
    if (place == timers_.begin()) {
        changed_.notify_one();
    }
    return token;
}

void TimerQueue::drop(const Token& token) {
    const std::lock_guard lock(mutex_);
    timers_.erase(token);
}

void TimerQueue::loop() {
    std::unique_lock lock(mutex_);
    while (!closing_) {
        if (timers_.empty()) {
            changed_.wait(lock);
            continue;
        }
        const Time next = timers_.begin()->first.first;
        if (std::chrono::steady_clock::now() < next) {
            changed_.wait_until(lock, next);
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
