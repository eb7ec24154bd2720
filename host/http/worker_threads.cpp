#include "host/http/worker_threads.hpp"

#include <csignal>
#include <system_error>
#include <utility>

#include <pthread.h>

namespace oa::host::http {

WorkerThreads::WorkerThreads(std::size_t threads_max, std::size_t requests_max)
    : threads_max_(threads_max), requests_max_(requests_max) {
    threads_.emplace_back([this] { work(); });
}

WorkerThreads::~WorkerThreads() {
    stop();
}

// With the mutex held.
void WorkerThreads::wake_one() {
    if (idle_ > woken_) {
        ++woken_;
        work_.notify_one();
        return;
    }
    if (threads_.size() >= threads_max_) {
        return;
    }
    try {
        threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
        return;  // the system has no more threads; those that are there have the work
    }
}

bool WorkerThreads::submit_request(Job job) {
    const std::lock_guard lock(mutex_);
    if (requests_.size() >= requests_max_ || stopping_) {
        return false;
    }
    requests_.push_back(std::move(job));
    wake_one();
    return true;
}

void WorkerThreads::submit_call(Job job) {
    {
        const std::lock_guard lock(mutex_);
        if (!has_stopped_) {
            calls_.push_back(std::move(job));
            wake_one();
            return;
        }
    }
    job();
}

void WorkerThreads::work() {
    sigset_t pipe{};
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    std::unique_lock lock(mutex_);
    for (;;) {
        while (calls_.empty() && requests_.empty() && !stopping_) {
            ++idle_;
            work_.wait(lock);
            --idle_;
            woken_ -= woken_ > 0 ? 1 : 0;
        }
        std::deque<Job>& queue = calls_.empty() ? requests_ : calls_;
        if (queue.empty()) {
            return;
        }
        Job job = std::move(queue.front());
        queue.pop_front();
        lock.unlock();
        job();
        job = nullptr;
        lock.lock();
    }
}

void WorkerThreads::stop() {
    std::vector<std::thread> threads;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        threads.swap(threads_);
        threads_max_ = 0;
    }
    work_.notify_all();
    for (std::thread& thread : threads) {
        thread.join();
    }
    std::unique_lock lock(mutex_);
    while (!calls_.empty()) {  // they came after the last thread had looked
        const Job job = std::move(calls_.front());
        calls_.pop_front();
        lock.unlock();
        job();
        lock.lock();
    }
    has_stopped_ = true;
}

}  // namespace oa::host::http
