#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <variant>

#include "core/port/task_invoker.hpp"
#include "host/isolation/isolated_invoker.hpp"
#include "host/isolation/isolation_settings.hpp"
#include "host/isolation/quarantine.hpp"
#include "host/plugin/in_process_invoker.hpp"

namespace oa::host::isolation {

/// Where a call runs, and why.
struct Placement {
    core::Isolation where = core::Isolation::InProcess;
    bool forced = false;  ///< nobody may choose otherwise
    std::string reason;   ///< half a sentence about the function
};

/// By what the plug-in and the trust policy say, the settings and where the plug-in came from; a
/// task may choose otherwise unless it is forced.
[[nodiscard]] Placement placement_of(const LoadedFunction& function,
                                     const IsolationSettings& settings,
                                     const std::optional<QuarantineEntry>& quarantine);

/// Calls functions of a PluginRegistry in this process or in a worker, as each call wants it.
/// Thread safe; outlives its calls.
class PluginInvoker final : public core::TaskInvoker {
public:
    /// Everything but the settings is borrowed and outlives this object.
    PluginInvoker(IsolationSettings settings,
                  InProcessInvoker& in_process,
                  IsolatedInvoker& isolated,
                  Quarantine& quarantine);
    PluginInvoker(const PluginInvoker&) = delete;
    PluginInvoker& operator=(const PluginInvoker&) = delete;

    [[nodiscard]] std::shared_ptr<core::CallControl> prepare(
        std::shared_ptr<const core::Invocation> invocation, core::CallObserver& observer) override;
    [[nodiscard]] core::Outcome invoke(core::CallControl& call) override;

private:
    [[nodiscard]] std::variant<core::Isolation, core::Failure> choose(
        const core::Invocation& invocation);
    [[nodiscard]] std::shared_ptr<const PluginContent> content_of_module(
        const LoadedModule& module);
    void mark(const LoadedModule& module, const PluginContent& content);

    const IsolationSettings settings_;
    InProcessInvoker& in_process_;
    IsolatedInvoker& isolated_;
    Quarantine& quarantine_;

    struct Known {
        std::shared_ptr<const PluginContent> content;
        bool marked = false;
    };
    std::shared_mutex mutex_;
    std::unordered_map<const LoadedModule*, Known> modules_;
};

}  // namespace oa::host::isolation
