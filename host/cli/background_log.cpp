#include "host/cli/background_log.hpp"

#include <exception>
#include <utility>

namespace oa::host {

BackgroundLog::BackgroundLog(std::function<void(std::size_t count)> on_dropped,
                             std::size_t waiting_max)
    : on_dropped_(std::move(on_dropped)), waiting_max_(waiting_max), thread_([this] { run(); }) {}

BackgroundLog::~BackgroundLog() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        wake_.notify_one();
    }
    thread_.join();
}

void BackgroundLog::write(Work work) noexcept {
    try {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= waiting_max_) {
            ++dropped_;
            return;
        }
        waiting_.push_back(std::move(work));
        if (waiting_.size() == 1) {
            wake_.notify_one();
        }
    } catch (const std::exception&) {
        return;  // there is no memory for it
    }
}

void BackgroundLog::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return is_stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) {
            return;
        }
        std::deque<Work> some;
        some.swap(waiting_);
        const std::size_t dropped = std::exchange(dropped_, 0);
        lock.unlock();
        for (const Work& work : some) {
            work();
        }
        if (dropped > 0) {
            on_dropped_(dropped);
        }
        lock.lock();
    }
}

}  // namespace oa::host
