#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

#include "host/isolation/isolated_call.hpp"
#include "host/isolation/isolation_settings.hpp"
#include "host/isolation/worker.hpp"

namespace oa::host::isolation {

/// The worker processes of one module. Functions that are not thread safe get a worker of their own
/// for each call; calls of the others share workers. Thread safe; held by a shared_ptr.
class WorkerPool final : public CallPlace,
                         public WorkerOwner,
                         public std::enable_shared_from_this<WorkerPool> {
public:
    /// `launcher` outlives the pool.
    WorkerPool(std::shared_ptr<const WorkerSpec> spec,
               PoolSettings settings,
               WorkerLauncher& launcher);
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// Runs a call on the calling thread, in an idle worker or in a new one; waits for one where
    /// there may be no more.
    [[nodiscard]] core::Outcome run(IsolatedCall& call);

    /// Ends the workers that have been idle for too long.
    void housekeeping(std::chrono::steady_clock::time_point now);
    /// Makes no more workers; those that are there end as soon as they have nothing to do.
    void retire();
    /// Waits until no process is left. False when the time is over first.
    [[nodiscard]] bool wait_empty(std::chrono::steady_clock::time_point until);

    struct Numbers {
        std::size_t workers = 0;  ///< that take calls, or are being started
        std::size_t idle = 0;
        std::size_t ending = 0;
    };
    [[nodiscard]] Numbers numbers() const;

    void call_cancelled(IsolatedCall& call) override;
    void call_abandoned(IsolatedCall& call) override;
    void worker_gone() override;

private:
    using Time = std::chrono::steady_clock::time_point;
    using Workers = std::vector<std::shared_ptr<Worker>>;

    [[nodiscard]] std::variant<std::shared_ptr<Worker>, core::Failure> take(IsolatedCall& call);
    [[nodiscard]] std::shared_ptr<Worker> find_free(Worker::Kind kind,
                                                    const LoadedFunction& function);
    [[nodiscard]] bool may_start(Worker::Kind kind) const;
    [[nodiscard]] std::optional<core::Failure> start(Worker::Kind kind,
                                                     IsolatedCall& call,
                                                     std::unique_lock<std::mutex>& lock,
                                                     std::shared_ptr<Worker>& out);
    void give_back(const std::shared_ptr<Worker>& worker, const LoadedFunction& function);
    void sort_out(Time now, Workers& to_end);
    void end_all(const Workers& to_end);
    void plan_housekeeping(Time when);
    [[nodiscard]] std::optional<Time> oldest_spare() const;
    void plan_watch(Time when);
    void watch_idle(Time now);
    [[nodiscard]] Workers& of(Worker::Kind kind);
    [[nodiscard]] const Workers& of(Worker::Kind kind) const;

    const std::shared_ptr<const WorkerSpec> spec_;
    const PoolSettings settings_;
    WorkerLauncher& launcher_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Workers exclusive_;
    Workers shared_;
    Workers ending_;
    std::size_t starting_shared_ = 0;
    std::size_t waiting_shared_ = 0;
    bool retired_ = false;
    bool planned_ = false;        // a housekeeping is on its way
    bool watch_planned_ = false;  // and a look for workers to be watched
};

}  // namespace oa::host::isolation
