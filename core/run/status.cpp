#include "core/run/status.hpp"

namespace oa::core {

std::string_view to_string(TaskStatus status) {
    switch (status) {
        case TaskStatus::Pending: return "pending";
        case TaskStatus::Running: return "running";
        case TaskStatus::Succeeded: return "succeeded";
        case TaskStatus::Failed: return "failed";
        case TaskStatus::Skipped: return "skipped";
        case TaskStatus::Cancelled: return "cancelled";
    }
    return "unknown";
}

std::string_view to_string(RunStatus status) {
    switch (status) {
        case RunStatus::Queued: return "queued";
        case RunStatus::Running: return "running";
        case RunStatus::Succeeded: return "succeeded";
        case RunStatus::Failed: return "failed";
        case RunStatus::Cancelled: return "cancelled";
    }
    return "unknown";
}

std::optional<RunStatus> run_status_from(std::string_view name) {
    for (const RunStatus status : {RunStatus::Queued, RunStatus::Running, RunStatus::Succeeded,
                                   RunStatus::Failed, RunStatus::Cancelled}) {
        if (to_string(status) == name) {
            return status;
        }
    }
    return std::nullopt;
}

}  // namespace oa::core
