#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace oa::test {

/// Things that one thread puts in and another one waits for, ten seconds at most.
template <typename T>
class Box {
public:
    void put(T thing) {
        const std::lock_guard lock(mutex_);
        things_.push_back(std::move(thing));
        changed_.notify_all();
    }
    /// Waits for the next one. A default one when the time is over.
    [[nodiscard]] T take() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, std::chrono::seconds(10), [&] { return !things_.empty(); })) {
            return T{};
        }
        T out = std::move(things_.front());
        things_.erase(things_.begin());
        return out;
    }
    [[nodiscard]] bool empty() const {
        const std::lock_guard lock(mutex_);
        return things_.empty();
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<T> things_;
};

}  // namespace oa::test
