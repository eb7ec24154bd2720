#pragma once

#include <cstddef>
#include <memory>
#include <ostream>
#include <set>
#include <string>

#include "core/workflow/workflow.hpp"
#include "host/cli/options.hpp"
#include "host/cli/source_excerpt.hpp"

namespace oa::host {

/// One document that was checked.
struct CheckedDocument {
    std::string file;                                ///< as findings name it
    std::shared_ptr<const core::Workflow> workflow;  ///< null when there are errors
    core::Diagnostics diagnostics;
};

/// How many findings there were.
struct FindingCount {
    std::size_t errors = 0;
    std::size_t warnings = 0;
    std::set<std::string> files;  ///< with findings

    void add(const core::Diagnostics& diagnostics);
    /// "3 errors and 1 warning in 2 files"; empty when there are none.
    [[nodiscard]] std::string summary() const;
};

/// Tells what `oa validate` found, in one format.
class ValidationReport {
public:
    virtual ~ValidationReport() = default;
    ValidationReport(const ValidationReport&) = delete;
    ValidationReport& operator=(const ValidationReport&) = delete;

    /// For each document, in order.
    virtual void add(const CheckedDocument& document, SourceTexts& texts) = 0;
    /// Once, after all of them.
    virtual void finish(ExitStatus status) = 0;

protected:
    ValidationReport() = default;
};

struct TextReportOptions {
    bool context = false;  ///< the source line below each finding
    Terminal terminal;     ///< that `err` is
};

/// Findings on `err`, as compilers write them; what is valid and the summary on `out`.
[[nodiscard]] std::unique_ptr<ValidationReport> text_report(const TextReportOptions& options,
                                                            std::ostream& out,
                                                            std::ostream& err);
/// [{"file", "valid", "name", "flow", "tasks", "findings": [{"severity", "code", "file", "line",
/// "column", "message", "hint"}]}]; name, flow and tasks of what is valid only.
[[nodiscard]] std::unique_ptr<ValidationReport> json_report(std::ostream& out);
/// Commands to GitHub Actions, which shows them beside the lines of a change.
[[nodiscard]] std::unique_ptr<ValidationReport> github_report(std::ostream& out);
/// SARIF 2.1.0, in one document.
[[nodiscard]] std::unique_ptr<ValidationReport> sarif_report(std::ostream& out);

}  // namespace oa::host
