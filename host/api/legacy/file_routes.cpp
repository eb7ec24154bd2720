// The paths of the older server that ran workflows by the names of their files.

#include <algorithm>

#include <boost/json.hpp>

#include "host/api/legacy/legacy_call.hpp"
#include "host/api/legacy/legacy_records.hpp"
#include "host/api/legacy/legacy_routes.hpp"
#include "host/api/legacy/legacy_stats.hpp"

namespace oa::host::legacy {

namespace json = boost::json;

namespace {

void show_service(const Call& call, const std::string& version) {
    call->answer(200, json::object{{"service", "Open-Automator API Server"},
                                   {"version", version},
                                   {"status", "running"},
                                   {"workflow_manager", "enabled"},
                                   {"endpoints",
                                    {{"execute", "/execute?WORKFLOW=<file>"},
                                     {"workflows", "/workflows"},
                                     {"executions", "/executions/<id>"},
                                     {"stats", "/stats"},
                                     {"health", "/health"}}}});
}

// What the three older servers answered under this path, together.
void show_health(const Call& call, const LegacyRoutes& on) {
    const bool is_open = on.wallet.state().is_open;
    call->answer(200, json::object{{"status", "healthy"},
                                   {"service", "Open-Automator"},
                                   {"version", on.version},
                                   {"timestamp", local_time(on.clock.wall())},
                                   {"workflows_loaded", on.library.list().size()},
                                   {"active_executions", on.engine.running()},
                                   {"wallet_loaded", is_open},
                                   {"wallet_status", is_open ? "loaded" : "not_loaded"}});
}

json::value brief_json(const std::optional<RunSummary>& run) {
    return run ? json::value(json::object{{"execution_id", run->id},
                                          {"status", status_of(*run)},
                                          {"duration", duration_of(*run)}})
               : json::value();
}

void list(const Call& call, const LegacyRoutes& on) {
    json::array workflows;
    for (const WorkflowLibrary::Entry& entry : on.library.list()) {
        const std::vector<RunSummary> runs = runs_of(on.runs, entry->name);
        json::object workflow = workflow_json(*entry);
        workflow["filepath"] = entry->file.string();
        workflow["executions_count"] = runs.size();
        workflow["last_execution"] =
            brief_json(runs.empty() ? std::nullopt : std::optional(runs.front()));
        workflow["path"] = workflow.at("filepath");
        workflow["tasks"] = workflow.at("task_count");
        workflows.push_back(std::move(workflow));
    }
    const std::size_t count = workflows.size();
    call->answer(200, json::object{{"workflows", std::move(workflows)},
                                   {"count", count},
                                   {"path", on.library.folder().string()}});
}

void get(const Call& call, const LegacyRoutes& on) {
    const WorkflowLibrary::Entry entry = find_workflow(on.library, call->at("workflow"));
    call->answer(200, workflow_detail_json(*entry, runs_of(on.runs, entry->name).size()));
}

void show_history(const Call& call, const LegacyRoutes& on) {
    const WorkflowLibrary::Entry entry = find_workflow(on.library, call->at("workflow"));
    std::vector<RunSummary> runs = runs_of(on.runs, entry->name);
    std::reverse(runs.begin(), runs.end());
    json::array executions;
    for (const RunSummary& run : runs) {
        executions.push_back(json::object{{"execution_id", run.id},
                                          {"status", status_of(run)},
                                          {"started_at", local_time(run.started)},
                                          {"duration", duration_of(run)},
                                          {"error", error_of(run)}});
    }
    call->answer(200, json::object{{"workflow_id", workflow_id(entry->name)},
                                   {"total_executions", runs.size()},
                                   {"executions", std::move(executions)}});
}

void show_stats(const Call& call, const LegacyRoutes& on) {
    json::object stats = stats_json(on);
    stats.at("system").as_object()["workflow_path"] = on.library.folder().string();
    call->answer(200, stats);
}

}  // namespace

void LegacyRoutes::add_files(Routes& routes) const {
    const auto add = [&](std::string_view path, std::string_view operation,
                         std::string_view summary, std::vector<RouteParameter> parameters,
                         std::function<void(const Call& call)> handler) {
        routes.push_back({.method = "GET",
                          .path = path,
                          .operation = operation,
                          .tag = tag,
                          .summary = summary,
                          .access = needs(access::Scope::Read),
                          .parameters = std::move(parameters),
                          .answers = {{200, "As the older server answers.", answer_schema}},
                          .handler = with_error(std::move(handler))});
    };
    const auto with = [on = *this](auto function) {
        return [on, function](const Call& call) { function(call, on); };
    };
    const bool has_root = std::any_of(routes.begin(), routes.end(), [](const Route& route) {
        return route.path == "/" && route.method == "GET";
    });
    if (!has_root) {
        add("/", "legacyService", "What the older server says of itself", {},
            [text = version](const Call& call) { show_service(call, text); });
    }
    add("/health", "legacyHealth", "Whether the service works", {}, with(show_health));
    add("/workflows", "legacyListFiles", "List workflows", {}, with(list));
    add("/workflows/{workflow}", "legacyGetFile", "Get a workflow", {id_in_path}, with(get));
    add("/workflows/{workflow}/history", "legacyFileHistory", "List the runs of a workflow",
        {id_in_path}, with(show_history));
    add("/executions/{execution}", "legacyGetFileExecution", "Get a run", {execution_in_path},
        with([](const Call& call, const LegacyRoutes& on) {
            call->answer(200, execution_json(on.runs, on.runs.get(call->at("execution"))));
        }));
    add("/stats", "legacyFileStats", "How much there is and goes on", {}, with(show_stats));
    add_execute(routes);
}

void LegacyRoutes::add_to(Routes& routes) const {
    add_files(routes);
    add_page(routes);
    add_wallet(routes);
}

}  // namespace oa::host::legacy
