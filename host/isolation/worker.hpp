#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/port/task_invoker.hpp"
#include "host/isolation/call_result.hpp"
#include "host/isolation/isolated_call.hpp"
#include "host/isolation/protocol/messages.hpp"
#include "host/isolation/worker_failure.hpp"
#include "host/isolation/worker_process.hpp"
#include "host/plugin/call_context.hpp"

namespace oa::host::isolation {

/// What all workers of one pool have in common.
struct WorkerSpec {
    LoadedModule& module;
    Load load;  ///< without the temporary folder and the number of threads
    CallLimits limits;
    std::chrono::milliseconds start_max{30'000};
    std::chrono::milliseconds stop_max{5'000};
    std::shared_ptr<PluginLog> log;  ///< may be null
    /// Told once of each worker that died of its module.
    std::function<void(Blame, const std::string& reason)> blame;
};

/// Hears that a worker is of no use any more, or that its process has ended. Any thread.
class WorkerOwner {
public:
    virtual ~WorkerOwner() = default;
    virtual void worker_gone() = 0;

protected:
    WorkerOwner() = default;
    WorkerOwner(const WorkerOwner&) = default;
    WorkerOwner& operator=(const WorkerOwner&) = default;
};

/// One worker process, with the calls that run in it.
///
/// Nobody but the calling threads reads from it: of the threads that wait for results one reads,
/// hands the others what is theirs, and passes the reading on when it has its own. So a single call
/// costs one write and one read. Once no call has run for a while, the launcher's thread watches.
class Worker final : public WorkerListener,
                     public CallPlace,
                     public std::enable_shared_from_this<Worker> {
public:
    /// An exclusive worker has one call at a time.
    enum class Kind { Exclusive, Shared };

    Worker(std::shared_ptr<const WorkerSpec> spec, Kind kind, std::weak_ptr<WorkerOwner> owner);
    ~Worker() override;
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Makes the process and waits until it is ready to run calls; `call` is why. A failure when
    /// there is no worker: the object is then of no use.
    [[nodiscard]] std::optional<core::Failure> start(WorkerLauncher& launcher,
                                                     IsolatedCall& call,
                                                     std::uint32_t threads);
    /// Runs a call on the calling thread. Nothing when the worker turned out to be dead before the
    /// call was handed over: another one may run it.
    [[nodiscard]] std::optional<core::Outcome> run(IsolatedCall& call);

    /// Whether it takes calls: false once it is dead, or a call in it was abandoned.
    [[nodiscard]] bool usable() const;
    /// The same, asking the system too, for a worker that has been idle.
    [[nodiscard]] bool still_there() const;
    /// Reads what it says while it has no call, until it has one. Costs two system calls, so that
    /// it is for those that have been idle for a while.
    void watch();
    /// Lets it finish and stop; or terminates it where an abandoned call keeps it from stopping.
    /// No call may be given to it any more.
    void end();
    /// Whether its process is gone, or was never made.
    [[nodiscard]] bool ended() const;
    [[nodiscard]] int pid() const;

    void worker_readable() override;
    void worker_ended() override;
    void call_cancelled(IsolatedCall& call) override;
    void call_abandoned(IsolatedCall& call) override;

    /// For the pool, guarded by its mutex.
    struct Book {
        bool ready = false;
        bool leaving = false;  ///< takes no more calls
        std::uint32_t active = 0;
        std::uint32_t calls = 0;
        std::unordered_map<const LoadedFunction*, std::uint32_t> active_of;
        std::chrono::steady_clock::time_point idle_since;
    };
    Book book;

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Waiter {
        std::condition_variable changed;
        std::optional<Result> result;
        std::vector<std::span<const std::byte>> blobs;  // of the result, in memory of the worker
    };
    struct Entry {
        std::shared_ptr<IsolatedCall> call;
        Waiter* waiter = nullptr;  ///< null once the call is abandoned
        bool sent = false;
        bool cancel_sent = false;
    };

    [[nodiscard]] std::optional<core::Failure> wait_ready(IsolatedCall& call);
    [[nodiscard]] std::optional<core::Failure> start_failed(IsolatedCall& call, bool too_slow);
    [[nodiscard]] std::optional<core::Failure> take_ready(const WorkerMessage& message);
    [[nodiscard]] bool send_run(IsolatedCall& call, std::uint64_t number);
    void send_cancel(std::uint64_t number);
    void send_release(std::uint64_t number);
    [[nodiscard]] std::optional<core::Outcome> await(IsolatedCall& call,
                                                     std::uint64_t number,
                                                     Waiter& waiter);
    [[nodiscard]] core::Outcome outcome_of(IsolatedCall& call,
                                           std::uint64_t number,
                                           Result result,
                                           std::span<const std::span<const std::byte>> blobs);
    [[nodiscard]] core::Failure death_of(IsolatedCall& call);

    void read_one();
    [[nodiscard]] bool wait_readable() const;
    void handle(const ReceivedFrame& received);
    void handle_log(std::uint64_t number, const Log& log);
    void handle_progress(std::uint64_t number, const Progress& progress);
    void handle_result(std::uint64_t number, Result result);
    [[nodiscard]] std::shared_ptr<IsolatedCall> call_of(std::uint64_t number);
    void pass_on_reading();
    void break_off(const std::string& violation);
    void note_violation(const std::string& violation);
    [[nodiscard]] std::optional<Blame> record_death(const WorkerEnd& end);
    void end_if_only_abandoned_are_left();
    void wake_reader() const;

    const std::shared_ptr<const WorkerSpec> spec_;
    const Kind kind_;
    const std::weak_ptr<WorkerOwner> owner_;
    std::unique_ptr<Channel> channel_;        // constant once started
    std::shared_ptr<WorkerProcess> process_;  // constant once started
    SandboxSettings sandbox_;                 // constant once started
    Descriptor wake_;                         // of a shared worker; constant

    mutable std::mutex mutex_;
    bool reading_ = false;  // some thread does
    bool watched_ = false;  // the launcher tells when there is something to read
    std::uint64_t last_number_ = 0;
    std::unordered_map<std::uint64_t, Entry> entries_;
    bool abandoned_ = false;  // some call was
    bool ended_by_host_ = false;
    bool closed_ = false;    // it takes no calls any more, but may still answer
    bool unread_ = false;    // it went without reading all that was sent
    bool broken_ = false;    // there is nothing more to be had from it
    std::string violation_;  // how it broke the protocol
    WorkerDeath death_;      // complete once broken_
    Segments segments_;      // of the reader
    std::uint64_t misbehaviours_ = 0;
    const IsolatedCall* starting_for_ = nullptr;
};

}  // namespace oa::host::isolation
