#include "core/diagnostic.hpp"

#include <algorithm>
#include <tuple>

namespace oa::core {

std::string to_string(const Diagnostic& diagnostic) {
    std::string text = diagnostic.file;
    if (diagnostic.position.line != 0) {
        if (!text.empty()) {
            text += ':';
        }
        text += std::to_string(diagnostic.position.line);
        if (diagnostic.position.column != 0) {
            text += ':' + std::to_string(diagnostic.position.column);
        }
    }
    if (!text.empty()) {
        text += ": ";
    }
    text += diagnostic.severity == Severity::Error ? "error: " : "warning: ";
    text += diagnostic.message;
    if (!diagnostic.hint.empty()) {
        text += "; " + diagnostic.hint;
    }
    return text;
}

std::string_view code_of(const Diagnostic& diagnostic) {
    if (!diagnostic.code.empty()) {
        return diagnostic.code;
    }
    return diagnostic.severity == Severity::Error ? "workflow-error" : "workflow-warning";
}

bool has_errors(const Diagnostics& diagnostics) {
    return std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& diagnostic) {
        return diagnostic.severity == Severity::Error;
    });
}

void sort_by_position(Diagnostics& diagnostics) {
    std::stable_sort(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& left, const Diagnostic& right) {
                         return std::tie(left.file, left.position) <
                                std::tie(right.file, right.position);
                     });
}

}  // namespace oa::core
