#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "core/run/status.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// What RunQueue needs to know of a run. Runs that are tasks of other runs have none: they belong
/// to a run that has started, and would wait for it for ever.
struct RunTicket {
    std::string id;
    std::string workflow;  ///< whose runs share limits and turns
    std::string key = {};  ///< of `concurrency`, evaluated; empty: none
    /// Of runs with the same workflow and key, at least 1. That of the one that was accepted last
    /// counts for them all, so that a changed document does at once.
    std::optional<std::uint32_t> max_runs = {};
    Overlap overlap = Overlap::Queue;  ///< matters with `max_runs` alone
    std::int32_t priority = 0;         ///< higher ones start first
    bool suspect = false;  ///< the host died while it ran, perhaps of it: no two of them at a time
};

/// A run that a host which died has left behind.
struct RecoveredRun {
    RunTicket ticket;
    bool had_started = false;
};

struct QueueSettings {
    std::size_t max_runs = 100;         ///< that run at one time, at least 1
    std::size_t max_waiting = 100'000;  ///< one more is refused
    /// So many starts in a row pass over the run that waits longest; the next one is its own.
    std::uint32_t passes_max = 15;
};

/// The run starts now, or goes on where the last host left it.
struct StartRun {
    std::string id;
};
/// The run is not admitted and never starts. Code `skipped`: `overlap: skip` has it so; the run is
/// kept as `cancelled` with this reason, so that whoever looks for it finds why there is nothing.
/// Code `queue_full`: too many wait; nothing is kept, and whoever asks may try again.
struct RefuseRun {
    std::string id;
    Failure failure;
};
/// The run is to be cancelled. One that runs holds its place until RunQueue::ended; one that waits
/// has left the queue.
struct CancelRun {
    std::string id;
    std::string reason;
};
using QueueDecision = std::variant<StartRun, RefuseRun, CancelRun>;

/// Why a run waits. The first that applies.
enum class WaitReason {
    Held,          ///< nothing starts
    WorkflowBusy,  ///< as many runs of its workflow and key run as may
    SuspectRuns,   ///< it is a suspect, and another one runs
    HostBusy,      ///< as many runs as may run, and it is not its turn
};

/// Which accepted runs may start when: events in, decisions out. No I/O, no clock, no thread, so
/// the same events always give the same decisions.
///
/// Who may start: a run for which there is room on the host, among the runs with its workflow and
/// key, and, for a suspect, among the suspects (one at a time, so that the next death of the host
/// can be attributed).
///
/// Who of those starts next:
/// 1. Suspects: they ran before anything that waits.
/// 2. The one that was accepted first, whatever its priority, if `passes_max` starts in a row have
///    passed over such a one. So nothing starves: with k older runs in the queue, a run that may
///    start does so within (k + 1) * (passes_max + 1) starts, suspects aside.
/// 3. Runs that had started before the host died, then others, by priority; within that the
///    workflows take turns, and each starts the oldest of its runs that may. While a workflow has a
///    run that may start, no other one starts two of that priority, rule 2 aside.
///
/// So runs of one workflow, key and priority start in the order in which they were accepted; a
/// suspect that has to wait for another one holds up nobody.
///
/// What is one too many: with `overlap: queue` it waits. With `skip` it is refused, if those with
/// its workflow and key that run and wait are `max_runs` already. With `cancel_running` the oldest
/// of these, the new run among them, are cancelled until `max_runs` are left: those that wait leave
/// at once, and the new one starts when those that run have ended.
///
/// Each event takes O(log n) for each decision. Not thread safe.
class RunQueue {
public:
    using Decisions = std::vector<QueueDecision>;

    explicit RunQueue(const QueueSettings& settings) : settings_(settings) {}
    RunQueue(const RunQueue&) = delete;
    RunQueue& operator=(const RunQueue&) = delete;

    // Events. Decisions are appended.

    /// A run has been accepted, with an id that is not in the queue.
    void enqueue(RunTicket ticket, Decisions& decisions);
    /// What the host before left behind, in the order in which it was accepted. None is refused; of
    /// those that are one too many by `cancel_running`, one that had started starts first and is
    /// cancelled then, so that it can do what it has to do finally.
    void restore(std::vector<RecoveredRun> runs, Decisions& decisions);
    /// A run has ended that was started. Ignored for others.
    void ended(const std::string& id, Decisions& decisions);
    /// A suspect that runs has come further without harm: it is no suspect any more. Ignored for
    /// others.
    void trusted(const std::string& id, Decisions& decisions);
    /// A run that waits was cancelled by somebody else, and leaves. Ignored for others.
    void cancelled(const std::string& id);
    /// Starts nothing from now on.
    void hold() noexcept { held_ = true; }
    void release(Decisions& decisions);

    // How it stands.

    [[nodiscard]] bool is_held() const noexcept { return held_; }
    [[nodiscard]] std::size_t running() const noexcept { return running_; }
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_; }
    /// By name of the workflow, those with none left out.
    [[nodiscard]] std::map<std::string, std::size_t> waiting_by_workflow() const;
    /// From 1 among those that wait, by rules 1 and 3 without turns: what can be said before it is
    /// known who ends when. Nothing when it does not wait. Takes O(n).
    [[nodiscard]] std::optional<std::size_t> position(const std::string& id) const;
    /// Nothing when it does not wait.
    [[nodiscard]] std::optional<WaitReason> wait_reason(const std::string& id) const;

private:
    struct Lane;

    struct Run {
        RunTicket ticket;
        std::uint64_t order = 0;  // of acceptance
        std::int64_t rank = 0;    // priority; of those that had started, above all others
        Lane* lane = nullptr;
        bool had_started = false;
        bool running = false;
        // Another one takes its place; while it waits, it is cancelled once it has started.
        std::string cancel_reason = {};
    };

    struct ByOrder {
        bool operator()(const Run* left, const Run* right) const {
            return left->order < right->order;
        }
    };
    struct ByRank {
        bool operator()(const Run* left, const Run* right) const {
            return left->rank != right->rank ? left->rank > right->rank
                                             : left->order < right->order;
        }
    };

    /// What a workflow has at one rank: the unit that takes turns.
    struct Share {
        std::int64_t rank = 0;
        std::uint64_t turn = 0;  // the lowest of a rank is next
        std::size_t waiting = 0;
        std::set<Run*, ByOrder> heads = {};  // of its lanes, those that have room
    };
    struct ByTurn {
        bool operator()(const Share* left, const Share* right) const {
            return left->turn < right->turn;
        }
    };

    struct Group;

    /// The runs of a workflow with one key: what `max_runs` counts.
    struct Lane {
        Group* group = nullptr;
        const std::string* key = nullptr;
        std::optional<std::uint32_t> max_runs = {};
        std::size_t running = 0;

        [[nodiscard]] bool has_room() const { return !max_runs || running < *max_runs; }

        std::set<Run*, ByRank> waiting = {};   // but suspects
        std::set<Run*, ByOrder> by_age = {};   // the same
        std::set<Run*, ByRank> suspects = {};  // that wait
        std::set<Run*, ByOrder> staying = {};  // waiting or running, and nobody takes their place
        // What stands for it in the lists of those that may start.
        Run* listed_head = nullptr;
        Run* listed_oldest = nullptr;
        Run* listed_suspect = nullptr;
    };

    /// A workflow with runs in the queue.
    struct Group {
        const std::string* name = nullptr;
        std::size_t waiting = 0;
        std::map<std::string, Lane> lanes = {};
        std::map<std::int64_t, Share> shares = {};  // those with runs that wait
    };

    [[nodiscard]] std::optional<Failure> refusal_of(const Run& run,
                                                    const std::vector<Run*>& older) const;
    Run& admit(RunTicket ticket, bool had_started);
    void leave(Run& run);
    void fill(Decisions& decisions);
    [[nodiscard]] Run* next() const;
    void start(Run& run, Decisions& decisions);
    [[nodiscard]] std::vector<Run*> superseded_by(const Run& run) const;
    void supersede(Run& older, const Run& newer, Decisions& decisions);

    void add_waiting(Run& run);
    void remove_waiting(Run& run);
    void give_turn(Share& share);
    void list(Lane& lane);
    void unlist(Lane& lane);
    void drop_if_empty(Lane& lane);
    [[nodiscard]] bool could_start(const Run& run) const;

    QueueSettings settings_;
    bool held_ = false;
    std::size_t running_ = 0;
    std::size_t suspects_running_ = 0;
    std::size_t waiting_ = 0;
    std::uint64_t accepted_ = 0;  // orders given
    std::uint64_t turns_ = 0;     // given
    std::uint32_t passes_ = 0;    // starts in a row that passed over the oldest
    std::unordered_map<std::string, Run> runs_;
    std::unordered_map<std::string, Group> groups_;
    // Those that may start, as far as their lanes are concerned.
    std::map<std::int64_t, std::set<Share*, ByTurn>, std::greater<>> turns_by_rank_;
    std::set<Run*, ByOrder> oldest_;
    std::set<Run*, ByRank> suspects_;
};

}  // namespace oa::core
