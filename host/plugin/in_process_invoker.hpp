#pragma once

#include <memory>

#include "core/port/task_invoker.hpp"
#include "host/plugin/call_context.hpp"

namespace oa::host {

/// Calls functions of a PluginRegistry on the caller's thread, in this process, also those that ask
/// for a process of their own: who may run here is decided before. The invocation's function must
/// come from such a registry. Thread safe; outlives its calls.
class InProcessInvoker final : public core::TaskInvoker {
public:
    explicit InProcessInvoker(CallLimits limits = {}) : limits_(limits) {}
    InProcessInvoker(const InProcessInvoker&) = delete;
    InProcessInvoker& operator=(const InProcessInvoker&) = delete;

    [[nodiscard]] std::shared_ptr<core::CallControl> prepare(
        std::shared_ptr<const core::Invocation> invocation, core::CallObserver& observer) override;
    /// A call with blobs of its own, as its parameters name them, instead of its run's.
    [[nodiscard]] std::shared_ptr<core::CallControl> prepare(
        std::shared_ptr<const core::Invocation> invocation,
        core::CallObserver& observer,
        std::shared_ptr<CallBlobs> blobs);

    /// Once for each prepared call. Waits first where the function must not run concurrently; a
    /// call that is cancelled, or out of time, before its turn fails without running.
    [[nodiscard]] core::Outcome invoke(core::CallControl& call) override;

private:
    const CallLimits limits_;
};

}  // namespace oa::host
