#include "host/cli/document_commands.hpp"

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json.hpp>
#include <unistd.h>

#include "core/json/json.hpp"
#include "core/nearest.hpp"
#include "core/workflow/graph.hpp"
#include "host/cli/secret_sources.hpp"
#include "host/cli/source_excerpt.hpp"
#include "host/cli/terminal.hpp"
#include "host/cli/validation_report.hpp"
#include "host/log/logger.hpp"

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

/// Secrets that have to be there and are not.
void check_secrets(const std::vector<core::SecretUse>& uses,
                   const core::SecretSource& wallet,
                   core::Diagnostics& findings) {
    const std::vector<std::string> keys = wallet.keys();
    for (const core::SecretUse& use : uses) {
        if (!use.has_default && wallet.lists_all(use.store) &&
            std::find(keys.begin(), keys.end(), use.key) == keys.end()) {
            findings.push_back({core::Severity::Error, use.file, use.position,
                                "the wallet has no secret '" + use.key + "'",
                                core::did_you_mean(use.key, keys), "absent-secret"});
        }
    }
}

class Validation {
public:
    Validation(const ValidateOptions& options,
               const Workbench& workbench,
               const core::SecretSource* wallet)
        : options_(options), workbench_(workbench), wallet_(wallet) {}

    ExitStatus run(ValidationReport& report) {
        ExitStatus status = ExitStatus::Ok;
        for (const std::string& file : options_.files) {
            CheckedDocument document;
            SourceTexts texts(bytes_max());
            // A wrong document outweighs a missing one: it is what the author came for.
            status = std::max(status, check(file, document, texts));
            if (options_.deny_warnings && has_warnings(document.diagnostics)) {
                status = std::max(status, ExitStatus::InvalidWorkflow);
            }
            report.add(document, texts);
        }
        report.finish(status);
        return status;
    }

private:
    [[nodiscard]] std::size_t bytes_max() const {
        return read_options(workbench_.config).yaml.bytes_max;
    }

    /// Gives the text of the document to `texts` where there is something to show of it.
    ExitStatus check(const std::string& file, CheckedDocument& document, SourceTexts& texts) {
        document.file = file == "-" ? options_.stdin_name.value_or("standard input") : file;
        auto text = read_document(file, bytes_max());
        if (auto* missing = std::get_if<core::Diagnostic>(&text)) {
            missing->file = document.file;
            missing->code = "unreadable-file";
            document.diagnostics.push_back(std::move(*missing));
            return ExitStatus::Usage;
        }
        auto& content = std::get<std::string>(text);
        LoadedWorkflow loaded = check_workflow(content, document.file, workbench_);
        document.workflow = std::move(loaded.workflow);
        document.diagnostics = std::move(loaded.diagnostics);
        if (wallet_ != nullptr) {
            check_secrets(loaded.secrets, *wallet_, document.diagnostics);
        }
        if (core::has_errors(document.diagnostics)) {
            document.workflow = nullptr;
        }
        if (options_.format != ValidateFormat::Json) {
            leave_out_told(document.diagnostics);
        }
        if (!document.diagnostics.empty()) {
            texts.put(document.file, std::move(content));
        }
        return document.workflow ? ExitStatus::Ok : ExitStatus::InvalidWorkflow;
    }

    /// A workflow that others run is read with each of them, and its mistakes are told once.
    void leave_out_told(core::Diagnostics& diagnostics) {
        const auto is_told = [this](const core::Diagnostic& diagnostic) {
            return !told_.insert(to_string(diagnostic)).second;
        };
        diagnostics.erase(std::remove_if(diagnostics.begin(), diagnostics.end(), is_told),
                          diagnostics.end());
    }

    static bool has_warnings(const core::Diagnostics& diagnostics) {
        return std::any_of(diagnostics.begin(), diagnostics.end(), [](const auto& diagnostic) {
            return diagnostic.severity == core::Severity::Warning;
        });
    }

    const ValidateOptions& options_;
    const Workbench& workbench_;
    const core::SecretSource* wallet_;
    std::set<std::string> told_;
};

}  // namespace

ExitStatus validate(const ValidateOptions& options,
                    const Workbench& workbench,
                    std::ostream& out,
                    std::ostream& err) {
    std::optional<SecretSources> wallet;
    if (options.wallet.file) {
        try {
            wallet.emplace(options.wallet, workbench);
            wallet->open();
        } catch (const std::exception& error) {
            err << "oa: " << printable(error.what()) << '\n';
            return ExitStatus::PluginTrouble;
        }
    }
    const auto report = make_report(options, out, err);
    return Validation(options, workbench, wallet ? &*wallet : nullptr).run(*report);
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
