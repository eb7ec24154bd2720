#pragma once

#include <cstddef>
#include <memory>

namespace oa::host {

/// Work for the pool. run() is called once, by one of its threads, and must not throw.
class Job {
public:
    Job() = default;
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    virtual ~Job() = default;
    virtual void run() = 0;

private:
    friend class WorkerPool;
    enum class State { Waiting, Running, Done, WrittenOff };
    State state_ = State::Waiting;  // guarded by the pool's mutex
};

/// Threads that run blocking calls. Threads are made when there is work for them, up to the limit,
/// and kept.
///
/// A job that is submitted by a pool thread from within its own job is, once per job, kept for that
/// very thread: a chain of tasks then runs on one thread without waking another. So submit must be
/// the last thing that a job does that matters for time.
class WorkerPool {
public:
    explicit WorkerPool(std::size_t threads_max);
    /// Waits for all jobs that were submitted, except those written off.
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    void submit(std::shared_ptr<Job> job);

    /// The job may never return: its thread no longer counts, another one may take its place. If it
    /// does return, its thread ends. A job that has not started yet is never run.
    void write_off(Job& job);

    /// Jobs that were written off and still occupy a thread.
    [[nodiscard]] std::size_t written_off() const;

    struct Shared;

private:
    std::shared_ptr<Shared>
        shared_;  // also owned by each thread: one that was written off may outlive the pool
};

}  // namespace oa::host
