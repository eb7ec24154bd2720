#pragma once

#include <cstddef>
#include <memory>

#include "host/engine/job_runner.hpp"

namespace oa::host {

/// Threads that run blocking calls. The first is made at once, others when there is work for them,
/// up to the limit, and kept. Where the system gives no more, those that there are do it all.
///
/// A job that is submitted by a pool thread from within its own job is, once per job, kept for that
/// very thread: a chain of tasks then runs on one thread without waking another. So submit must be
/// the last thing that a job does that matters for time.
class WorkerPool final : public JobRunner {
public:
    /// Throws NoThread.
    explicit WorkerPool(std::size_t threads_max);
    /// Waits for all jobs that were submitted, except those written off.
    ~WorkerPool() override;
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    void submit(std::shared_ptr<Job> job) override;

    /// The job may never return: its thread no longer counts, another one may take its place. If it
    /// does return, its thread ends. A job that has not started yet is never run.
    void write_off(Job& job) override;

    /// Jobs that were written off and still occupy a thread.
    [[nodiscard]] std::size_t written_off() const;

    struct Shared;

private:
    std::shared_ptr<Shared>
        shared_;  // also owned by each thread: one that was written off may outlive the pool
};

}  // namespace oa::host
