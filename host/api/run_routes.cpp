#include "host/api/run_routes.hpp"

#include <chrono>
#include <utility>

#include <boost/json.hpp>

#include "core/duration.hpp"
#include "core/json/json.hpp"
#include "core/run/report.hpp"
#include "core/wall_time.hpp"
#include "host/api/api_call.hpp"
#include "host/api/common_parameters.hpp"
#include "host/api/waiting_call.hpp"
#include "host/service/run_json.hpp"
#include "host/store/run_documents.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

using Call = std::shared_ptr<ApiCall>;
using In = RouteParameter::In;

constexpr RouteParameter task_in_path{
    In::Path, "task",
    "A task that waits; of a run within the run with what leads to it, such as deploy%2Fask.",
    R"({"type": "string", "maxLength": 4096})"};
constexpr RouteParameter wait{
    In::Query, "wait",
    "Answer when the run has ended, or after so long (\"30s\", at most 10m): 200 when it has "
    "ended, else 202.",
    R"({"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?(ms|s|m)?$"})"};
constexpr std::chrono::minutes wait_max{10};

std::chrono::milliseconds wait_of(const ApiCall& call) {
    const std::optional<std::string> text = call.text("wait");
    if (!text) {
        return std::chrono::milliseconds{0};
    }
    const std::optional<core::Milliseconds> given = core::parse_duration(*text);
    if (!given || *given > wait_max) {
        throw ApiProblem(400, "invalid_parameter",
                         "the parameter 'wait' takes at most 10m, not '" + *text + "'");
    }
    return *given;
}

json::object detail_of(const RunService& runs, const RunSummary& run) {
    json::object object = to_json(run);
    const RunService::Values values = runs.values(run.id);
    object["inputs"] = values.inputs;
    object["outputs"] = values.outputs;
    if (!run.ended) {
        json::array approvals;
        for (const OpenApproval& approval : runs.approvals(run.id)) {
            approvals.push_back(to_json(approval));
        }
        object["approvals"] = std::move(approvals);
    }
    return object;
}

HttpFields location_of(const std::string& run) {
    HttpFields fields;
    fields.add("Location", "/api/v1/runs/" + run);
    return fields;
}

RunService::Accepted when_accepted(Call call,
                                   const RunRoutes& services,
                                   std::chrono::milliseconds patience) {
    return [call = std::move(call), services, patience](const StartedRun* started,
                                                        const ServiceError* refusal) {
        if (started == nullptr) {
            call->refuse(problem_of(*refusal));
            return;
        }
        try {
            if (patience.count() > 0) {
                const auto answer = [call, services](const RunSummary& run) {
                    call->answer(run.ended ? 200 : 202, detail_of(services.runs, run),
                                 location_of(run.id));
                };
                WaitingCall{call, services.runs, services.timers, services.clock, answer}.wait_for(
                    started->id, patience);
            } else {
                call->answer(202, to_json(services.runs.get(started->id)),
                             location_of(started->id));
            }
        } catch (const std::exception& error) {
            call->refuse(unreadable_run(started->id, error));
        }
    };
}

void start(const Call& call, const RunRoutes& services) {
    RunOrder order{.workflow = services.library.get(call->at("workflow"))};
    if (const json::value* inputs = call->member("inputs")) {
        order.inputs = inputs->as_object();
    }
    if (const json::value* priority = call->member("priority")) {
        order.priority = static_cast<std::int32_t>(priority->as_int64());
    }
    order.trigger = "api";
    if (const std::optional<std::string> key = call->text("Idempotency-Key")) {
        order.request_key = *key;
        order.request_digest = document_name(order.workflow->name + '\n' + call->request().body);
    }
    services.runs.start(order, when_accepted(call, services, wait_of(*call)));
}

void retry(const Call& call, const RunRoutes& services) {
    Engine::Again again;
    const std::string from = call->text_member("from");
    again.all = from == "start";
    again.from = from == "task" ? call->text_member("task") : std::string();
    services.runs.retry(call->at("run"), again, "api",
                        when_accepted(call, services, wait_of(*call)));
}

std::optional<core::WallTime> time_of(const ApiCall& call, std::string_view name) {
    const std::optional<std::string> text = call.text(name);
    return text ? core::parse_time(*text) : std::nullopt;
}

void list(const Call& call, const RunRoutes& services) {
    RunQuery query;
    query.workflow = call->text("workflow");
    for (const std::string& status : call->texts("status")) {
        query.statuses.push_back(*core::run_status_from(status));
    }
    query.trigger = call->text("trigger");
    query.key = call->text("key");
    query.parent_run_id = call->text("parent");
    query.retry_of = call->text("retry_of");
    if (call->text("paused")) {
        query.is_paused = call->flag("paused");
    }
    if (call->text("waiting")) {
        query.is_waiting = call->flag("waiting");
    }
    query.created = {time_of(*call, "created_from"), time_of(*call, "created_before")};
    query.ended = {time_of(*call, "ended_from"), time_of(*call, "ended_before")};
    query.limit = static_cast<std::uint32_t>(call->number("limit").value_or(100));
    if (const std::optional<std::string> cursor = call->text("cursor")) {
        query.after = parse_run_cursor(*cursor);
        if (!query.after) {
            throw ApiProblem(
                400, "invalid_parameter",
                "the parameter 'cursor' takes 'next' of a page, not '" + *cursor + "'");
        }
    }
    const RunPage page = services.runs.store().list(query);
    json::array runs;
    for (const RunSummary& run : page.runs) {
        runs.push_back(to_json(run));
    }
    call->answer(200, json::object{{"runs", std::move(runs)},
                                   {"next", page.next ? json::value(to_string(*page.next))
                                                      : json::value()}});
}

void tasks(const Call& call, const RunRoutes& services) {
    const core::RunReport report = services.runs.report(call->at("run"));
    call->answer(200, json::object{{"tasks", core::to_json(report).at("tasks")}});
}

void answer(const Call& call, const RunRoutes& services, bool approved) {
    ApprovalAnswer answer;
    answer.approved = approved;
    answer.by = call->principal().name;
    answer.comment = call->text_member("comment");
    std::optional<std::uint32_t> element;
    if (const json::value* given = call->member("element")) {
        element = given->to_number<std::uint32_t>();
    }
    services.runs.answer(call->at("run"), call->at("task"), element, answer, [call](bool taken) {
        if (taken) {
            call->done();
        } else {
            call->refuse(ApiProblem(409, "no_approval", "something else ended the wait first"));
        }
    });
}

}  // namespace

void RunRoutes::add_to(Routes& routes) const {
    const RunRoutes services = *this;
    const auto with = [&](auto function) {
        return [services, function](const Call& call) { function(call, services); };
    };
    const RouteBody reason{
        .description = "Why, for people.", .schema = "Reason", .required = false};
    const std::vector<RouteAnswer> accepted{
        {202, "The run has been accepted, and will end whatever happens.", "RunDetail"},
        {200, "With `wait`: it has ended.", "RunDetail"}};

    routes.push_back({.method = "POST",
                      .path = "/api/v1/workflows/{workflow}/runs",
                      .operation = "startRun",
                      .tag = "runs",
                      .summary = "Start a run",
                      .description =
                          "With an `Idempotency-Key`, asking again gives the run that was started "
                          "first, also after a crash of the host.",
                      .access = needs(access::Scope::Run),
                      .audit = "run.started",
                      .parameters = {workflow_in_path, wait, idempotency_key},
                      .body = RouteBody{.description = "What the run is given.",
                                        .schema = "StartRun",
                                        .required = false},
                      .answers = accepted,
                      .handler = with(start)});
    routes.push_back(
        {.method = "GET",
         .path = "/api/v1/runs",
         .operation = "listRuns",
         .tag = "runs",
         .summary = "List runs, the newest first",
         .access = needs(access::Scope::Read),
         .parameters = {{In::Query, "workflow", "Of this workflow.", text_schema},
                        {In::Query, "status", "In this state; may be given more than once.",
                         R"({"enum": ["queued", "running", "succeeded", "failed", "cancelled"]})"},
                        {In::Query, "trigger", "Started so: api, cli, schedule, webhook.",
                         text_schema},
                        {In::Query, "key", "With this concurrency key.", text_schema},
                        {In::Query, "parent", "The runs that are tasks of this run.", text_schema},
                        {In::Query, "retry_of", "Those that do this run again.", text_schema},
                        {In::Query, "paused", "Whether they are paused.", R"({"type": "boolean"})"},
                        {In::Query, "waiting",
                         "Whether a task of them waits for a time or an answer.",
                         R"({"type": "boolean"})"},
                        {In::Query, "created_from", "Created at that time or later.", time_schema},
                        {In::Query, "created_before", "Created before that time.", time_schema},
                        {In::Query, "ended_from", "Ended at that time or later.", time_schema},
                        {In::Query, "ended_before", "Ended before that time.", time_schema},
                        page_limit,
                        text_cursor},
         .answers = {{200, "A page of runs.", "RunList"}},
         .handler = with(list)});
    routes.push_back({.method = "GET",
                      .path = "/api/v1/runs/{run}",
                      .operation = "getRun",
                      .tag = "runs",
                      .summary = "Get a run",
                      .access = needs(access::Scope::Read),
                      .parameters = {run_in_path},
                      .answers = {{200, "The run.", "RunDetail"}},
                      .handler = with([](const Call& call, const RunRoutes& on) {
                          call->answer(200, detail_of(on.runs, on.runs.get(call->at("run"))));
                      })});
    routes.push_back({.method = "DELETE",
                      .path = "/api/v1/runs/{run}",
                      .operation = "deleteRun",
                      .tag = "runs",
                      .summary = "Forget a run that has ended",
                      .access = needs(access::Scope::Edit),
                      .audit = "run.deleted",
                      .parameters = {run_in_path},
                      .answers = {{204, "It is gone.", {}, {}}},
                      .handler = with([](const Call& call, const RunRoutes& on) {
                          on.runs.remove(call->at("run"));
                          call->done();
                      })});
    routes.push_back({.method = "GET",
                      .path = "/api/v1/runs/{run}/tasks",
                      .operation = "listTasks",
                      .tag = "runs",
                      .summary = "List the tasks of a run",
                      .access = needs(access::Scope::Read),
                      .parameters = {run_in_path},
                      .answers = {{200, "In the order of the document.", "TaskList"}},
                      .handler = with(tasks)});
    routes.push_back({.method = "POST",
                      .path = "/api/v1/runs/{run}/cancel",
                      .operation = "cancelRun",
                      .tag = "runs",
                      .summary = "Stop a run",
                      .description = "What is to be done finally is done. Asked once more, that is "
                                     "stopped, too.",
                      .access = needs(access::Scope::Run),
                      .audit = "run.cancelled",
                      .parameters = {run_in_path},
                      .body = reason,
                      .answers = {{202, "It is told to stop.", {}, {}}},
                      .handler = with([](const Call& call, const RunRoutes& on) {
                          const std::string why = call->text_member("reason");
                          on.runs.cancel(call->at("run"),
                                         why.empty() ? "asked by " + call->principal().name : why);
                          call->answer({.status = 202});
                      })});
    routes.push_back({.method = "POST",
                      .path = "/api/v1/runs/{run}/pause",
                      .operation = "pauseRun",
                      .tag = "runs",
                      .summary = "Let nothing new start in a run",
                      .access = needs(access::Scope::Run),
                      .audit = "run.paused",
                      .parameters = {run_in_path},
                      .body = reason,
                      .answers = {{202, "It is told so.", {}, {}}},
                      .handler = with([](const Call& call, const RunRoutes& on) {
                          on.runs.pause(call->at("run"), call->text_member("reason"));
                          call->answer({.status = 202});
                      })});
    routes.push_back({.method = "POST",
                      .path = "/api/v1/runs/{run}/resume",
                      .operation = "resumeRun",
                      .tag = "runs",
                      .summary = "Let a paused run go on",
                      .access = needs(access::Scope::Run),
                      .audit = "run.resumed",
                      .parameters = {run_in_path},
                      .answers = {{202, "It is told so.", {}, {}}},
                      .handler = with([](const Call& call, const RunRoutes& on) {
                          on.runs.resume(call->at("run"));
                          call->answer({.status = 202});
                      })});
    routes.push_back(
        {.method = "POST",
         .path = "/api/v1/runs/{run}/retry",
         .operation = "retryRun",
         .tag = "runs",
         .summary = "Do a run again that has ended",
         .description = "As a run of its own, with the workflow and the inputs of the "
                        "one before; it takes over what succeeded.",
         .access = needs(access::Scope::Run),
         .audit = "run.retried",
         .parameters = {run_in_path, wait},
         .body = RouteBody{.description = "From where on.", .schema = "Retry", .required = false},
         .answers = accepted,
         .handler = with(retry)});
    for (const bool approved : {true, false}) {
        routes.push_back(
            {.method = "POST",
             .path = approved ? "/api/v1/runs/{run}/tasks/{task}/approve"
                              : "/api/v1/runs/{run}/tasks/{task}/reject",
             .operation = approved ? "approveTask" : "rejectTask",
             .tag = "runs",
             .summary = approved ? "Approve a task that waits for it" : "Reject an approval",
             .access = needs(access::Scope::Run),
             .audit = approved ? "task.approved" : "task.rejected",
             .parameters = {run_in_path, task_in_path},
             .body = RouteBody{.description = "A comment, and which element is meant.",
                               .schema = "Answer",
                               .required = false},
             .answers = {{204, "The answer is on record.", {}, {}}},
             .handler = with([approved](const Call& call, const RunRoutes& on) {
                 answer(call, on, approved);
             })});
    }
}

}  // namespace oa::host
