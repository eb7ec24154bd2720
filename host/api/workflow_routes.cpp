#include "host/api/workflow_routes.hpp"

#include <algorithm>
#include <utility>

#include <Poco/URI.h>
#include <boost/json.hpp>

#include "core/wall_time.hpp"
#include "core/workflow/graph.hpp"
#include "host/api/api_call.hpp"
#include "host/api/common_parameters.hpp"
#include "host/service/diagnostics_json.hpp"
#include "host/service/json_values.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

using Call = std::shared_ptr<ApiCall>;
using In = RouteParameter::In;
using Entry = WorkflowLibrary::Entry;

constexpr std::string_view version_schema = R"({"type": "integer", "minimum": 1})";
constexpr RouteParameter if_match{
    In::Header, "If-Match",
    "The ETag of the workflow that was read, or `*` for any: 412 when it is another one by now.",
    text_schema};

std::string encoded_segment(const std::string& name) {
    std::string encoded;
    Poco::URI::encode(name, "/?#[]@!$&'()*+,;=", encoded);
    return encoded;
}

json::object summary_json(const Entry& entry) {
    const core::Workflow* const workflow = entry->checked.workflow.get();
    json::object object;
    object["name"] = entry->name;
    object["description"] =
        workflow != nullptr ? text_or_null(workflow->description) : json::value();
    object["tags"] = workflow != nullptr ? json::array(workflow->tags.begin(), workflow->tags.end())
                                         : json::array();
    object["version"] = entry->version;
    object["etag"] = entry->etag;
    object["changed_at"] = core::format_time(entry->changed);
    object["tasks"] = workflow != nullptr ? workflow->tasks.size() : 0;
    object["valid"] = !core::has_errors(entry->checked.diagnostics);
    object["errors"] = to_json(entry->checked.diagnostics);
    return object;
}

json::object input_json(const core::Input& input) {
    return {{"name", input.name},
            {"type", text_or_null(input.type.value_or(std::string()))},
            {"required", input.required},
            {"default", input.default_value.value_or(nullptr)},
            {"description", text_or_null(input.description)}};
}

json::object detail_json(const Entry& entry) {
    json::object object = summary_json(entry);
    object["text"] = entry->text;
    json::array inputs;
    if (entry->checked.workflow) {
        for (const core::Input& input : entry->checked.workflow->inputs) {
            inputs.push_back(input_json(input));
        }
    }
    object["inputs"] = std::move(inputs);
    json::array secrets;
    for (const core::SecretUse& use : entry->checked.secrets) {
        const json::value name(use.key);
        if (std::find(secrets.begin(), secrets.end(), name) == secrets.end()) {
            secrets.push_back(name);
        }
    }
    object["secrets"] = std::move(secrets);
    return object;
}

HttpFields etag_of(const Entry& entry) {
    HttpFields fields;
    fields.add("ETag", entry->etag);
    return fields;
}

WorkflowLibrary::Expected expected_by(const ApiCall& call) {
    WorkflowLibrary::Expected expected;
    expected.etag = call.text("If-Match");
    expected.is_new = call.text("If-None-Match") == "*";
    return expected;
}

Entry entry_of(const ApiCall& call, const WorkflowRoutes& services) {
    const std::optional<std::int64_t> version = call.number("version");
    return version
               ? services.library.version(call.at("workflow"), static_cast<std::uint64_t>(*version))
               : services.library.get(call.at("workflow"));
}

bool has_word(const Entry& entry, const std::string& word) {
    return entry->name.find(word) != std::string::npos ||
           (entry->checked.workflow &&
            entry->checked.workflow->description.find(word) != std::string::npos);
}

bool has_tag(const Entry& entry, const std::string& tag) {
    return entry->checked.workflow &&
           std::find(entry->checked.workflow->tags.begin(), entry->checked.workflow->tags.end(),
                     tag) != entry->checked.workflow->tags.end();
}

void list(const Call& call, const WorkflowRoutes& services) {
    const std::optional<std::string> word = call->text("search");
    const std::vector<std::string> tags = call->texts("tag");
    const std::optional<std::string> after = call->text("cursor");
    const auto most = static_cast<std::size_t>(call->number("limit").value_or(100));
    json::array found;
    json::value next;
    for (const Entry& entry : services.library.list()) {
        if ((after && entry->name <= *after) || (word && !has_word(entry, *word)) ||
            !std::all_of(tags.begin(), tags.end(),
                         [&](const std::string& tag) { return has_tag(entry, tag); })) {
            continue;
        }
        if (found.size() == most) {
            next = found.back().as_object().at("name");
            break;
        }
        found.push_back(summary_json(entry));
    }
    call->answer(200, json::object{{"workflows", std::move(found)}, {"next", std::move(next)}});
}

void validation(const Call& call, const LibraryDocument& checked) {
    json::object answer;
    answer["valid"] = checked.workflow != nullptr;
    answer["name"] = checked.workflow ? json::value(checked.workflow->name) : json::value();
    answer["errors"] = to_json(checked.diagnostics);
    call->answer(200, answer);
}

void save(const Call& call, const WorkflowRoutes& services, const std::string& name) {
    if (call->flag("dry_run")) {
        validation(call, services.library.check(call->request().body, name));
        return;
    }
    const WorkflowLibrary::Saved saved = services.library.put(
        name, call->request().body, expected_by(*call), call->principal().name);
    HttpFields fields = etag_of(saved.entry);
    if (saved.is_new) {
        fields.add("Location", "/api/v1/workflows/" + encoded_segment(saved.entry->name));
    }
    call->answer(saved.is_new ? 201 : 200, detail_json(saved.entry), std::move(fields));
}

void get(const Call& call, const WorkflowRoutes& services) {
    const Entry entry = entry_of(*call, services);
    if (call->text("If-None-Match") == entry->etag) {
        HttpResponse unchanged{.status = 304, .fields = etag_of(entry)};
        call->answer(std::move(unchanged));
        return;
    }
    const auto accept = call->request().fields.find("Accept");
    if (accept && accept->find("application/yaml") != std::string_view::npos) {
        HttpResponse document{.fields = etag_of(entry), .body = entry->text};
        document.fields.add("Content-Type", "application/yaml");
        call->answer(std::move(document));
        return;
    }
    call->answer(200, detail_json(entry), etag_of(entry));
}

void graph(const Call& call, const WorkflowRoutes& services) {
    const Entry entry = services.library.get(call->at("workflow"));
    if (!entry->checked.workflow) {
        throw ServiceError(ServiceError::Kind::Invalid, "invalid_workflow",
                           "the workflow '" + entry->name + "' has errors, so it has no graph", {},
                           to_json(entry->checked.diagnostics));
    }
    const core::Workflow& workflow = *entry->checked.workflow;
    const core::GraphOptions options{
        .depth = static_cast<std::uint32_t>(call->number("depth").value_or(0))};
    const std::string format = call->text("format").value_or("json");
    if (format == "json") {
        call->answer(200, core::graph_json(workflow, options), etag_of(entry));
        return;
    }
    HttpResponse drawn{.fields = etag_of(entry),
                       .body = format == "dot" ? core::graph_dot(workflow, options)
                                               : core::graph_mermaid(workflow, options)};
    drawn.fields.add("Content-Type", format == "dot" ? "text/vnd.graphviz; charset=utf-8"
                                                     : "text/plain; charset=utf-8");
    call->answer(std::move(drawn));
}

void versions(const Call& call, const WorkflowRoutes& services) {
    const std::string& name = call->at("workflow");
    const std::optional<std::int64_t> cursor = call->number("cursor");
    const auto most = static_cast<std::uint32_t>(call->number("limit").value_or(100));
    const std::vector<WorkflowVersion> found = services.store.versions(
        name, most,
        cursor ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(*cursor)) : std::nullopt);
    if (found.empty() && !cursor) {
        static_cast<void>(services.library.get(name));  // says that there is none
    }
    json::array list;
    for (const WorkflowVersion& version : found) {
        list.push_back(json::object{{"version", version.version},
                                    {"created_at", core::format_time(version.created)},
                                    {"by", version.made_by},
                                    {"removed", version.is_removal()}});
    }
    call->answer(200, json::object{{"versions", std::move(list)},
                                   {"next", found.size() == most && found.back().version > 1
                                                ? json::value(std::to_string(found.back().version))
                                                : json::value()}});
}

}  // namespace

void WorkflowRoutes::add_to(Routes& routes) const {
    const WorkflowRoutes services = *this;
    const auto with = [&](auto function) {
        return [services, function](const Call& call) { function(call, services); };
    };
    const RouteBody document{.content_type = "application/yaml",
                             .description = "A workflow document.",
                             .schema = {},
                             .kind = RouteBody::Kind::Document};
    const RouteParameter dry_run{In::Query, "dry_run", "Whether to check the document only.",
                                 R"({"type": "boolean"})"};
    const RouteParameter version{In::Query, "version",
                                 "One of its versions, in place of the newest.", version_schema};
    const RouteParameter if_none_match{In::Header, "If-None-Match",
                                       "`*`: there must be no such workflow.", text_schema};

    routes.push_back({.method = "GET",
                      .path = "/api/v1/workflows",
                      .operation = "listWorkflows",
                      .tag = "workflows",
                      .summary = "List workflows by name",
                      .access = needs(access::Scope::Read),
                      .parameters = {{In::Query, "search", "A part of the name or the description.",
                                      text_schema},
                                     {In::Query, "tag",
                                      "With this tag; may be given more than once.", text_schema},
                                     page_limit,
                                     text_cursor},
                      .answers = {{200, "A page of workflows.", "WorkflowList"}},
                      .handler = with(list)});
    routes.push_back(
        {.method = "POST",
         .path = "/api/v1/workflows",
         .operation = "createWorkflow",
         .tag = "workflows",
         .summary = "Add a workflow, or a new version of one",
         .description = "Its name is the document's own.",
         .access = needs(access::Scope::Edit),
         .audit = "workflow.saved",
         .parameters = {dry_run, if_match, if_none_match},
         .body = document,
         .answers = {{201, "It is new.", "WorkflowDetail"},
                     {200, "It was there before; or, with `dry_run`, what is wrong.",
                      "WorkflowSaved"}},
         .handler = with([](const Call& call, const WorkflowRoutes& on) { save(call, on, {}); })});
    routes.push_back({.method = "POST",
                      .path = "/api/v1/workflows/validate",
                      .operation = "validateWorkflow",
                      .tag = "workflows",
                      .summary = "Check a document",
                      .access = needs(access::Scope::Read),
                      .body = document,
                      .answers = {{200, "What is wrong with it.", "Validation"}},
                      .handler = with([](const Call& call, const WorkflowRoutes& on) {
                          validation(call, on.library.check(call->request().body, {}));
                      })});
    routes.push_back({.method = "POST",
                      .path = "/api/v1/workflows/reload",
                      .operation = "reloadWorkflows",
                      .tag = "workflows",
                      .summary = "Read the folder of workflows anew",
                      .access = needs(access::Scope::Edit),
                      .audit = "workflow.reloaded",
                      .answers = {{200, "What has changed.", "Reload"}},
                      .handler = with([](const Call& call, const WorkflowRoutes& on) {
                          const WorkflowLibrary::Report report = on.library.reload();
                          call->answer(200, json::object{{"workflows", report.workflows},
                                                         {"added", report.added},
                                                         {"changed", report.changed},
                                                         {"removed", report.removed},
                                                         {"errors", to_json(report.diagnostics)}});
                      })});
    routes.push_back(
        {.method = "GET",
         .path = "/api/v1/workflows/{workflow}",
         .operation = "getWorkflow",
         .tag = "workflows",
         .summary = "Get a workflow",
         .description = "With `Accept: application/yaml` the document itself.",
         .access = needs(access::Scope::Read),
         .parameters = {workflow_in_path,
                        version,
                        {In::Header, "If-None-Match",
                         "The ETag of what a client has: 304 when it is still that.", text_schema}},
         .answers = {{200, "The workflow.", "WorkflowDetail"},
                     {200, "The workflow.", {}, "application/yaml"},
                     {304, "It is what the client has.", {}, {}}},
         .handler = with(get)});
    routes.push_back({.method = "PUT",
                      .path = "/api/v1/workflows/{workflow}",
                      .operation = "saveWorkflow",
                      .tag = "workflows",
                      .summary = "Add a workflow, or a new version of one",
                      .access = needs(access::Scope::Edit),
                      .audit = "workflow.saved",
                      .parameters = {workflow_in_path, dry_run, if_match, if_none_match},
                      .body = document,
                      .answers = {{200, "It was there before; or, with `dry_run`, what is wrong.",
                                   "WorkflowSaved"},
                                  {201, "It is new.", "WorkflowDetail"}},
                      .handler = with([](const Call& call, const WorkflowRoutes& on) {
                          save(call, on, call->at("workflow"));
                      })});
    routes.push_back({.method = "DELETE",
                      .path = "/api/v1/workflows/{workflow}",
                      .operation = "deleteWorkflow",
                      .tag = "workflows",
                      .summary = "Remove a workflow",
                      .description = "Runs that are there go on with what they began with.",
                      .access = needs(access::Scope::Edit),
                      .audit = "workflow.deleted",
                      .parameters = {workflow_in_path, if_match},
                      .answers = {{204, "It is gone.", {}, {}}},
                      .handler = with([](const Call& call, const WorkflowRoutes& on) {
                          on.library.remove(call->at("workflow"), expected_by(*call),
                                            call->principal().name);
                          call->done();
                      })});
    routes.push_back(
        {.method = "GET",
         .path = "/api/v1/workflows/{workflow}/graph",
         .operation = "getWorkflowGraph",
         .tag = "workflows",
         .summary = "Draw a workflow",
         .access = needs(access::Scope::Read),
         .parameters = {workflow_in_path,
                        {In::Query, "format", "json where it is not given.",
                         R"({"enum": ["json", "mermaid", "dot"]})"},
                        {In::Query, "depth", "How many levels of sub-workflows are drawn.",
                         R"({"type": "integer", "minimum": 0, "maximum": 16})"}},
         .answers = {{200, "The graph.", "Graph"},
                     {200, "For Mermaid.", {}, "text/plain"},
                     {200, "For Graphviz.", {}, "text/vnd.graphviz"}},
         .handler = with(graph)});
    routes.push_back({.method = "GET",
                      .path = "/api/v1/workflows/{workflow}/versions",
                      .operation = "listWorkflowVersions",
                      .tag = "workflows",
                      .summary = "What a workflow has been, the newest first",
                      .access = needs(access::Scope::Read),
                      .parameters = {workflow_in_path, page_limit, number_cursor},
                      .answers = {{200, "A page of versions.", "WorkflowVersionList"}},
                      .handler = with(versions)});
}

}  // namespace oa::host
