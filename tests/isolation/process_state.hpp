#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <sys/types.h>

namespace oa::test {

/// What belongs to the whole of this process, and what code in it must not change.
struct ProcessState {
    std::vector<std::string> descriptors;  ///< what each open one leads to
    std::size_t threads = 0;
    std::size_t children = 0;
    std::size_t resident_kib = 0;
    std::string folder;
    mode_t umask = 0;
    std::string locale;
    std::vector<std::string> environment;
    std::string signals;  ///< masks of those ignored, caught and blocked
};

[[nodiscard]] ProcessState read_process_state();

/// In words, what is different afterwards: "the working folder". Memory counts from `memory_kib`
/// more. Empty: nothing.
[[nodiscard]] std::vector<std::string> differences(const ProcessState& before,
                                                   const ProcessState& after,
                                                   std::size_t memory_kib);

struct RunningProcess {
    pid_t pid = 0;
    std::string name;  ///< as it calls itself
    bool zombie = false;
};

/// Children of this process, their children, and so on.
[[nodiscard]] std::vector<RunningProcess> descendants();
/// Everything on the machine that calls itself so.
[[nodiscard]] std::vector<RunningProcess> processes_named(const std::string& name);
/// Whether the process is there and no zombie.
[[nodiscard]] bool is_running(pid_t pid);

/// Asks again and again until the answer is yes. False when that took ten seconds.
template <typename Predicate>
[[nodiscard]] bool eventually(const Predicate& predicate);

/// A short wait between two looks at the system.
void pause_a_little();

template <typename Predicate>
bool eventually(const Predicate& predicate) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!predicate()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        pause_a_little();
    }
    return true;
}

}  // namespace oa::test
