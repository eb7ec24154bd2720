#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

namespace oa::host {

/// Calls functions when their time has come. Thread safe.
class Timers {
public:
    using Time = std::chrono::steady_clock::time_point;
    /// When, and a number that makes it unique.
    using Token = std::pair<Time, std::uint64_t>;

    virtual ~Timers() = default;

    /// `fire` must be quick and must not throw; it may call set and drop.
    virtual Token set(Time when, std::function<void()> fire) = 0;
    /// No effect when the timer has fired, or is just firing.
    virtual void drop(const Token& token) = 0;

protected:
    Timers() = default;
    Timers(const Timers&) = default;
    Timers& operator=(const Timers&) = default;
};

}  // namespace oa::host
