#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "core/duration.hpp"
#include "core/run/status.hpp"
#include "core/wall_time.hpp"

namespace oa::core {

struct RunReport;

/// How a task ended, or that it has not: of its latest execution.
struct TaskReport {
    std::string name;
    TaskStatus status = TaskStatus::Pending;
    std::uint32_t activations = 0;
    std::uint32_t attempts = 0;             ///< for all elements together
    std::optional<std::uint32_t> elements;  ///< of a task with `for_each`
    std::uint32_t elements_ended = 0;
    std::optional<WallTime> started_at;
    Milliseconds duration{0};
    std::shared_ptr<const boost::json::value> output;  ///< null: no output; shared with the journal
    std::optional<Failure> failure;
    bool allow_failure = false;  ///< of the document: its failure does not fail the run
    /// Of the workflow that the task ran; not kept for the elements of a loop.
    std::shared_ptr<const RunReport> sub_run;
};

/// How a run ended.
struct RunReport {
    std::string id;
    std::string workflow;
    RunStatus status = RunStatus::Queued;
    WallTime started_at;
    Milliseconds duration{0};
    std::optional<Failure> failure;
    std::vector<TaskReport> tasks;  ///< in document order
    boost::json::object outputs;
};

/// {"run": {...}, "tasks": [...], "outputs": {...}}, as `oa run --json` prints it. A task that ran
/// another workflow has the same of that run under "run".
[[nodiscard]] boost::json::object to_json(const RunReport& report);
[[nodiscard]] boost::json::value to_json(const std::optional<Failure>& failure);

/// The task's output; JSON null when it has none.
[[nodiscard]] const boost::json::value& output_of(const TaskReport& report);

}  // namespace oa::core
