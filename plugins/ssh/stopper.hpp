#pragma once

#include <chrono>
#include <optional>

#include "oa/call.hpp"
#include "plugins/common/wake_up.hpp"

namespace oa::ssh {

using TimePoint = std::chrono::steady_clock::time_point;

/// Says when a call has to stop: it was cancelled, or the time of its parameter `timeout` is over.
/// Everything that waits does so here, and so ends at once.
class Stopper {
public:
    Stopper(Call& call, std::optional<std::chrono::milliseconds> limit);
    Stopper(const Stopper&) = delete;
    Stopper& operator=(const Stopper&) = delete;
    ~Stopper() = default;

    /// Throws Cancelled, or the Error of a time-out.
    void check() const;
    /// Waits until a descriptor is ready for `events` (of poll()) or `until` has come; tells which
    /// events came. Throws as check() does.
    short wait(int fd, short events, std::optional<TimePoint> until) const;

private:
    struct Signal {
        const common::WakeUp* wake_up;
        void operator()() const noexcept { wake_up->signal(); }
    };

    Call& call_;
    std::optional<std::chrono::milliseconds> limit_;
    std::optional<TimePoint> deadline_;
    common::WakeUp wake_up_;
    CancelCallback<Signal> guard_;  // last: it uses wake_up_
};

}  // namespace oa::ssh
