#pragma once

#include <chrono>

namespace oa::core {

/// Time, as the engine sees it. Thread safe.
class Clock {
public:
    virtual ~Clock() = default;
    /// For measuring and waiting; never goes back.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point now() const = 0;
    /// For people and records; UTC.
    [[nodiscard]] virtual std::chrono::system_clock::time_point wall() const = 0;

protected:
    Clock() = default;
    Clock(const Clock&) = default;
    Clock& operator=(const Clock&) = default;
};

}  // namespace oa::core
