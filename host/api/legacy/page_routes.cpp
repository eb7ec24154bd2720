// The paths of the older server behind the web page, but for the wallet's.

#include <algorithm>
#include <filesystem>

#include <boost/json.hpp>

#include "host/api/legacy/form_body.hpp"
#include "host/api/legacy/legacy_call.hpp"
#include "host/api/legacy/legacy_graph.hpp"
#include "host/api/legacy/legacy_records.hpp"
#include "host/api/legacy/legacy_routes.hpp"
#include "host/api/legacy/legacy_stats.hpp"
#include "host/api/legacy/status_socket.hpp"
#include "host/service/diagnostics_json.hpp"

namespace oa::host::legacy {

namespace json = boost::json;

namespace {

constexpr std::string_view never = "never_executed";

WorkflowLibrary::Entry entry_of(const Call& call, const LegacyRoutes& on) {
    return find_workflow(on.library, call->at("workflow"));
}

void list(const Call& call, const LegacyRoutes& on) {
    json::array workflows;
    for (const WorkflowLibrary::Entry& entry : on.library.list()) {
        const std::optional<RunSummary> last = latest_of(on.runs, entry->name);
        json::object workflow = workflow_json(*entry);
        workflow["status"] = last ? status_of(*last) : never;
        workflow["last_execution"] =
            last ? json::value(json::object{
                       {"timestamp", local_time(last->started.value_or(last->created))},
                       {"success", is_success(*last)},
                       {"duration", duration_of(*last)}})
                 : json::value();
        workflows.push_back(std::move(workflow));
    }
    const std::size_t count = workflows.size();
    call->answer(200, json::object{{"workflows", std::move(workflows)}, {"count", count}});
}

void get(const Call& call, const LegacyRoutes& on) {
    const WorkflowLibrary::Entry entry = entry_of(call, on);
    const std::vector<RunSummary> runs = runs_of(on.runs, entry->name);
    json::object workflow = workflow_detail_json(*entry, runs.size());
    workflow["content"] = entry->text;
    workflow["last_execution"] =
        runs.empty() ? json::value()
                     : json::value(json::object{{"execution_id", runs.front().id},
                                                {"status", status_of(runs.front())},
                                                {"started_at", local_time(runs.front().started)},
                                                {"duration", duration_of(runs.front())}});
    call->answer(200, workflow);
}

// Kept under the name that the document says, else that of the file.
void upload(const Call& call, const LegacyRoutes& on) {
    const UploadedFile file = read_upload(call->request().fields.find("Content-Type").value_or(""),
                                          call->request().body, "file");
    const std::string stem = std::filesystem::path(file.name).stem().string();
    if (!is_workflow_name(stem)) {
        throw ApiProblem(400, "invalid_name", "'" + file.name + "' is no name of a workflow's file",
                         "use letters, digits, '.', '_' and '-', and end it with .yaml");
    }
    const LibraryDocument checked = on.library.check(file.bytes, stem);
    if (!checked.workflow) {
        throw ApiProblem(400, "invalid_workflow", "the workflow has errors")
            .with(to_json(checked.diagnostics));
    }
    try {
        const WorkflowLibrary::Saved saved =
            on.library.put(checked.workflow->name, file.bytes, {}, call->principal().name);
        const std::size_t tasks = saved.entry->checked.workflow->tasks.size();
        call->answer(200, json::object{{"workflow_id", workflow_id(saved.entry->name)},
                                       {"task_count", tasks},
                                       {"status", "loaded"},
                                       {"message", "Workflow '" + saved.entry->name + "' loaded"}});
    } catch (const ServiceError& error) {
        if (error.kind() != ServiceError::Kind::Invalid) {
            throw;
        }
        throw bad_request(error);
    }
}

void execute(const Call& call, const LegacyRoutes& on) {
    const WorkflowLibrary::Entry entry = entry_of(call, on);
    const auto accepted = [call, name = entry->name](const StartedRun* started,
                                                     const ServiceError* refusal) {
        if (started == nullptr) {
            call->refuse(problem_of(*refusal));
            return;
        }
        call->answer(200, json::object{{"workflow_id", workflow_id(name)},
                                       {"execution_id", started->id},
                                       {"status", "running"},
                                       {"message", "Workflow execution started"}});
    };
    on.runs.start({.workflow = entry, .trigger = "api"}, accepted);
}

void show_status(const Call& call, const LegacyRoutes& on) {
    const WorkflowLibrary::Entry entry = entry_of(call, on);
    const std::optional<RunSummary> last = latest_of(on.runs, entry->name);
    json::object answer{{"workflow_id", workflow_id(entry->name)},
                        {"name", entry->name},
                        {"status", last ? status_of(*last) : never}};
    if (last) {
        answer["last_execution"] = json::object{{"execution_id", last->id},
                                                {"status", status_of(*last)},
                                                {"started_at", local_time(last->started)},
                                                {"completed_at", local_time(last->ended)},
                                                {"duration", duration_of(*last)},
                                                {"error", error_of(*last)}};
        if (!last->ended) {
            answer["current_results"] = results_of(on.runs, last->id);
        }
    }
    call->answer(200, answer);
}

void show_results(const Call& call, const LegacyRoutes& on) {
    const WorkflowLibrary::Entry entry = entry_of(call, on);
    const std::optional<RunSummary> last = latest_of(on.runs, entry->name);
    if (!last) {
        throw ApiProblem(404, "never_executed", "the workflow '" + entry->name + "' never ran");
    }
    json::object answer = execution_json(on.runs, *last);
    answer.erase("error");
    call->answer(200, answer);
}

void show_history(const Call& call, const LegacyRoutes& on) {
    const WorkflowLibrary::Entry entry = entry_of(call, on);
    std::vector<RunSummary> runs = runs_of(on.runs, entry->name);
    std::reverse(runs.begin(), runs.end());
    json::array executions;
    for (const RunSummary& run : runs) {
        executions.push_back(json::object{{"execution_id", run.id},
                                          {"status", status_of(run)},
                                          {"started_at", local_time(run.started)},
                                          {"completed_at", local_time(run.ended)},
                                          {"duration", duration_of(run)},
                                          {"error", error_of(run)},
                                          {"results_count", on.runs.store().tasks(run.id).size()}});
    }
    call->answer(200, json::object{{"workflow_id", workflow_id(entry->name)},
                                   {"workflow_name", entry->name},
                                   {"total_executions", runs.size()},
                                   {"executions", std::move(executions)}});
}

void show_graph(const Call& call, const LegacyRoutes& on) {
    const WorkflowLibrary::Entry entry = entry_of(call, on);
    if (!entry->checked.workflow) {
        throw ApiProblem(400, "invalid_workflow",
                         "the workflow '" + entry->name + "' has errors, so it has no graph")
            .with(to_json(entry->checked.diagnostics));
    }
    const std::optional<RunSummary> last = latest_of(on.runs, entry->name);
    json::object graph =
        graph_json(*entry->checked.workflow, last ? results_of(on.runs, last->id) : json::object());
    graph["workflow_id"] = workflow_id(entry->name);
    call->answer(200, graph);
}

void show_execution(const Call& call, const LegacyRoutes& on) {
    const RunSummary run = on.runs.get(call->at("execution"));
    json::object answer = execution_json(on.runs, run);
    const std::vector<std::string> lines = log_of(on.runs, run.id);
    answer["logs"] = json::array(lines.begin(), lines.end());
    call->answer(200, answer);
}

}  // namespace

void LegacyRoutes::add_page(Routes& routes) const {
    const auto add = [&, on = *this](std::string_view path, std::string_view operation,
                                     std::string_view summary,
                                     const std::vector<RouteParameter>& parameters, auto function) {
        routes.push_back({.method = "GET",
                          .path = path,
                          .operation = operation,
                          .tag = tag,
                          .summary = summary,
                          .access = needs(access::Scope::Read),
                          .parameters = parameters,
                          .answers = {{200, "As the older server answers.", answer_schema}},
                          .handler = [on, function](const Call& call) { function(call, on); }});
    };
    add("/api/workflows", "legacyListWorkflows", "List workflows", {}, list);
    add("/api/workflows/{workflow}", "legacyGetWorkflow", "Get a workflow", {id_in_path}, get);
    add("/api/workflows/{workflow}/status", "legacyWorkflowStatus", "How the latest run is",
        {id_in_path}, show_status);
    add("/api/workflows/{workflow}/results", "legacyWorkflowResults", "What the latest run came to",
        {id_in_path}, show_results);
    add("/api/workflows/{workflow}/history", "legacyWorkflowHistory", "List the runs of a workflow",
        {id_in_path}, show_history);
    add("/api/workflows/{workflow}/graph", "legacyWorkflowGraph", "Draw a workflow", {id_in_path},
        show_graph);
    add("/api/executions/{execution}", "legacyGetExecution", "Get a run", {execution_in_path},
        show_execution);
    add("/api/stats", "legacyStats", "How much there is and goes on", {},
        [](const Call& call, const LegacyRoutes& on) { call->answer(200, stats_json(on)); });
    add_page_changes(routes);
}

void LegacyRoutes::add_page_changes(Routes& routes) const {
    const auto with = [on = *this](auto function) {
        return [on, function](const Call& call) { function(call, on); };
    };
    routes.push_back({.method = "POST",
                      .path = "/api/workflows/upload",
                      .operation = "legacyUploadWorkflow",
                      .tag = tag,
                      .summary = "Add a workflow, or a new version of one",
                      .access = needs(access::Scope::Edit),
                      .audit = "workflow.saved",
                      .body = RouteBody{.content_type = "multipart/form-data",
                                        .description = "The document, as the file `file`.",
                                        .schema = {},
                                        .kind = RouteBody::Kind::Upload},
                      .answers = {{200, "It is kept.", answer_schema}},
                      .handler = with(upload)});
    routes.push_back({.method = "POST",
                      .path = "/api/workflows/{workflow}/execute",
                      .operation = "legacyStartWorkflow",
                      .tag = tag,
                      .summary = "Start a run",
                      .access = needs(access::Scope::Run),
                      .audit = "run.started",
                      .parameters = {id_in_path},
                      .answers = {{200, "It has been accepted.", answer_schema}},
                      .handler = with(execute)});
    routes.push_back({.method = "GET",
                      .path = "/ws/{workflow}",
                      .operation = "legacySocket",
                      .tag = tag,
                      .summary = "The state of a workflow's runs over a WebSocket",
                      .access = needs(access::Scope::Read),
                      .parameters = {id_in_path},
                      .answers = {{101, "A WebSocket.", {}, {}}},
                      .handler = with(open_status_socket)});
}

}  // namespace oa::host::legacy
