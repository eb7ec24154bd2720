#pragma once

#include <functional>
#include <string>

#include "host/api/route.hpp"
#include "host/engine/engine.hpp"
#include "host/engine/timers.hpp"
#include "host/service/controls.hpp"
#include "host/service/live_events.hpp"
#include "host/service/run_service.hpp"
#include "host/service/workflow_library.hpp"

namespace oa::host {

class OpenAnswers;
struct Caller;

namespace legacy {

/// The paths of the older servers over the same workflows and runs: docs/compatibility.md says what
/// each of them does here. All is borrowed.
struct LegacyRoutes {
    WorkflowLibrary& library;
    RunService& runs;
    const Engine& engine;
    WalletControl& wallet;
    LiveEvents& live;
    OpenAnswers& open;
    Timers& timers;
    const core::Clock& clock;
    /// Whether whoever was let in may still be: what he came by has not ended.
    std::function<bool(const Caller& caller)> is_valid;
    std::uint32_t max_runs = 0;  ///< at one time
    std::string version;

    /// "/" is left to another route that is there already.
    void add_to(Routes& routes) const;

private:
    // Those of the server that ran workflows by the names of their files.
    void add_files(Routes& routes) const;
    void add_execute(Routes& routes) const;
    // Those of the server behind the web page.
    void add_page(Routes& routes) const;
    void add_page_changes(Routes& routes) const;
    void add_wallet(Routes& routes) const;
};

}  // namespace legacy

}  // namespace oa::host
