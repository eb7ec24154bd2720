#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/port/journal.hpp"
#include "core/workflow/workflow.hpp"
#include "host/service/run_story.hpp"

namespace oa::host {

/// An event of a run on its way to clients. `text` is that of RunEventText.
struct LiveEvent {
    std::uint64_t sequence = 0;  ///< among all that are fed, from 1 without a gap
    std::string run;
    std::string workflow;
    std::uint64_t number = 0;  ///< of the run's record
    bool is_last_of_record = true;
    bool ends_run = false;
    std::shared_ptr<const std::string> text;
};

/// Which events somebody wants to hear of.
struct LiveFilter {
    std::optional<std::string> run = {};
    std::optional<std::string> workflow = {};

    [[nodiscard]] bool takes(const LiveEvent& event) const {
        return (!run || *run == event.run) && (!workflow || *workflow == event.workflow);
    }
};

/// Tells who listens what happens in all runs of this host, from what the journal has taken. Costs
/// the runs next to nothing while nobody listens. Thread safe.
class LiveEvents {
public:
    /// What events are made from. Both throw std::runtime_error; a run for which they do has no
    /// events.
    struct Sources {
        std::function<std::vector<core::JournalRecord>(const std::string& run)> records;
        /// The one that the run was created with. `first` is its first record.
        std::function<std::shared_ptr<const core::Workflow>(const std::string& run,
                                                            const core::JournalRecord& first)>
            workflow;
    };
    struct Limits {
        std::size_t kept = 10'000;  ///< events, for those who come back
        std::size_t kept_bytes = 16U << 20U;
        std::size_t waiting = 100'000;  ///< records that are not events yet
        std::chrono::seconds patience{
            300};  ///< events are kept so long after the last one has gone
    };
    /// Called by one thread at a time, in order; it waits for nothing and throws nothing. Null:
    /// some events could not be kept, and whoever needs them all begins anew.
    using Listener = std::function<void(const LiveEvent* event)>;

    LiveEvents(Sources sources, Limits limits);
    explicit LiveEvents(Sources sources) : LiveEvents(std::move(sources), Limits{}) {}
    ~LiveEvents();
    LiveEvents(const LiveEvents&) = delete;
    LiveEvents& operator=(const LiveEvents&) = delete;

    /// A listener, until it is destroyed; then it is not called any more, and is not being called.
    class Subscription {
    public:
        ~Subscription();
        Subscription(const Subscription&) = delete;
        Subscription& operator=(const Subscription&) = delete;

    private:
        friend class LiveEvents;
        Subscription(LiveEvents& events, std::uint64_t id) : events_(events), id_(id) {}
        LiveEvents& events_;
        std::uint64_t id_;
    };

    /// From now on; with `after`, from the event that follows that one: the listener is told at
    /// once, by this thread, what is kept, or null where some of it is not. Not from within a
    /// listener.
    [[nodiscard]] std::unique_ptr<Subscription> listen(LiveFilter filter,
                                                       Listener listener,
                                                       std::optional<std::uint64_t> after = {});
    /// Of the latest event; 0: there was none.
    [[nodiscard]] std::uint64_t sequence() const;
    /// Tells this process from others: what a sequence number belongs to.
    [[nodiscard]] const std::string& epoch() const noexcept { return epoch_; }

    /// By the journal: records of a run that are kept now.
    void kept(const std::string& run, const std::vector<core::JournalRecord>& records);

private:
    struct Waiting {
        std::string run;
        core::JournalRecord record;
    };
    struct Ear {
        LiveFilter filter;
        Listener listener;
    };

    void work();
    void feed(Waiting& waiting);
    [[nodiscard]] RunStory* story_of(const Waiting& waiting);
    void tell(std::vector<RunEventText>& events, bool ends_run);
    void tell_gap();
    [[nodiscard]] bool is_wanted() const;

    Sources sources_;
    Limits limits_;
    std::string epoch_;

    mutable std::mutex mutex_;  // of the queue
    std::condition_variable wake_;
    std::deque<Waiting> queue_;
    bool has_overflown_ = false;
    bool is_stopping_ = false;
    std::atomic<bool> is_wanted_{false};

    mutable std::mutex telling_;  // of all that follows; held while listeners are called
    std::map<std::uint64_t, Ear> ears_;
    std::uint64_t next_ear_ = 1;
    std::chrono::steady_clock::time_point last_left_;
    std::uint64_t sequence_ = 0;
    std::deque<LiveEvent> kept_;
    std::size_t kept_bytes_ = 0;
    std::map<std::string, std::unique_ptr<RunStory>> stories_;  // of runs that have not ended

    std::thread thread_;
};

}  // namespace oa::host
