#pragma once

#include "core/port/clock.hpp"

namespace oa::host {

/// The machine's clocks.
class SystemClock final : public core::Clock {
public:
    [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
        return std::chrono::steady_clock::now();
    }
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
        return std::chrono::system_clock::now();
    }
};

}  // namespace oa::host
