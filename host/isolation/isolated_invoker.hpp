#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/port/task_invoker.hpp"
#include "host/isolation/isolation_settings.hpp"
#include "host/isolation/quarantine.hpp"
#include "host/isolation/worker_pool.hpp"
#include "host/isolation/worker_process.hpp"
#include "host/plugin/call_context.hpp"
#include "host/plugin/host_table.hpp"

namespace oa::host::isolation {

/// Calls functions of a PluginRegistry in worker processes. Thread safe; outlives its calls.
class IsolatedInvoker final : public core::TaskInvoker {
public:
    /// `launcher` and `quarantine` are borrowed and outlive this object. `log` takes what modules
    /// say outside of calls; may be null.
    IsolatedInvoker(IsolationSettings settings,
                    WorkerLauncher& launcher,
                    Quarantine& quarantine,
                    std::shared_ptr<PluginLog> log,
                    CallLimits limits = {});
    /// Ends all workers and waits for them, for as long as the settings give them to stop.
    ~IsolatedInvoker() override;
    IsolatedInvoker(const IsolatedInvoker&) = delete;
    IsolatedInvoker& operator=(const IsolatedInvoker&) = delete;

    [[nodiscard]] std::shared_ptr<core::CallControl> prepare(
        std::shared_ptr<const core::Invocation> invocation, core::CallObserver& observer) override;
    /// Once for each prepared call. A call that was abandoned returns soon.
    [[nodiscard]] core::Outcome invoke(core::CallControl& call) override;

    /// The module gets no more calls: its workers end when they have nothing to do.
    void retire(const LoadedModule& module);
    [[nodiscard]] WorkerPool::Numbers numbers(const LoadedModule& module) const;

private:
    struct ModulePool {
        std::shared_ptr<WorkerPool> pool;
        PluginContent content;
    };
    [[nodiscard]] const ModulePool& pool_of(LoadedModule& module);
    void retire_old_pools();
    [[nodiscard]] std::shared_ptr<const WorkerSpec> make_spec(LoadedModule& module,
                                                              const PluginContent& content) const;

    const IsolationSettings settings_;
    WorkerLauncher& launcher_;
    Quarantine& quarantine_;
    const std::shared_ptr<PluginLog> log_;
    const CallLimits limits_;

    mutable std::mutex mutex_;
    std::unordered_map<const LoadedModule*, ModulePool> pools_;
};

}  // namespace oa::host::isolation
