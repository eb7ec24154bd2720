#pragma once

namespace oa::host {

/// Keeps the memory of this process out of core dumps and out of the reach of other processes of
/// the same user (debuggers, /proc/PID/mem). For the beginning of a program that has secrets; a
/// program that is executed later starts anew. False when the system refused one of them.
///
/// As long as this is on, the files below /proc/PID belong to root: a process that is not root can
/// still use its own /proc/self/fd, but neither read its own /proc/self/environ and /proc/self/mem
/// nor write to /proc/self/oom_score_adj and /proc/self/uid_map.
bool protect_process_memory() noexcept;

/// The first half of it alone: no core dumps, and debuggers as before. False when the system
/// refused.
bool forbid_core_dumps() noexcept;

}  // namespace oa::host
