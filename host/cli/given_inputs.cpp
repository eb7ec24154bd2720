#include "host/cli/given_inputs.hpp"

#include <variant>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/workflow/inputs.hpp"
#include "host/cli/workbench.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::size_t inputs_bytes_max = 16U << 20U;

}  // namespace

core::Diagnostic about(const std::string& what, std::string message, std::string hint) {
    core::Diagnostic diagnostic;
    diagnostic.file = what;
    diagnostic.message = std::move(message);
    diagnostic.hint = std::move(hint);
    return diagnostic;
}

json::object given_inputs(const std::vector<std::pair<std::string, std::string>>& texts,
                          const std::optional<std::string>& file,
                          const core::Workflow& workflow,
                          core::Diagnostics& diagnostics) {
    json::object given;
    if (file) {
        auto text = read_document(*file, inputs_bytes_max);
        if (auto* missing = std::get_if<core::Diagnostic>(&text)) {
            diagnostics.push_back(std::move(*missing));
            return given;
        }
        try {
            const json::value value = core::parse_json(std::get<std::string>(text));
            if (value.is_object()) {
                given = value.as_object();
            } else {
                diagnostics.push_back(about(
                    *file, "the inputs must be a JSON object, such as {\"name\": \"value\"}"));
            }
        } catch (const core::JsonError& error) {
            diagnostics.push_back(about(*file, error.what()));
        }
    }
    for (const auto& [name, text] : texts) {
        given[name] = core::input_from_text(workflow, name, text);
    }
    return given;
}

}  // namespace oa::host
