#pragma once

#include "host/api/route.hpp"
#include "host/service/workflow_library.hpp"
#include "host/store/run_store.hpp"

namespace oa::host {

/// The routes of workflows. All is borrowed.
struct WorkflowRoutes {
    WorkflowLibrary& library;
    RunStore& store;

    void add_to(Routes& routes) const;
};

}  // namespace oa::host
