#include "host/cli/plugin_stack.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "host/isolation/isolated_invoker.hpp"
#include "host/isolation/plugin_invoker.hpp"
#include "host/isolation/worker_describer.hpp"
#include "host/isolation/worker_supervisor.hpp"
#include "host/plugin/in_process_invoker.hpp"
#include "host/trust/plugin_policy.hpp"
#include "host/trust/trust_gate.hpp"

namespace oa::host {

namespace fs = std::filesystem;

namespace {

/// Beside this program, in a build tree and in an installed one.
fs::path find_worker_program() {
    std::error_code error;
    const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
    const fs::path beside = folder / "oa-worker";
    const fs::path installed = (folder / ".." / "libexec" / "oa" / "oa-worker").lexically_normal();
    return fs::exists(beside, error) ? beside : installed;
}

core::Isolation to_core(IsolationMode mode) {
    return mode == IsolationMode::Process ? core::Isolation::Process : core::Isolation::InProcess;
}

bool allows(const IsolationLimits& limits, std::string_view word) {
    return std::find(limits.allow.begin(), limits.allow.end(), word) != limits.allow.end();
}

/// What is set replaces what `limits` has.
void apply(const IsolationLimits& from, isolation::WorkerLimits& limits) {
    constexpr unsigned mib = 20;
    if (from.memory_mib) {
        limits.memory_bytes = std::uint64_t{*from.memory_mib} << mib;
    }
    if (from.file_mib) {
        limits.file_bytes = std::uint64_t{*from.file_mib} << mib;
    }
    limits.cpu_seconds = from.cpu_seconds.value_or(limits.cpu_seconds);
    limits.open_files = from.open_files.value_or(limits.open_files);
    limits.processes = from.processes.value_or(limits.processes);
}

isolation::ModuleIsolation to_isolation(const ModuleIsolation& from,
                                        isolation::WorkerLimits limits) {
    isolation::ModuleIsolation out;
    if (from.mode) {
        out.mode = to_core(*from.mode);
    }
    apply(from.limits, limits);
    out.limits = limits;
    out.network = allows(from.limits, "network");
    out.filesystem = allows(from.limits, "filesystem");
    out.processes = allows(from.limits, "processes");
    out.threads = from.limits.threads;
    out.workers_max = from.limits.workers;
    return out;
}

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

TrustGate::Places places_of(const PluginSearch& search, const Config& config) {
    TrustGate::Places places;
    places.state = config.state_folder;
    for (const PluginPlace& place : search.places) {
        if (place.bundled) {
            places.bundled.push_back(place.path);
        }
    }
    return places;
}

CallLimits call_limits(const Config& config) {
    return {.output_bytes_max = std::size_t{config.max_output_kib} << 10U};
}

}  // namespace

isolation::IsolationSettings isolation_settings(const Config& config) {
    const IsolationConfig& from = config.isolation;
    isolation::IsolationSettings out;
    out.third_party = to_core(from.third_party);
    out.bundled = to_core(from.bundled);
    apply(from.limits, out.limits);
    out.pool.workers_max = from.limits.workers.value_or(out.pool.workers_max);
    out.pool.threads = from.limits.threads.value_or(out.pool.threads);
    for (const auto& [name, module] : from.modules) {
        out.modules[name] = to_isolation(module, out.limits);
    }
    out.worker_program = find_worker_program();
    out.state_folder = config.state_folder;
    out.enforce = from.sandbox;
    return out;
}

struct PluginStack::Parts {
    Parts(const PluginSearch& search,
          const Config& config,
          const HostServices& services,
          const core::Clock& clock,
          PluginPolicy policy)
        : settings(isolation_settings(config)),
          quarantine(settings.state_folder, clock, settings.quarantine),
          supervisor({.worker_program = settings.worker_program,
                      .temporary_folder = settings.temporary_folder,
                      .term_grace = settings.term_grace,
                      .log = services.log}),
          describer(settings, supervisor),
          gate(std::move(policy), places_of(search, config)),
          plugins(search, services, {.admission = &gate, .describer = &describer}),
          in_process(call_limits(config)),
          isolated(settings, supervisor, quarantine, services.log, call_limits(config)),
          invoker(settings, in_process, isolated, quarantine) {}

    isolation::IsolationSettings settings;
    isolation::Quarantine quarantine;
    isolation::WorkerSupervisor supervisor;
    isolation::WorkerDescriber describer;
    TrustGate gate;
    PluginHost plugins;
    InProcessInvoker in_process;
    isolation::IsolatedInvoker isolated;
    isolation::PluginInvoker invoker;
};

std::variant<std::unique_ptr<PluginStack>, core::Diagnostics> PluginStack::make(
    const PluginSearch& search,
    const Config& config,
    const HostServices& services,
    const core::Clock& clock) {
    PluginPolicyResult trust = read_plugin_policy(
        config.trust_policy ? config.trust_policy : find_plugin_policy(environment));
    if (core::has_errors(trust.diagnostics)) {
        return std::move(trust.diagnostics);
    }
    return std::unique_ptr<PluginStack>(new PluginStack(
        std::make_unique<Parts>(search, config, services, clock, std::move(trust.policy))));
}

PluginStack::PluginStack(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

PluginStack::~PluginStack() = default;

PluginHost& PluginStack::plugins() {
    return parts_->plugins;
}

core::TaskInvoker& PluginStack::invoker() {
    return parts_->invoker;
}

core::TaskInvoker& PluginStack::worker_invoker() {
    return parts_->isolated;
}

isolation::Quarantine& PluginStack::quarantine() {
    return parts_->quarantine;
}

std::string PluginStack::sandbox_report(const fs::path& load_from) {
    return isolation::describe_in_worker(load_from, parts_->settings, parts_->supervisor).sandbox;
}

}  // namespace oa::host
