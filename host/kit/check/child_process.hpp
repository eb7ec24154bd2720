#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace oa::host {

/// How a check's process ended.
struct ChildEnd {
    bool timed_out = false;
    int signal = 0;          ///< that ended it, unless it timed out
    int exit_status = 0;     ///< if neither
    std::string report;      ///< what it wrote to its report
    std::string last_words;  ///< the end of what it wrote to standard error
};

/// Runs a program in a group of its own, in `folder`, with a pipe for its report as descriptor
/// `child_report`; standard output goes nowhere. Ends the whole group when the time is over, and
/// whatever it left behind. Throws std::system_error when it cannot be started.
inline constexpr int child_report = 3;
[[nodiscard]] ChildEnd run_child(const std::filesystem::path& program,
                                 const std::vector<std::string>& arguments,
                                 const std::filesystem::path& folder,
                                 std::chrono::milliseconds time_max);

}  // namespace oa::host
