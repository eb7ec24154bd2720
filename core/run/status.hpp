#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oa::core {

enum class TaskStatus { Pending, Running, Succeeded, Failed, Skipped, Cancelled };
enum class RunStatus { Queued, Running, Succeeded, Failed, Cancelled };

[[nodiscard]] std::string_view to_string(TaskStatus status);
[[nodiscard]] std::string_view to_string(RunStatus status);
/// Nothing for a text that is the name of none.
[[nodiscard]] std::optional<RunStatus> run_status_from(std::string_view name);

/// Why a task or a run failed. `code` is one of the plug-in contract's words (invalid_params,
/// not_found, unavailable ...) or of the engine's (unresolved, interrupted, step_limit; crashed:
/// the process that the function ran in ended before it gave a result).
struct Failure {
    std::string code;
    std::string message;               ///< one sentence, for people
    bool retryable = false;            ///< whether another attempt could help
    std::uint32_t retry_after_ms = 0;  ///< wait at least this long first

    friend bool operator==(const Failure&, const Failure&) = default;
};

}  // namespace oa::core
