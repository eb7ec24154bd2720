#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "core/port/clock.hpp"
#include "host/api/api_call.hpp"
#include "host/engine/timers.hpp"
#include "host/service/run_service.hpp"

namespace oa::host {

/// Answers a call once, with `answer`: when a run has ended, or when `patience` is up; without one
/// it waits for the end. Holds no thread meanwhile. The services are borrowed for as long as it
/// waits. `answer` is told how the run is, from any thread; what it throws is answered 503, since
/// the run has been accepted.
struct WaitingCall {
    using Answer = std::function<void(const RunSummary& run)>;

    std::shared_ptr<ApiCall> call;
    RunService& runs;
    Timers& timers;
    const core::Clock& clock;
    Answer answer;

    void wait_for(const std::string& run, std::optional<std::chrono::milliseconds> patience) const;
};

/// The run has been accepted, and what there is to say of it cannot be read.
[[nodiscard]] ApiProblem unreadable_run(const std::string& run, const std::exception& error);

}  // namespace oa::host
