#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "core/wall_time.hpp"
#include "host/service/run_service.hpp"
#include "host/service/workflow_library.hpp"

// Workflows and runs with the names, words and forms of the older servers.
namespace oa::host::legacy {

/// Local time as Python writes it: "2026-01-31T23:59:59.000001", without a zone.
[[nodiscard]] std::string local_time(core::WallTime time);
[[nodiscard]] boost::json::value local_time(const std::optional<core::WallTime>& time);

/// queued, running, completed, failed, cancelled; error: the host could not see it through.
[[nodiscard]] std::string_view status_of(const RunSummary& run);
[[nodiscard]] bool is_success(const RunSummary& run);
/// Seconds; null until it has ended.
[[nodiscard]] boost::json::value duration_of(const RunSummary& run);
/// The text; null where it did not fail.
[[nodiscard]] boost::json::value error_of(const RunSummary& run);

/// What each task that has begun came to, by its name: {"task_name", "status", "output", "error",
/// "duration", "timestamp"}. An output that Python takes for false is null.
[[nodiscard]] boost::json::object results_of(const RunService& runs, const std::string& run);
/// {"execution_id", "workflow_id", "status", "started_at", "completed_at", "duration", "error",
/// "results"}
[[nodiscard]] boost::json::object execution_json(const RunService& runs, const RunSummary& run);
/// The first thousand lines that its tasks said.
[[nodiscard]] std::vector<std::string> log_of(const RunService& runs, const std::string& run);

/// "wf_" and the name.
[[nodiscard]] std::string workflow_id(std::string_view name);
/// By its id, or by that with the name of its file, or by its name; "flask_" stands for "wf_", too.
/// Throws ServiceError: there is none.
[[nodiscard]] WorkflowLibrary::Entry find_workflow(const WorkflowLibrary& library,
                                                   const std::string& id);
/// By the name of its file, the path of it below the folder of the workflows, or its name; never
/// anything outside of that folder. Throws ServiceError: there is none.
[[nodiscard]] WorkflowLibrary::Entry find_document(const WorkflowLibrary& library,
                                                   const std::string& file);

/// A workflow's runs, the newest first; at most a hundred, as the older servers kept.
[[nodiscard]] std::vector<RunSummary> runs_of(const RunService& runs, const std::string& workflow);
/// Nothing: it never ran.
[[nodiscard]] std::optional<RunSummary> latest_of(const RunService& runs,
                                                  const std::string& workflow);

/// {"id", "name", "task_count", "created_at", "tags"}
[[nodiscard]] boost::json::object workflow_json(const LibraryWorkflow& workflow);
/// With "filepath", "description" and "executions_count", too.
[[nodiscard]] boost::json::object workflow_detail_json(const LibraryWorkflow& workflow,
                                                       std::size_t executions);

}  // namespace oa::host::legacy
