#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace oa::host::http {

/// Threads that call the application, with SIGPIPE blocked. They are made when there is work for
/// them, up to the limit, and kept. Thread safe.
class WorkerThreads {
public:
    using Job = std::function<void()>;

    /// `requests_max`: jobs that may wait by submit_request().
    /// Throws std::system_error where not even one thread can be made.
    WorkerThreads(std::size_t threads_max, std::size_t requests_max);
    ~WorkerThreads();
    WorkerThreads(const WorkerThreads&) = delete;
    WorkerThreads& operator=(const WorkerThreads&) = delete;

    /// False when too many are waiting. Jobs do not throw.
    [[nodiscard]] bool submit_request(Job job);
    /// For what has to be told in any case; goes before requests.
    void submit_call(Job job);
    /// Runs what is there, and what that leads to, then lets the threads end. What comes later is
    /// run at once, by whoever brings it.
    void stop();

private:
    void wake_one();
    void work();

    std::size_t threads_max_;
    std::size_t requests_max_;
    std::mutex mutex_;
    std::condition_variable work_;
    std::deque<Job> requests_;
    std::deque<Job> calls_;
    std::size_t idle_ = 0;
    std::size_t woken_ = 0;  // of the idle ones
    bool stopping_ = false;
    bool has_stopped_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace oa::host::http
