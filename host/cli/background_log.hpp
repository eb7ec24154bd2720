#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace oa::host {

/// Writes what others have to say on a thread of its own, so that they never wait for a disk or a
/// terminal. What does not fit is dropped and counted. Thread safe.
class BackgroundLog {
public:
    using Work = std::function<void()>;

    /// `on_dropped` tells how many were dropped, on the thread.
    explicit BackgroundLog(std::function<void(std::size_t count)> on_dropped,
                           std::size_t waiting_max = 10'000);
    /// Writes what waits.
    ~BackgroundLog();
    BackgroundLog(const BackgroundLog&) = delete;
    BackgroundLog& operator=(const BackgroundLog&) = delete;

    void write(Work work) noexcept;

private:
    void run();

    std::function<void(std::size_t)> on_dropped_;
    std::size_t waiting_max_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Work> waiting_;
    std::size_t dropped_ = 0;
    bool is_stopping_ = false;
    std::thread thread_;
};

}  // namespace oa::host
