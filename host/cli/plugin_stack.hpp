#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/diagnostic.hpp"
#include "core/port/clock.hpp"
#include "core/port/task_invoker.hpp"
#include "host/config/config.hpp"
#include "host/isolation/isolation_settings.hpp"
#include "host/isolation/quarantine.hpp"
#include "host/plugin/call_context.hpp"
#include "host/plugin/plugin_host.hpp"

namespace oa::host {

/// Everything that finds, judges, loads and calls plug-ins, wired together. Worker processes are
/// started by the first call that needs one. Thread safe once it stands.
class PluginStack {
public:
    /// `clock` outlives it. A trust policy that cannot be used gives its errors instead.
    [[nodiscard]] static std::variant<std::unique_ptr<PluginStack>, core::Diagnostics> make(
        const PluginSearch& search,
        const Config& config,
        const HostServices& services,
        const core::Clock& clock);
    ~PluginStack();
    PluginStack(const PluginStack&) = delete;
    PluginStack& operator=(const PluginStack&) = delete;

    [[nodiscard]] PluginHost& plugins();
    /// Runs each function where the settings, its module and the task want it.
    [[nodiscard]] core::TaskInvoker& invoker();
    /// Runs every function in a worker process.
    [[nodiscard]] core::TaskInvoker& worker_invoker();
    [[nodiscard]] isolation::Quarantine& quarantine();
    /// What holds around a worker process that runs a file: JSON. Throws PluginRefused.
    [[nodiscard]] std::string sandbox_report(const std::filesystem::path& load_from);

private:
    struct Parts;
    explicit PluginStack(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

/// The numbers of the configuration as the isolation room has them.
[[nodiscard]] isolation::IsolationSettings isolation_settings(const Config& config);

}  // namespace oa::host
