#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/engine/system_clock.hpp"
#include "host/isolation/isolated_invoker.hpp"
#include "host/isolation/plugin_invoker.hpp"
#include "host/isolation/quarantine.hpp"
#include "host/isolation/worker_supervisor.hpp"
#include "host/plugin/in_process_invoker.hpp"
#include "host/plugin/plugin_registry.hpp"
#include "tests/isolation/faults.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// The library of a fixture in tests/fixtures/hostile.
[[nodiscard]] std::filesystem::path hostile_library(std::string_view name);

/// The modules of the tests: `hostile`, `hostile_allowed`, and two that are well, `isolated` and
/// `calls`. Loaded once and kept to the end of the process.
[[nodiscard]] host::PluginRegistry& modules();

/// Settings for tests: little patience, small limits, and as good as no quarantine.
[[nodiscard]] host::isolation::IsolationSettings test_settings();

[[nodiscard]] host::isolation::IsolationSettings settings_for(const Fault& fault);
/// How long the engine would let it run.
[[nodiscard]] std::chrono::milliseconds time_for(const Fault& fault);

/// Everything of the host that runs plug-ins, put together as the program does it.
class House {
public:
    /// The workers' folders are made in `folder`.
    House(host::isolation::IsolationSettings settings, const TemporaryFolder& folder);

    struct Call {
        core::Outcome outcome;
        std::chrono::milliseconds duration{0};  ///< from the end of the patience, if that came
        std::optional<std::chrono::microseconds> detection;  ///< from the death of the function
    };
    /// Calls as the engine does: asks to stop when the time is over, and gives up after a grace.
    [[nodiscard]] Call call(const host::PluginRegistry& registry,
                            std::string_view module,
                            std::string_view function,
                            std::string params = "{}",
                            std::chrono::milliseconds time = std::chrono::seconds(30));
    /// Whether a function that is well gives what it should.
    [[nodiscard]] bool is_well(std::string_view module, std::string_view function);

    [[nodiscard]] pid_t zygote() const { return supervisor.zygote_pid(); }

    host::isolation::IsolationSettings settings;
    host::SystemClock clock;
    host::isolation::Quarantine quarantine;
    host::isolation::WorkerSupervisor supervisor;
    host::InProcessInvoker in_process;
    host::isolation::IsolatedInvoker isolated;
    host::isolation::PluginInvoker invoker;
};

}  // namespace oa::test
