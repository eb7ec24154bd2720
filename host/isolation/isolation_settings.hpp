#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/port/function_catalog.hpp"
#include "host/isolation/protocol/messages.hpp"
#include "host/plugin/loaded_module.hpp"

namespace oa::host::isolation {

/// What the code of one module may cost in a worker process. Zero means no limit.
struct WorkerLimits {
    std::uint64_t memory_bytes = std::uint64_t{2} << 30U;  ///< address space
    std::uint64_t cpu_seconds = 3'600;                     ///< of the whole process
    std::uint64_t open_files = 256;
    std::uint64_t processes = 64;                        ///< threads count too
    std::uint64_t file_bytes = std::uint64_t{1} << 30U;  ///< of one file that is written
};

/// What differs for one module. Capabilities add to those that its functions claim.
struct ModuleIsolation {
    std::optional<core::Isolation> mode;
    std::optional<WorkerLimits> limits;
    bool network = false;
    bool filesystem = false;
    bool processes = false;
    std::optional<std::uint32_t> threads;      ///< of a shared worker
    std::optional<std::uint32_t> workers_max;  ///< see PoolSettings
};

/// How many worker processes one module may have, and how long they are kept.
struct PoolSettings {
    std::uint32_t workers_max = 0;  ///< for calls that need one each, and again for shared ones; 0:
                                    ///< twice the processors, at least 2
    std::uint32_t threads = 8;      ///< calls at one time in a shared worker
    std::chrono::milliseconds idle{60'000};       ///< an idle worker ends after so long
    std::uint32_t calls_max = 1'000;              ///< a worker ends after so many calls
    std::uint32_t warm = 1;                       ///< so many idle ones stay beyond the idle time
    std::chrono::milliseconds start_max{30'000};  ///< until a new worker is ready
    std::chrono::milliseconds stop_max{5'000};    ///< for a module to stop, before it is terminated
};

/// A plug-in file that crashes so often within so long is not called any more.
struct QuarantineRule {
    std::uint32_t crashes = 3;
    std::chrono::milliseconds within{600'000};
};

struct IsolationSettings {
    core::Isolation third_party = core::Isolation::Process;
    core::Isolation bundled = core::Isolation::InProcess;
    std::map<std::string, ModuleIsolation> modules;  ///< by id or name; the id is stronger
    WorkerLimits limits;
    PoolSettings pool;
    QuarantineRule quarantine;
    std::chrono::milliseconds term_grace{2'000};  ///< between the terminate and the kill signal
    std::filesystem::path worker_program;         ///< oa-worker; absolute
    std::filesystem::path temporary_folder;       ///< where the workers' folders are made; empty:
                                                  ///< the system's
    std::filesystem::path state_folder;  ///< where the quarantine is kept; empty: not at all
    bool enforce = true;                 ///< false: no Landlock and seccomp, for debugging
};

/// What is set for one module; nullptr when nothing is.
[[nodiscard]] const ModuleIsolation* find_module(const IsolationSettings& settings,
                                                 const ModuleInfo& module);

/// What a worker for that module may do: the capabilities that any of its functions claims and
/// those that the settings add.
[[nodiscard]] SandboxSettings sandbox_for(const IsolationSettings& settings,
                                          const LoadedModule& module);

/// The numbers for that module, with every default worked out.
[[nodiscard]] PoolSettings pool_for(const IsolationSettings& settings, const LoadedModule& module);

}  // namespace oa::host::isolation
