#include "host/cli/document_commands.hpp"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include <boost/json.hpp>
#include <unistd.h>

#include "core/json/json.hpp"
#include "core/workflow/graph.hpp"
#include "host/cli/source_excerpt.hpp"
#include "host/cli/terminal.hpp"
#include "host/cli/validation_report.hpp"

namespace oa::host {

namespace {

std::unique_ptr<ValidationReport> make_report(const ValidateOptions& options,
                                              std::ostream& out,
                                              std::ostream& err) {
    switch (options.format) {
        case ValidateFormat::Text: break;
        case ValidateFormat::Json: return json_report(out);
        case ValidateFormat::Sarif: return sarif_report(out);
        case ValidateFormat::Github: return github_report(out);
    }
    TextReportOptions text;
    text.terminal = inspect_terminal(STDERR_FILENO);
    text.context = options.context.value_or(text.terminal.is_terminal);
    return text_report(text, out, err);
}

std::string name_of(const std::string& file, const ValidateOptions& options) {
    return file == "-" ? options.stdin_name.value_or("standard input") : file;
}

/// Checks one document, and gives its text to `texts` where there is something to show of it.
ExitStatus check(const std::string& file,
                 const std::string& name,
                 const Workbench& workbench,
                 CheckedDocument& document,
                 SourceTexts& texts) {
    document.file = name;
    const core::ReadOptions limits = read_options(workbench.config);
    auto text = read_document(file, limits.yaml.bytes_max);
    if (auto* missing = std::get_if<core::Diagnostic>(&text)) {
        missing->file = name;
        missing->code = "unreadable-file";
        document.diagnostics.push_back(std::move(*missing));
        return ExitStatus::Usage;
    }
    auto& content = std::get<std::string>(text);
    core::ReadResult read = core::read_workflow(
        content, name, std::shared_ptr<const core::FunctionCatalog>(workbench.plugins), limits);
    document.diagnostics = std::move(read.diagnostics);
    if (read.workflow) {
        document.workflow = std::move(read.workflow);
    }
    if (!document.diagnostics.empty()) {
        texts.put(name, std::move(content));
    }
    return document.workflow ? ExitStatus::Ok : ExitStatus::InvalidWorkflow;
}

bool has_warnings(const core::Diagnostics& diagnostics) {
    return std::any_of(diagnostics.begin(), diagnostics.end(), [](const auto& diagnostic) {
        return diagnostic.severity == core::Severity::Warning;
    });
}

}  // namespace

ExitStatus validate(const ValidateOptions& options,
                    const Workbench& workbench,
                    std::ostream& out,
                    std::ostream& err) {
    const auto report = make_report(options, out, err);
    ExitStatus status = ExitStatus::Ok;
    for (const std::string& file : options.files) {
        CheckedDocument document;
        SourceTexts texts(read_options(workbench.config).yaml.bytes_max);
        // A wrong document outweighs a missing one: it is what the author came for.
        status = std::max(status, check(file, name_of(file, options), workbench, document, texts));
        if (options.deny_warnings && has_warnings(document.diagnostics)) {
            status = std::max(status, ExitStatus::InvalidWorkflow);
        }
        report->add(document, texts);
    }
    report->finish(status);
    return status;
}

ExitStatus graph(const GraphOptions& options, const Workbench& workbench, std::ostream& out) {
    const LoadedWorkflow loaded = load_workflow(options.file, workbench);
    print_diagnostics(loaded.diagnostics);
    if (!loaded.workflow) {
        return loaded.status;
    }
    const core::Workflow& workflow = *loaded.workflow;
    core::GraphOptions drawing;
    drawing.depth = options.depth;
    drawing.columns = inspect_terminal(STDOUT_FILENO).columns;
    switch (options.format) {
        case GraphFormat::Text: out << core::graph_text(workflow, drawing); break;
        case GraphFormat::Mermaid: out << core::graph_mermaid(workflow, drawing); break;
        case GraphFormat::Dot: out << core::graph_dot(workflow, drawing); break;
        case GraphFormat::Json:
            out << core::write_json(core::graph_json(workflow, drawing), core::JsonStyle::Indented)
                << '\n';
            break;
    }
    return ExitStatus::Ok;
}

}  // namespace oa::host
