#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

namespace oa::host {

/// How many calls of one function may run at a time. `active` belongs to the gate of its module.
struct FunctionLimit {
    bool exclusive = false;        ///< never together with another exclusive one of its module
    std::uint32_t active_max = 0;  ///< 0: no limit
    std::uint32_t active = 0;

    [[nodiscard]] bool unlimited() const { return !exclusive && active_max == 0; }
};

enum class GateResult { Entered, Cancelled, DeadlinePassed };

/// Makes calls wait where functions of a module may not run at the same time.
class ModuleGate {
public:
    using Clock = std::chrono::steady_clock;

    /// Waits for a place. `cancelled` is asked again after each wake(). After Entered, leave()
    /// must follow.
    [[nodiscard]] GateResult enter(FunctionLimit& limit,
                                   std::optional<Clock::time_point> deadline,
                                   const std::function<bool()>& cancelled);
    void leave(FunctionLimit& limit);
    /// Lets every waiting call ask whether it was cancelled.
    void wake();

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool exclusive_active_ = false;
};

}  // namespace oa::host
