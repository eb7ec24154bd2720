#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/run/run_queue.hpp"
#include "host/engine/run_loop.hpp"

namespace oa::host {

/// Too many runs wait: nothing of the run is kept, and whoever asks may try again later.
class QueueFull : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A run that a host left open, as its records have it.
struct OpenRun {
    std::string id;
    std::uint64_t records = 0;  ///< that there are
    bool had_started = false;
    std::string parent_run_id = {};  ///< the run whose task it is; empty: nobody's
};

/// All runs of a host that are nobody's task, from their acceptance to their end: which start when,
/// what becomes of those that a host before left open, and who may tell them what. Thread safe.
///
/// Callbacks of the requests come from any thread, and without a lock.
class Engine {
public:
    /// Reads the workflow that a run was created with, by RunCreated::documents. Throws
    /// std::runtime_error, whose text tells people what to do.
    using Loader =
        std::function<std::shared_ptr<const core::Workflow>(const std::string& documents)>;
    /// Fills in what is not on record of a run that is recovered: who hears of it.
    using Furnish = std::function<void(RunRequest& request)>;

    struct Settings {
        core::QueueSettings queue = {};
        Loader load = {};  ///< may be null where nothing is recovered or retried
    };

    /// `services.sink` hears of runs whose request has none.
    Engine(RunServices services, Settings settings);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    /// Stops at once, if stop() has not been called.
    ~Engine();

    /// Takes a run. It has been accepted when request.on_accepted says so, and starts in its turn.
    /// Its `key` is evaluated here. Throws QueueFull; core::TemplateError when the key cannot be
    /// evaluated.
    void submit(RunRequest request);
    /// The request that does a run that has ended again, with the workflow as it was: all that did
    /// not succeed there and what follows from that; with `from`, that task and what follows, too;
    /// or everything. Throws std::runtime_error: there is no such run or task, it has not ended, or
    /// its documents cannot be read.
    struct Again {
        std::string from = {};
        bool all = false;
    };
    [[nodiscard]] RunRequest retry(const std::string& run_id,
                                   std::string new_id,
                                   const Again& again) const;
    /// Takes up what a host before left open, in the order in which it was made, so that a run
    /// comes before those within it. Once, and before submit(). A run that cannot go on, or has
    /// killed hosts, ends as failed with the reason, and so do those within it, which nobody else
    /// would end.
    void recover(const std::vector<OpenRun>& runs, bool last_host_died, const Furnish& furnish);

    /// As RunLoop::cancel; a run that waits for its turn never starts. False: there is no such run.
    bool cancel(const std::string& run_id, const std::string& reason);
    /// Null: it has not started, or has ended.
    [[nodiscard]] std::shared_ptr<RunLoop> find(const std::string& run_id) const;
    [[nodiscard]] std::size_t running() const;
    [[nodiscard]] std::size_t waiting() const;

    /// Waits until all runs have ended.
    void wait_until_idle();
    /// Starts nothing any more, lets attempts that run end for so long, and lets go of the runs,
    /// which stay open on record.
    void stop(std::chrono::milliseconds grace);

private:
    struct Entry {
        RunRequest request;  // until it starts
        std::shared_ptr<RunLoop> loop = {};
        bool is_on_record = false;
        bool may_start = false;                          // the queue has said so
        bool is_held_up = false;                         // the journal takes nothing for now
        std::vector<std::string> cancels = {};           // before it started
        std::vector<core::JournalRecord> records = {};   // of a run that is recovered
        std::uint32_t deaths = 0;                        // the same
        std::shared_ptr<core::JournalBatch> batch = {};  // that the journal has, before it starts
    };
    using Action = std::function<void()>;
    using Actions = std::vector<Action>;
    using Lock = std::unique_lock<std::mutex>;
    using Documents = std::map<std::string, std::shared_ptr<const core::Workflow>>;

    class ActionJob;

    [[nodiscard]] std::string key_of(const RunRequest& request) const;
    [[nodiscard]] static core::RunTicket ticket_of(const RunRequest& request, bool suspect);
    [[nodiscard]] static RunRequest request_from(const core::RunCreated& created,
                                                 std::shared_ptr<const core::Workflow> workflow);
    [[nodiscard]] std::shared_ptr<const Reuse> reuse_for(const RunRequest& request) const;

    // With the lock held; what is to be done without it goes to `actions`.
    void carry_out(const core::RunQueue::Decisions& decisions, Actions& actions);
    void start_if_ready(const std::string& id, Entry& entry, Actions& actions);
    void put_on_record(const std::string& id, Entry& entry, Actions& actions);
    void close(const std::string& id,
               std::uint64_t records,
               core::Failure failure,
               Actions& actions);
    [[nodiscard]] Entry restore(const OpenRun& run, bool last_host_died, Documents& documents);
    void take_up(const std::string& id, Entry& entry, Actions& actions);
    [[nodiscard]] std::shared_ptr<RunLoop> make_loop(const std::string& id, Entry& entry);

    // Without it.
    void on_record(const std::string& id, const core::JournalFailure* failure);
    void taken_up(const std::string& id, const core::JournalFailure* failure);
    void put_end_on_record(const std::string& id,
                           const std::shared_ptr<const core::JournalBatch>& batch);
    void try_again_later(Action action);
    void ended(const std::string& id);
    void settled(const std::string& id);
    void run_later(Actions actions);
    void work_is_done();

    RunServices services_;
    Settings settings_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    core::RunQueue queue_;
    std::unordered_map<std::string, Entry> entries_;
    std::size_t busy_ = 0;  // callbacks and actions that are under way
    bool is_stopping_ = false;
};

}  // namespace oa::host
