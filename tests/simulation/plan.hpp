#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "core/run/run_machine.hpp"
#include "core/run/run_queue.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::test {

/// One run that somebody asks for.
struct PlannedRun {
    std::string id;
    const core::Workflow* workflow = nullptr;
    boost::json::object inputs;
    core::Milliseconds start_at{0};
    std::vector<core::Milliseconds> cancels_at;
    struct Pause {
        core::Milliseconds from{0};
        core::Milliseconds to{0};
    };
    std::vector<Pause> pauses;
    bool again = false;  ///< where it does not succeed, it is done again with what it has done
    std::optional<core::TaskIndex> again_from;
};

/// How functions behave.
struct Behaviour {
    std::uint32_t fails_percent = 0;
    std::uint32_t fails_again_percent =
        0;  ///< in a run that is done again; at most a quarter of that
    std::uint32_t takes_max_ms = 1;
    std::uint32_t waits_max_ms = 0;  ///< for a thread
    std::uint32_t ignores_cancel_percent = 0;
    std::uint32_t logs_percent = 0;
    std::uint32_t rejects_percent = 0;  ///< of the approvals, for the people who are asked
};

/// What becomes of the host and its store.
struct Faults {
    std::uint32_t crashes = 0;        ///< of the host, at most
    std::uint32_t stops = 0;          ///< of the host, in good order
    std::uint32_t later_percent = 0;  ///< of the appends that are answered later
    std::uint32_t answer_max_ms = 1;  ///< and how much later
    std::uint32_t full_disks = 0;     ///< times in which the store takes nothing
    std::uint32_t broken_stores = 0;  ///< failures for good, at most
};

/// All that a seed decides: what runs, how functions behave, what fails.
struct Plan {
    std::uint64_t seed = 0;
    /// What comes of the runs may depend on when things happen: there are cancellations, time-outs,
    /// tasks that read what others have just done. Otherwise faults may not change it.
    bool timed = false;
    std::deque<core::Workflow> workflows;
    std::vector<PlannedRun> runs;
    core::RunSettings settings;
    core::QueueSettings queue;
    Behaviour behaviour;
    Faults faults;
};

[[nodiscard]] Plan make_plan(std::uint64_t seed);

/// The workflows and runs in words, for whoever looks into a seed.
[[nodiscard]] std::string describe(const Plan& plan);

}  // namespace oa::test
