#include "host/service/diagnostics_json.hpp"

#include <boost/json.hpp>

namespace oa::host {

namespace json = boost::json;

json::array to_json(const core::Diagnostics& diagnostics) {
    json::array findings;
    for (const core::Diagnostic& diagnostic : diagnostics) {
        json::object finding{
            {"severity", diagnostic.severity == core::Severity::Error ? "error" : "warning"},
            {"code", core::code_of(diagnostic)},
            {"file", diagnostic.file},
            {"line", diagnostic.position.line},
            {"column", diagnostic.position.column},
            {"message", diagnostic.message}};
        if (!diagnostic.hint.empty()) {
            finding["hint"] = diagnostic.hint;
        }
        findings.push_back(std::move(finding));
    }
    return findings;
}

}  // namespace oa::host
