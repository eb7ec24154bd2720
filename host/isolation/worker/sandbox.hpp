#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include <sys/types.h>

#include "host/isolation/protocol/messages.hpp"
#include "host/isolation/worker/syscall_filter.hpp"

namespace oa::host::isolation::worker {

/// The worker could not be restricted. what() is a sentence for people.
class SandboxError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct SandboxRequest {
    const SandboxSettings& settings;
    std::filesystem::path plugin;  ///< must stay readable
    pid_t zygote = 0;
    const FilterSet& filters;
};

/// Restricts this process and all that it will start, for good, before any code of the plug-in
/// runs. What the plug-in then tries in vain fails with an error number, never with a signal, but
/// for the limits of processor time. A layer that the kernel does not have is left out.
///
/// Returns a JSON object: the layers and what holds ("user", "landlock", "seccomp", "limits" ...),
/// "denied": what fails, how, and what a function declares to be allowed it, and "reduced": what
/// is weaker than it should be, and why. Throws SandboxError.
[[nodiscard]] std::string confine(const SandboxRequest& request);

}  // namespace oa::host::isolation::worker
