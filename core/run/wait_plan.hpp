#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/duration.hpp"
#include "core/wall_time.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::core {

/// What a task waits for, as it is when the wait begins.
struct WaitPlan {
    Wait::Kind kind = Wait::Kind::Sleep;
    /// From then on, 0 for what is past; nothing: until somebody answers.
    std::optional<Milliseconds> delay;
    std::optional<WallTime> until;  ///< the same as a time
    std::string message;            ///< of an approval
    std::vector<std::string> by;    ///< of an approval: who may answer; empty: anybody
};

}  // namespace oa::core
