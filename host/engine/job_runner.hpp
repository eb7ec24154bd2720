#pragma once

#include <memory>

namespace oa::host {

/// Work for a JobRunner. run() is called once and must not throw.
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

/// Runs blocking calls beside the caller. Thread safe.
class JobRunner {
public:
    virtual ~JobRunner() = default;

    virtual void submit(std::shared_ptr<Job> job) = 0;
    /// The job may never return and is no longer waited for. One that has not started yet is never
    /// run.
    virtual void write_off(Job& job) = 0;

protected:
    JobRunner() = default;
    JobRunner(const JobRunner&) = default;
    JobRunner& operator=(const JobRunner&) = default;
};

}  // namespace oa::host
