#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "core/port/journal.hpp"
#include "core/run/report.hpp"
#include "core/run/wait_plan.hpp"
#include "core/workflow/workflow.hpp"

namespace oa::host {

struct RecordedRun;

/// A task, or one of its elements, that waits for a time or an answer.
struct RecordedWait {
    std::optional<std::uint32_t> element;  ///< of a task with `for_each`
    core::WaitPlan plan;
    /// Of an approval; nothing: not known.
    std::optional<core::Wait::Unanswered> unanswered = core::Wait::Unanswered::Fail;
    core::WallTime since;
};

/// A run within a run: of the latest attempt of a task, or of one of its elements.
struct InnerRecordedRun {
    std::optional<std::uint32_t> element;  ///< of a task with `for_each`
    std::shared_ptr<const RecordedRun> run;
};

/// What a TaskReport does not tell.
struct RecordedTask {
    std::vector<RecordedWait> waits;     ///< in the order in which they began
    std::vector<InnerRecordedRun> runs;  ///< of the latest execution, by element
};

/// How a run stands. The report has no `sub_run`: `tasks` has those runs.
struct RecordedRun {
    core::RunReport report;
    boost::json::object inputs;
    std::vector<RecordedTask> tasks;  ///< as those of the report
};

/// A wait within a run, or within a run within it.
struct PlacedWait {
    /// With what leads to it, as OpenApproval::task.
    std::string task;
    const RecordedWait* wait = nullptr;  ///< [owner: the run]
};

/// The records of a run; none: it is left out. Throws what RunHistory::load() throws.
using LoadRecords = std::function<std::vector<core::JournalRecord>(const std::string& run_id)>;

/// How a run stands and the runs within it, from their records alone: nothing is evaluated again.
/// `workflow` is the one that it was created with. Throws what `load` throws.
[[nodiscard]] RecordedRun recorded_run(const core::Workflow& workflow,
                                       const std::vector<core::JournalRecord>& records,
                                       const LoadRecords& load);

/// Of the run and of those within it, in the order of the documents.
[[nodiscard]] std::vector<PlacedWait> waits_in(const RecordedRun& run);

}  // namespace oa::host
