#include "host/service/diagnostics_json.hpp"

#include <boost/json.hpp>

namespace oa::host {

namespace json = boost::json;

json::object to_json(const core::Diagnostic& diagnostic) {
    return {{"severity", diagnostic.severity == core::Severity::Error ? "error" : "warning"},
            {"code", core::code_of(diagnostic)},
            {"file", diagnostic.file},
            {"line", diagnostic.position.line},
            {"column", diagnostic.position.column},
            {"message", diagnostic.message},
            {"hint", diagnostic.hint}};
}

json::array to_json(const core::Diagnostics& diagnostics) {
    json::array findings;
    findings.reserve(diagnostics.size());
    for (const core::Diagnostic& diagnostic : diagnostics) {
        findings.push_back(to_json(diagnostic));
    }
    return findings;
}

}  // namespace oa::host
