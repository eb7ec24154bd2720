#pragma once

#include "host/api/route.hpp"
#include "host/engine/timers.hpp"
#include "host/service/run_service.hpp"

namespace oa::host {

/// The routes of runs, but for those that stay open. All is borrowed.
struct RunRoutes {
    WorkflowLibrary& library;
    RunService& runs;
    Timers& timers;
    const core::Clock& clock;

    void add_to(Routes& routes) const;
};

}  // namespace oa::host
