#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "host/kit/check/check.hpp"

namespace oa::host {

struct CheckSettings {
    CheckLevel level = CheckLevel::Standard;
    std::vector<std::string> only;  ///< ids; then the level does not matter
    std::uint64_t seed = 1;
    bool in_process = false;  ///< on this thread, for a debugger: a crash ends the process
    std::filesystem::path program = "/proc/self/exe";  ///< understands `plugin check-child`
    std::chrono::milliseconds time_max{60'000};        ///< of one check

    /// Runs the examples in worker processes (OA901): the findings, each a sentence. Without it
    /// that check is not run.
    std::function<std::vector<std::string>(const std::filesystem::path& file)> isolation;
    /// Told of each result as soon as it is there; may be empty.
    std::function<void(const CheckResult& result)> on_result;
};

/// Those of `ids` that name no check.
[[nodiscard]] std::vector<std::string> unknown_checks(const std::vector<std::string>& ids);

/// "greeter 1.0.0 (com.acme.greeter)", by the manifest, so that nothing of the plug-in is run;
/// empty when that cannot be read.
[[nodiscard]] std::string module_of_file(const std::filesystem::path& file);

/// Checks one file, each check in a process of its own. Never throws for what a plug-in does.
/// Throws std::system_error when no process can be started.
[[nodiscard]] CheckReport check_plugin(const std::filesystem::path& file,
                                       const CheckSettings& settings);

/// What such a process does: one check, whose findings go to the descriptor `report`. Its working
/// folder is private. Does not return to code of the caller that the plug-in could have broken:
/// ends the process.
[[noreturn]] void run_check_child(const std::filesystem::path& file,
                                  const std::string& check,
                                  std::uint64_t seed,
                                  int report);

}  // namespace oa::host
