#include "host/engine/deaths.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include "core/wall_time.hpp"
#include "host/engine/execution_id.hpp"

namespace oa::host {

namespace {

/// What was being done for a run, without the runs within it.
struct Work {
    std::uint32_t deaths = 0;        // when it was last taken up
    core::WallTime taken_up_at;      // and when that was
    bool is_being_taken_up = false;  // nothing has been put on record since
    std::map<core::ExecutionIndex, core::AttemptStarted> in_flight;
    std::optional<core::WallTime> progress;  // when an attempt last ended, since then
};

void end_attempt(Work& work, core::ExecutionIndex execution, core::WallTime at) {
    work.in_flight.erase(execution);
    work.progress = at;
}

// The attempt was abandoned: nobody works on it.
void give_up(Work& work, const core::Timer& timer) {
    const auto found = work.in_flight.find(timer.execution);
    if (timer.kind == core::Timer::Kind::CancelGrace && found != work.in_flight.end() &&
        found->second.attempt == timer.attempt) {
        work.in_flight.erase(found);
    }
}

Work work_on(const std::vector<core::JournalRecord>& records) {
    Work work;
    for (const core::JournalRecord& record : records) {
        work.is_being_taken_up = false;
        if (const auto* resumed = std::get_if<core::RunResumed>(&record.entry)) {
            work.deaths = resumed->deaths;
            work.taken_up_at = record.at;
            work.is_being_taken_up = !resumed->is_settled;
            work.progress.reset();
        } else if (const auto* started = std::get_if<core::AttemptStarted>(&record.entry)) {
            work.in_flight.insert_or_assign(started->execution, *started);
        } else if (const auto* taken = std::get_if<core::MachineEvent>(&record.entry)) {
            if (const auto* success = std::get_if<core::AttemptSucceeded>(&taken->event)) {
                end_attempt(work, success->execution, record.at);
            } else if (const auto* failed = std::get_if<core::AttemptFailed>(&taken->event)) {
                end_attempt(work, failed->execution, record.at);
            } else if (const auto* fired = std::get_if<core::TimerFired>(&taken->event)) {
                give_up(work, fired->timer);
            }
        }
    }
    return work;
}

}  // namespace

std::vector<std::vector<core::JournalRecord>> records_within(
    const core::RunHistory& history,
    const std::string& run_id,
    const core::Workflow& workflow,
    const std::vector<core::JournalRecord>& records) {
    std::vector<std::vector<core::JournalRecord>> all;
    for (const auto& [execution, started] : work_on(records).in_flight) {
        const core::Task& task = workflow.tasks.at(started.task);
        if (!task.sub_workflow) {
            continue;
        }
        const std::string id =
            inner_run_id(run_id, task.name, execution, started.element, started.attempt);
        std::vector<core::JournalRecord> inner = history.load(id);
        for (auto& deeper : records_within(history, id, *task.sub_workflow->workflow, inner)) {
            all.push_back(std::move(deeper));
        }
        if (!inner.empty()) {
            all.push_back(std::move(inner));
        }
    }
    return all;
}

std::uint32_t deaths_of(const std::vector<core::JournalRecord>& records,
                        const std::vector<std::vector<core::JournalRecord>>& within,
                        bool last_host_died) {
    const Work work = work_on(records);
    std::size_t in_flight = work.in_flight.size();
    bool came_further = work.progress.has_value();
    for (const std::vector<core::JournalRecord>& inner : within) {
        const Work inner_work = work_on(inner);
        in_flight += inner_work.in_flight.size();
        came_further =
            came_further || (inner_work.progress && *inner_work.progress >= work.taken_up_at);
    }
    const std::uint32_t deaths = came_further ? 0 : work.deaths;
    if (!last_host_died) {
        return deaths;
    }
    // What runs a run within the run is in flight, too, but that is where the work is done.
    return work.is_being_taken_up || in_flight > within.size() ? deaths + 1 : 0;
}

}  // namespace oa::host
