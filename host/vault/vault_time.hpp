#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "host/vault/deadline_guard.hpp"

namespace oa::host::vault {

/// What tests play: when kept answers and tokens end, and waiting between attempts. Limits of
/// requests over the network are those of the real clock. Both are called from any thread.
struct VaultTime {
    std::function<TimePoint()> now = [] { return std::chrono::steady_clock::now(); };
    std::function<void(std::chrono::milliseconds)> pause = [](std::chrono::milliseconds time) {
        std::this_thread::sleep_for(time);
    };
};

}  // namespace oa::host::vault
