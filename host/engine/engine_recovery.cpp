// What a host before left open, and runs that are done again.

#include <unordered_set>
#include <utility>

#include "host/engine/deaths.hpp"
#include "host/engine/engine.hpp"

namespace oa::host {

namespace {

std::string times(std::uint32_t count) {
    return std::to_string(count) + (count == 1 ? " time" : " times");
}

const core::RunCreated* creation(const std::vector<core::JournalRecord>& records) {
    return records.empty() ? nullptr : std::get_if<core::RunCreated>(&records.front().entry);
}

std::optional<core::TaskIndex> find_task(const core::Workflow& workflow, const std::string& name) {
    for (core::TaskIndex task = 0; task < workflow.tasks.size(); ++task) {
        if (workflow.tasks[task].name == name) {
            return task;
        }
    }
    return std::nullopt;
}

core::Failure without_parent(const std::string& parent) {
    return {.code = "interrupted",
            .message = "the run " + parent + ", whose task this was, does not go on"};
}

/// Between two tries to put something on record while the journal takes nothing.
constexpr std::chrono::milliseconds try_again_after{500};

}  // namespace

RunRequest Engine::request_from(const core::RunCreated& created,
                                std::shared_ptr<const core::Workflow> workflow) {
    RunRequest request;
    request.workflow = std::move(workflow);
    request.inputs = created.inputs;
    request.run_id = created.run_id;
    request.attempt = created.attempt;
    request.settings = created.settings;
    request.documents = created.documents;
    request.retry_of = created.retry_of;
    request.retry_from = created.retry_from;
    request.retry_all = created.retry_all;
    request.trigger = created.trigger;
    request.priority = created.priority;
    request.key = created.key;
    request.request_key = created.request_key;
    request.request_digest = created.request_digest;
    return request;
}

std::shared_ptr<const Reuse> Engine::reuse_for(const RunRequest& request) const {
    if (request.retry_of.empty() || request.retry_all) {
        return nullptr;
    }
    return std::make_shared<const Reuse>(
        make_reuse(*request.workflow, request.retry_of, services_.history->load(request.retry_of),
                   find_task(*request.workflow, request.retry_from)));
}

Engine::Entry Engine::restore(const OpenRun& run, bool last_host_died, Documents& documents) {
    Entry entry;
    entry.is_on_record = true;
    entry.records = services_.history->load(run.id);
    const core::RunCreated* created = creation(entry.records);
    if (created == nullptr) {
        throw std::runtime_error("its first record is not that of its creation");
    }
    auto& workflow = documents[created->documents];
    if (!workflow) {
        workflow = settings_.load(created->documents);
    }
    entry.request = request_from(*created, workflow);
    entry.request.reuse = reuse_for(entry.request);
    if (run.had_started) {
        entry.deaths = deaths_of(
            entry.records, records_within(*services_.history, run.id, *workflow, entry.records),
            last_host_died);
    } else {
        entry.records.clear();
    }
    return entry;
}

void Engine::recover(const std::vector<OpenRun>& runs,
                     bool last_host_died,
                     const Furnish& furnish) {
    std::vector<core::RecoveredRun> restored;
    std::unordered_set<std::string> going_on;
    Actions actions;
    Documents documents;
    Lock lock(mutex_);
    for (const OpenRun& run : runs) {
        core::Failure failure;
        if (!run.parent_run_id.empty()) {  // whoever goes on with that one goes on with it
            if (going_on.count(run.parent_run_id) > 0) {
                going_on.insert(run.id);
            } else {
                close(run.id, run.records, without_parent(run.parent_run_id), actions);
            }
            continue;
        }
        try {
            Entry entry = restore(run, last_host_died, documents);
            if (entry.deaths < deaths_max) {
                if (furnish) {
                    furnish(entry.request);
                }
                restored.push_back(
                    {ticket_of(entry.request, entry.deaths >= suspect_deaths), run.had_started});
                entries_.insert_or_assign(run.id, std::move(entry));
                going_on.insert(run.id);
                continue;
            }
            failure = {.code = "quarantined",
                       .message = "the host died " + times(entry.deaths) +
                                  " while it worked on this run, which came no further; find out "
                                  "what it does to the host before you retry it"};
        } catch (const std::exception& error) {
            failure = {.code = "unrecoverable",
                       .message = std::string("the run cannot go on: ") + error.what()};
        }
        close(run.id, run.records, std::move(failure), actions);
    }
    core::RunQueue::Decisions decisions;
    queue_.restore(std::move(restored), decisions);
    carry_out(decisions, actions);
    lock.unlock();
    for (const Action& action : actions) {
        action();
    }
}

// A run that nobody can go on with ends all the same.
void Engine::close(const std::string& id,
                   std::uint64_t records,
                   core::Failure failure,
                   Actions& actions) {
    auto batch = std::make_shared<core::JournalBatch>();
    batch->records.push_back({records + 1, services_.clock.wall(),
                              core::RunEnded{core::RunStatus::Failed, std::move(failure), {}}});
    actions.emplace_back([this, id, batch] { put_end_on_record(id, batch); });
}

// Where the journal has failed the run is open still, and who comes next closes it.
void Engine::put_end_on_record(const std::string& id,
                               const std::shared_ptr<const core::JournalBatch>& batch) {
    {
        const std::lock_guard lock(mutex_);
        if (is_stopping_) {
            return;
        }
        busy_ += 1;
    }
    services_.journal.append(id, *batch, [this, id, batch](const core::JournalFailure* failure) {
        if (failure != nullptr && failure->is_passing) {
            try_again_later([this, id, batch] { put_end_on_record(id, batch); });
        }
        work_is_done();
    });
}

// The engine is busy until then.
void Engine::try_again_later(Action action) {
    {
        const std::lock_guard lock(mutex_);
        busy_ += 1;
    }
    services_.timers.set(services_.clock.now() + try_again_after,
                         [this, again = std::move(action)] {
                             again();
                             work_is_done();
                         });
}

// That a host takes up a run is on record before it looks at it: it might die of that.
void Engine::take_up(const std::string& id, Entry& entry, Actions& actions) {
    entry.batch = std::make_shared<core::JournalBatch>();
    entry.batch->records.push_back({entry.records.back().number + 1, services_.clock.wall(),
                                    core::RunResumed{entry.deaths, false}});
    busy_ += 1;
    actions.emplace_back([this, id, batch = entry.batch] {
        services_.journal.append(
            id, *batch, [this, id](const core::JournalFailure* failure) { taken_up(id, failure); });
    });
}

void Engine::taken_up(const std::string& id, const core::JournalFailure* failure) {
    Actions actions;
    {
        const std::lock_guard lock(mutex_);
        Entry& entry = entries_.at(id);
        std::shared_ptr<core::JournalBatch> batch = std::exchange(entry.batch, nullptr);
        if (failure != nullptr && failure->is_passing) {
            entry.is_held_up = true;
            actions.emplace_back([this, id] {
                try_again_later([this, id] {
                    Actions again;
                    {
                        const std::lock_guard inner(mutex_);
                        Entry& held_up = entries_.at(id);
                        held_up.is_held_up = false;
                        start_if_ready(id, held_up, again);
                    }
                    run_later(std::move(again));
                });
            });
        } else if (failure == nullptr && !is_stopping_) {
            std::vector<core::JournalRecord> records = std::move(entry.records);
            records.push_back(std::move(batch->records.front()));
            entry.records.clear();
            entry.loop = make_loop(id, entry);
            actions.emplace_back([loop = entry.loop, records = std::move(records),
                                  cancels = std::move(entry.cancels)]() mutable {
                loop->resume(std::move(records));
                for (const std::string& reason : cancels) {
                    loop->cancel(reason);
                }
            });
        }
    }
    run_later(std::move(actions));
    work_is_done();
}

RunRequest Engine::retry(const std::string& run_id, std::string new_id, const Again& again) const {
    const std::vector<core::JournalRecord> records = services_.history->load(run_id);
    const core::RunCreated* created = creation(records);
    if (created == nullptr) {
        throw std::runtime_error("there is no run '" + run_id + "'");
    }
    if (!std::holds_alternative<core::RunEnded>(records.back().entry)) {
        throw std::runtime_error("the run '" + run_id +
                                 "' has not ended; cancel it first, or wait for its end");
    }
    RunRequest request = request_from(*created, settings_.load(created->documents));
    request.run_id = std::move(new_id);
    request.attempt = created->attempt + 1;
    request.retry_of = run_id;
    request.retry_from = again.from;
    request.retry_all = again.all;
    request.request_key.clear();  // it is another request
    request.request_digest.clear();
    if (!again.from.empty() && !find_task(*request.workflow, again.from)) {
        throw std::runtime_error("the workflow '" + created->workflow + "' has no task '" +
                                 again.from + "'");
    }
    request.reuse = reuse_for(request);
    return request;
}

}  // namespace oa::host
