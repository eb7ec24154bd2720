#include "host/plugin/module_gate.hpp"

namespace oa::host {

GateResult ModuleGate::enter(FunctionLimit& limit,
                             std::optional<Clock::time_point> deadline,
                             const std::function<bool()>& cancelled) {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (cancelled()) {
            return GateResult::Cancelled;
        }
        const bool full = limit.active_max != 0 && limit.active >= limit.active_max;
        if (!full && !(limit.exclusive && exclusive_active_)) {
            break;
        }
        if (!deadline) {
            changed_.wait(lock);
        } else if (changed_.wait_until(lock, *deadline) == std::cv_status::timeout) {
            return GateResult::DeadlinePassed;
        }
    }
    ++limit.active;
    exclusive_active_ = exclusive_active_ || limit.exclusive;
    return GateResult::Entered;
}

void ModuleGate::leave(FunctionLimit& limit) {
    {
        const std::lock_guard lock(mutex_);
        --limit.active;
        if (limit.exclusive) {
            exclusive_active_ = false;
        }
    }
    changed_.notify_all();
}

void ModuleGate::wake() {
    // Taking the lock makes sure that a call which has just asked is really waiting.
    { const std::lock_guard lock(mutex_); }
    changed_.notify_all();
}

}  // namespace oa::host
