#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "host/isolation/protocol/messages.hpp"

// What the classic means of the system do to a worker: its user, its capabilities, its limits.
namespace oa::host::isolation::worker {

struct WorkerUser {
    uid_t user = 0;
    bool alone = false;   ///< no other process has this user
    std::string reduced;  ///< why it is still root; empty when that is as it should be
};

/// Gives a process of root that needs no files outside of its temporary folder a user of its own,
/// or, where the system maps no such users, the user nobody. It owns its temporary folder then.
/// Stays root where that user could not read the plug-in. Throws SandboxError.
[[nodiscard]] WorkerUser change_user(const SandboxSettings& settings,
                                     const std::filesystem::path& plugin);

/// Gives up every capability, also those that a program with set-user-id could bring back. Before
/// the user changes, forbid_capabilities(); afterwards, drop_capabilities(). Throws SandboxError.
void forbid_capabilities();
void drop_capabilities();

/// No more privileges by starting programs, no reading by others, and an end together with the
/// zygote. After the user changed, as that undoes it. Throws SandboxError.
void bind_to_zygote(pid_t zygote);

/// Sets the limits; returns what could not be limited, and why. Throws SandboxError.
[[nodiscard]] std::vector<std::string> set_limits(const SandboxSettings& settings,
                                                  const WorkerUser& user);

}  // namespace oa::host::isolation::worker
