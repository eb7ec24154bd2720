#pragma once

#include <cstdint>

#include <sys/types.h>

#include "host/isolation/worker/syscall_filter.hpp"

namespace oa::host::isolation::worker {

/// What a worker starts with. The descriptors become the worker's.
struct WorkerStart {
    int socket = -1;  ///< to the host
    int output = -1;  ///< for standard output and error
    pid_t zygote = 0;
    const FilterSet& filters;  ///< [valid: always]
};

/// The whole life of a worker, right after the fork: loads a plug-in and serves calls of it.
[[noreturn]] void run_worker(const WorkerStart& start) noexcept;

}  // namespace oa::host::isolation::worker
