#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/service/live_events.hpp"
#include "host/service/run_service.hpp"

namespace oa::host {

/// The events of one run, from a record on: first what the store has, then what happens, without a
/// gap between the two.
class RunFeed {
public:
    /// Starts to listen, and tells what there is by this thread. `listener` as in LiveEvents, but
    /// `sequence` is 0 for what comes from the store; null: begin anew. Throws what
    /// RunService::report throws.
    RunFeed(LiveEvents& live,
            const RunService& runs,
            const std::string& run,
            std::uint64_t after,
            LiveEvents::Listener listener);
    /// Not from within the listener.
    ~RunFeed() = default;
    RunFeed(const RunFeed&) = delete;
    RunFeed& operator=(const RunFeed&) = delete;

private:
    void hear(const LiveEvent* event);

    std::mutex mutex_;
    LiveEvents::Listener listener_;
    bool is_caught_up_ = false;
    bool has_gap_ = false;
    std::uint64_t number_;            // of the last record that was told
    std::vector<LiveEvent> waiting_;  // until it is caught up
    std::unique_ptr<LiveEvents::Subscription> subscription_;
};

/// Events of a run with their record's number after `after`, of the first `records_max` such
/// records; `next` is the number to go on after, nothing where there are no more.
struct RunEventPage {
    std::vector<LiveEvent> events;
    std::optional<std::uint64_t> next;
    bool has_ended = false;
};
[[nodiscard]] RunEventPage events_of(const RunService& runs,
                                     const std::string& run,
                                     std::uint64_t after,
                                     std::size_t records_max);

}  // namespace oa::host
