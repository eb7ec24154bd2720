#include "host/cli/document_commands.hpp"

#include <algorithm>
#include <string>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/workflow/graph.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

json::object to_json(const std::string& file, const LoadedWorkflow& loaded) {
    json::object item;
    item["file"] = file;
    item["valid"] = loaded.workflow != nullptr;
    if (loaded.workflow) {
        item["name"] = loaded.workflow->name;
        item["flow"] = core::to_string(loaded.workflow->flow);
        item["tasks"] = loaded.workflow->tasks.size();
    }
    json::array findings;
    for (const core::Diagnostic& diagnostic : loaded.diagnostics) {
        findings.push_back(host::to_json(diagnostic));
    }
    item["findings"] = std::move(findings);
    return item;
}

std::string plural(std::size_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

ExitStatus validate(const ValidateOptions& options, const Workbench& workbench, std::ostream& out) {
    ExitStatus status = ExitStatus::Ok;
    json::array documents;
    for (const std::string& file : options.files) {
        const LoadedWorkflow loaded = load_workflow(file, workbench);
        // A wrong document outweighs a missing one: it is what the author came for.
        status = std::max(status, loaded.status);
        if (options.json) {
            documents.push_back(to_json(file, loaded));
            continue;
        }
        print_diagnostics(loaded.diagnostics);
        if (loaded.workflow) {
            out << printable(file) << ": valid: " << core::to_string(loaded.workflow->flow)
                << " of " << plural(loaded.workflow->tasks.size(), "task") << '\n';
        } else {
            out << printable(file) << ": " << plural(loaded.diagnostics.size(), "problem") << '\n';
        }
    }
    if (options.json) {
        out << core::write_json(documents, core::JsonStyle::Indented) << '\n';
    }
    return status;
}

ExitStatus graph(const GraphOptions& options, const Workbench& workbench, std::ostream& out) {
    const LoadedWorkflow loaded = load_workflow(options.file, workbench);
    print_diagnostics(loaded.diagnostics);
    if (!loaded.workflow) {
        return loaded.status;
    }
    switch (options.format) {
        case GraphFormat::Text: out << core::graph_text(*loaded.workflow); break;
        case GraphFormat::Mermaid: out << core::graph_mermaid(*loaded.workflow); break;
        case GraphFormat::Dot: out << core::graph_dot(*loaded.workflow); break;
        case GraphFormat::Json:
            out << core::write_json(core::graph_json(*loaded.workflow), core::JsonStyle::Indented)
                << '\n';
            break;
    }
    return ExitStatus::Ok;
}

}  // namespace oa::host
