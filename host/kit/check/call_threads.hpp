#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>

#include "host/kit/check/trial.hpp"

namespace oa::host {

/// Runs something on a thread with this stack, and waits for it.
void run_on_stack(std::size_t bytes, const std::function<void()>& work);

/// Cancels a call after some time, unless it has ended before.
class CancelLater {
public:
    CancelLater(TrialCall& call, std::chrono::milliseconds after);
    /// Waits for a cancellation that is going on.
    ~CancelLater();
    CancelLater(const CancelLater&) = delete;
    CancelLater& operator=(const CancelLater&) = delete;

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool over_ = false;
    std::thread thread_;
};

}  // namespace oa::host
