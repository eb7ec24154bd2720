#include "host/service/run_service.hpp"

#include <utility>

#include <boost/json.hpp>

#include "core/workflow/inputs.hpp"
#include "host/engine/recorded_report.hpp"
#include "host/engine/ulid.hpp"
#include "host/service/diagnostics_json.hpp"

namespace oa::host {

namespace json = boost::json;
using Kind = ServiceError::Kind;

namespace {

ServiceError unavailable(const core::JournalFailure& failure) {
    return {Kind::Unavailable, "store_unavailable", "the run is not kept: " + failure.message,
            failure.is_passing ? "try again later" : "the host's log says more"};
}

ServiceError no_such_run(const std::string& run) {
    return {Kind::NotFound, "no_such_run", "there is no run '" + run + "'"};
}

ServiceError other_question(const std::string& key) {
    return {Kind::Invalid, "idempotency_key_reused",
            "the key '" + key + "' was used before, to ask for something else",
            "use a new key for each run that is meant to be another"};
}

}  // namespace

RunService::RunService(
    Engine& engine, RunStore& store, RunEnds& ends, const core::Clock& clock, Settings settings)
    : engine_(engine), store_(store), ends_(ends), clock_(clock), settings_(std::move(settings)) {}

// ----- starting -----

json::object RunService::bound(const RunOrder& order) const {
    const LibraryWorkflow& entry = *order.workflow;
    if (!entry.checked.workflow || entry.documents.empty()) {
        throw ServiceError(Kind::Invalid, "invalid_workflow",
                           "the workflow '" + entry.name + "' has errors, so it cannot run", {},
                           to_json(entry.checked.diagnostics));
    }
    core::BoundInputs inputs = core::bind_inputs(*entry.checked.workflow, order.inputs);
    if (inputs.problems.empty()) {
        return std::move(inputs.values);
    }
    json::array errors;
    for (const core::InputProblem& problem : inputs.problems) {
        json::object error{{"pointer", "/inputs/" + problem.input + problem.pointer},
                           {"message", "the input '" + problem.input + "' " + problem.message}};
        if (!problem.hint.empty()) {
            error["hint"] = problem.hint;
        }
        errors.push_back(std::move(error));
    }
    const std::string first(errors.front().as_object().at("message").as_string());
    throw ServiceError(Kind::Invalid, "invalid_inputs", first, {}, std::move(errors));
}

void RunService::start(const RunOrder& order, Accepted accepted) {
    RunRequest request{.workflow = order.workflow->checked.workflow,
                       .inputs = bound(order),
                       .run_id = make_ulid(clock_.wall()),
                       .settings = settings_.runs,
                       .documents = order.workflow->documents,
                       .trigger = order.trigger,
                       .priority = order.priority};
    request.request_key = order.request_key;
    request.request_digest = order.request_digest;
    request.settings.seed = std::hash<std::string>{}(request.run_id);
    if (!order.request_key.empty() && is_known(order, request.run_id, accepted)) {
        return;
    }
    submit(std::move(request), accepted);
}

// True: somebody has asked for it with this key, and `accepted` is told, or will be.
bool RunService::is_known(const RunOrder& order, const std::string& id, Accepted& accepted) {
    {
        const std::lock_guard lock(mutex_);
        const auto [pending, is_new] =
            pending_.try_emplace(order.request_key, Pending{id, order.request_digest, {}});
        if (!is_new) {
            if (pending->second.digest != order.request_digest) {
                throw other_question(order.request_key);
            }
            pending->second.others.push_back(std::move(accepted));
            return true;
        }
    }
    // From here on others with this key wait for what becomes of this one.
    std::optional<RunSummary> before;
    try {
        before = store_.find_request(order.request_key);
        if (before && before->request_digest != order.request_digest) {
            throw other_question(order.request_key);
        }
    } catch (const ServiceError& refusal) {
        settle(order.request_key, nullptr, &refusal);
        throw;
    } catch (const std::exception& error) {
        const ServiceError refusal(Kind::Unavailable, "store_unavailable", error.what());
        settle(order.request_key, nullptr, &refusal);
        throw ServiceError(refusal);
    }
    if (!before) {
        return false;
    }
    const StartedRun started{before->id, false};
    settle(order.request_key, &started, nullptr);
    accepted(&started, nullptr);
    return true;
}

// Tells the others who asked with the same key.
void RunService::settle(const std::string& key,
                        const StartedRun* started,
                        const ServiceError* refusal) {
    std::vector<Accepted> others;
    {
        const std::lock_guard lock(mutex_);
        const auto pending = pending_.find(key);
        if (pending != pending_.end()) {
            others = std::move(pending->second.others);
            pending_.erase(pending);
        }
    }
    for (const Accepted& accepted : others) {
        if (started != nullptr) {
            const StartedRun again{started->id, false};
            accepted(&again, nullptr);
        } else {
            accepted(nullptr, refusal);
        }
    }
}

void RunService::submit(RunRequest request, const Accepted& accepted) {
    const std::string key = request.request_key;
    request.on_accepted = [this, key, id = request.run_id,
                           accepted](const core::JournalFailure* failure) {
        if (failure == nullptr) {
            const StartedRun started{id, true};
            if (!key.empty()) {
                settle(key, &started, nullptr);
            }
            accepted(&started, nullptr);
            return;
        }
        const ServiceError refusal = unavailable(*failure);
        if (!key.empty()) {
            settle(key, nullptr, &refusal);
        }
        accepted(nullptr, &refusal);
    };
    try {
        engine_.submit(std::move(request));
    } catch (const QueueFull& full) {
        const ServiceError refusal(Kind::Busy, "queue_full", full.what(), "try again later");
        settle(key, nullptr, &refusal);
        throw ServiceError(refusal);
    } catch (const core::TemplateError& error) {
        const ServiceError refusal(Kind::Invalid, "invalid_concurrency_key",
                                   std::string("concurrency.key: ") + error.what(), error.hint());
        settle(key, nullptr, &refusal);
        throw ServiceError(refusal);
    } catch (const std::exception& error) {
        const ServiceError refusal(Kind::Unavailable, "not_accepted", error.what());
        settle(key, nullptr, &refusal);
        throw;
    }
}

void RunService::retry(const std::string& run,
                       const Engine::Again& again,
                       const std::string& trigger,
                       const Accepted& accepted) {
    const RunSummary summary = get(run);
    if (!summary.ended) {
        throw ServiceError(Kind::Conflict, "run_not_ended",
                           "the run has not ended, so it cannot be done again",
                           "cancel it first, or wait for its end");
    }
    RunRequest request;
    try {
        request = engine_.retry(run, make_ulid(clock_.wall()), again);
    } catch (const std::runtime_error& error) {
        throw ServiceError(Kind::Invalid, "cannot_retry", error.what());
    }
    request.trigger = trigger;
    submit(std::move(request), accepted);
}

// ----- looking -----

RunSummary RunService::get(const std::string& run) const {
    std::optional<RunSummary> found = store_.find(run);
    if (!found) {
        throw no_such_run(run);
    }
    return *std::move(found);
}

std::shared_ptr<const core::Workflow> RunService::workflow_of(
    const core::RunCreated& created) const {
    if (created.parent_run_id.empty()) {
        return settings_.load(created.documents);
    }
    const std::vector<core::JournalRecord> records = store_.load(created.parent_run_id);
    const auto* around =
        records.empty() ? nullptr : std::get_if<core::RunCreated>(&records.front().entry);
    if (around == nullptr) {
        throw std::runtime_error("the run around it is not in the store");
    }
    const std::shared_ptr<const core::Workflow> outer = workflow_of(*around);
    for (const core::Task& task : outer->tasks) {
        if (task.sub_workflow && task.sub_workflow->workflow != nullptr &&
            task.sub_workflow->workflow->name == created.workflow) {
            return {outer, task.sub_workflow->workflow};
        }
    }
    throw std::runtime_error("no task of the run around it runs '" + created.workflow + "'");
}

core::RunReport RunService::report(const std::string& run) const {
    const std::vector<core::JournalRecord> records = store_.load(run);
    const auto* created =
        records.empty() ? nullptr : std::get_if<core::RunCreated>(&records.front().entry);
    if (created == nullptr) {
        throw no_such_run(run);
    }
    return recorded_run(
               *workflow_of(*created), records,
               [](const std::string& /*within*/) {
                   return std::vector<core::JournalRecord>();  // they have reports of their own
               })
        .report;
}

RunService::Values RunService::values(const std::string& run) const {
    const std::vector<core::JournalRecord> records = store_.load_ends(run);
    const auto* created =
        records.empty() ? nullptr : std::get_if<core::RunCreated>(&records.front().entry);
    if (created == nullptr) {
        throw no_such_run(run);
    }
    const auto* ended = std::get_if<core::RunEnded>(&records.back().entry);
    return {created->inputs, ended != nullptr ? ended->outputs : json::object()};
}

// ----- telling -----

std::shared_ptr<RunLoop> RunService::working(const std::string& run) const {
    std::shared_ptr<RunLoop> loop = engine_.find(run);
    if (loop) {
        return loop;
    }
    const RunSummary summary = get(run);
    throw ServiceError(Kind::Conflict, summary.ended ? "run_ended" : "run_not_started",
                       summary.ended ? "the run has ended" : "the run waits for its turn");
}

void RunService::cancel(const std::string& run, const std::string& reason) const {
    if (!engine_.cancel(run, reason)) {
        const RunSummary summary = get(run);
        if (!summary.parent_run_id.empty() && !summary.ended) {
            throw ServiceError(Kind::Conflict, "run_within_a_run",
                               "the run is a task of the run " + summary.parent_run_id,
                               "cancel that one");
        }
        throw ServiceError(Kind::Conflict, "run_ended", "the run has ended");
    }
}

void RunService::pause(const std::string& run, const std::string& reason) const {
    working(run)->pause(reason);
}

void RunService::resume(const std::string& run) const {
    working(run)->resume();
}

std::vector<OpenApproval> RunService::approvals(const std::string& run) const {
    const std::shared_ptr<RunLoop> loop = engine_.find(run);
    return loop ? loop->approvals() : std::vector<OpenApproval>();
}

void RunService::answer(const std::string& run,
                        const std::string& task,
                        std::optional<std::uint32_t> element,
                        const ApprovalAnswer& answer,
                        std::function<void(bool taken)> done) const {
    const std::shared_ptr<RunLoop> loop = working(run);
    try {
        if (loop->answer(task, element, answer, std::move(done))) {
            return;
        }
    } catch (const AnswerRefused& refused) {
        throw ServiceError(Kind::Forbidden, "not_asked", refused.what());
    }
    std::string names;
    for (const OpenApproval& open : loop->approvals()) {
        names += (names.empty() ? "" : ", ") + open.task +
                 (open.element ? "[" + std::to_string(*open.element) + "]" : "");
    }
    throw ServiceError(Kind::Conflict, "no_approval", "the task '" + task + "' waits for no answer",
                       names.empty() ? "no task of the run does" : "those that do: " + names);
}

void RunService::remove(const std::string& run) const {
    const RunSummary summary = get(run);
    if (!summary.ended) {
        throw ServiceError(Kind::Conflict, "run_not_ended",
                           "the run has not ended, so it cannot be removed", "cancel it first");
    }
    if (!summary.parent_run_id.empty()) {
        throw ServiceError(Kind::Conflict, "run_within_a_run",
                           "the run is a task of the run " + summary.parent_run_id,
                           "remove that one");
    }
    store_.remove_run(run);
}

}  // namespace oa::host
