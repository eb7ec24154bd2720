#include "host/isolation/isolation_settings.hpp"

#include <algorithm>
#include <thread>

#include "oa/plugin.h"

namespace oa::host::isolation {

const ModuleIsolation* find_module(const IsolationSettings& settings, const ModuleInfo& module) {
    for (const std::string& name : {module.id, module.name}) {
        const auto found = settings.modules.find(name);
        if (found != settings.modules.end()) {
            return &found->second;
        }
    }
    return nullptr;
}

SandboxSettings sandbox_for(const IsolationSettings& settings, const LoadedModule& module) {
    const ModuleIsolation* own = find_module(settings, module.info());
    const WorkerLimits& limits = own != nullptr && own->limits ? *own->limits : settings.limits;
    SandboxSettings out;
    out.memory_bytes = limits.memory_bytes;
    out.cpu_seconds = limits.cpu_seconds;
    out.open_files = limits.open_files;
    out.processes = limits.processes;
    out.file_bytes = limits.file_bytes;
    out.enforce = settings.enforce;
    for (const auto& function : module.functions()) {
        out.network = out.network || (function->flags & OA_F_NETWORK) != 0;
        out.filesystem = out.filesystem || (function->flags & OA_F_FILESYSTEM) != 0;
        out.process = out.process || (function->flags & OA_F_PROCESSES) != 0;
    }
    if (own != nullptr) {
        out.network = out.network || own->network;
        out.filesystem = out.filesystem || own->filesystem;
        out.process = out.process || own->processes;
    }
    return out;
}

PoolSettings pool_for(const IsolationSettings& settings, const LoadedModule& module) {
    PoolSettings out = settings.pool;
    const ModuleIsolation* own = find_module(settings, module.info());
    if (own != nullptr && own->workers_max) {
        out.workers_max = *own->workers_max;
    }
    if (own != nullptr && own->threads) {
        out.threads = *own->threads;
    }
    if (out.workers_max == 0) {
        out.workers_max = std::max(2U, std::thread::hardware_concurrency() * 2);
    }
    out.threads = std::max(out.threads, 1U);
    out.calls_max = std::max(out.calls_max, 1U);
    return out;
}

}  // namespace oa::host::isolation
