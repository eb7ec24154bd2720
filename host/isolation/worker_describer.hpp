#pragma once

#include <filesystem>
#include <string>

#include "host/isolation/isolation_settings.hpp"
#include "host/isolation/worker_process.hpp"
#include "host/plugin/module_describer.hpp"

namespace oa::host::isolation {

/// What a worker says of a file that it has loaded.
struct WorkerDescription {
    std::string manifest;  ///< JSON
    std::string sandbox;   ///< JSON: which layers hold around the worker
};

/// Loads a file into a worker process that has no rights but to load it, and ends that process.
/// Nothing but the file's constructors and its entry function is run. Throws PluginRefused.
[[nodiscard]] WorkerDescription describe_in_worker(const std::filesystem::path& load_from,
                                                   const IsolationSettings& settings,
                                                   WorkerLauncher& launcher);

/// The same behind the port of the registry. Thread safe.
class WorkerDescriber final : public ModuleDescriber {
public:
    /// `launcher` is borrowed and outlives this object.
    WorkerDescriber(IsolationSettings settings, WorkerLauncher& launcher)
        : settings_(std::move(settings)), launcher_(launcher) {}
    WorkerDescriber(const WorkerDescriber&) = delete;
    WorkerDescriber& operator=(const WorkerDescriber&) = delete;

    [[nodiscard]] std::string describe(const std::filesystem::path& load_from) override {
        return describe_in_worker(load_from, settings_, launcher_).manifest;
    }

private:
    const IsolationSettings settings_;
    WorkerLauncher& launcher_;
};

}  // namespace oa::host::isolation
