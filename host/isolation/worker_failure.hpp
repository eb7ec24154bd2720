#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/port/task_invoker.hpp"
#include "core/run/status.hpp"
#include "host/isolation/protocol/messages.hpp"
#include "host/isolation/worker_process.hpp"
#include "host/plugin/loaded_module.hpp"

namespace oa::host::isolation {

/// All that is known of a worker that will not give another result.
struct WorkerDeath {
    WorkerEnd end;
    int pid = 0;
    std::string violation;       ///< how it broke the protocol; then the host killed it
    bool ended_by_host = false;  ///< because of a call that did not stop, or at shutdown
    std::size_t calls = 0;       ///< that ran in it
    std::vector<std::string> output;
    SandboxSettings limits;
};

/// What the death says of the plug-in.
enum class Blame { None, Crash, Violation };
[[nodiscard]] Blame blame_for(const WorkerDeath& death);

/// "crashed with SIGSEGV", "ended its process with exit(3) and gave no result".
[[nodiscard]] std::string describe_death(const WorkerDeath& death);

/// The failure of a call that ran in it.
[[nodiscard]] core::Failure failure_of_death(const WorkerDeath& death,
                                             const LoadedFunction& function,
                                             const core::Invocation& invocation);

/// The failure of a call for which the worker was being started.
[[nodiscard]] core::Failure failure_of_start(const WorkerDeath& death, const LoadedModule& module);

/// "module acme 1.4.2 (com.acme.acme)".
[[nodiscard]] std::string name_of(const LoadedModule& module);

[[nodiscard]] core::Failure cancelled_before_start(const LoadedFunction& function);
[[nodiscard]] core::Failure late_before_start(const LoadedFunction& function);

}  // namespace oa::host::isolation
