#include <string>
#include <utility>
#include <vector>

#include "data.hpp"
#include "functions.hpp"
#include "validation.hpp"

namespace oa::json {
namespace {

/// Parameter `schema`; a text is read as JSON.
Json schema_param(Call& call) {
    const Json* schema = call.find_param("schema");
    if (schema == nullptr || schema->is_null()) {
        throw invalid_params("/schema", "give schema, the JSON Schema to check against");
    }
    if (!schema->is_string()) {
        return *schema;
    }
    try {
        return Json::parse(schema->as_string());
    } catch (const JsonError& error) {
        throw invalid_params("/schema",
                             std::string("schema is a text, but no JSON: ") + error.what());
    }
}

}  // namespace

// [compile]
Schema compiled_schema(Call& call) {
    try {
        return {call.host(), schema_param(call)};
    } catch (const Error& error) {
        if (error.code() != ErrorCode::InvalidParams || error.details().is_null()) {
            throw;  // the host cannot check schemas, or the parameter is missing
        }
        throw invalid_params("/schema" + error.pointer(),
                             std::string("no JSON Schema: ") + error.what())
            .with_details(error.details());
    }
}
// [end]

namespace {

Json to_json(const SchemaProblem& problem) {
    Json out{{"message", problem.message}, {"path", problem.pointer}};
    if (!problem.hint.empty()) {
        out["hint"] = problem.hint;
    }
    out["schema_path"] = problem.schema_pointer;
    return out;
}

}  // namespace

// [validate]
Json validate(Call& call) {
    const Schema schema = compiled_schema(call);
    const Json data = data_param(call);
    const std::vector<SchemaProblem> problems =
        schema.validate(data, call.param<bool>("formats", true));
    Json errors = Json::array();
    for (const SchemaProblem& problem : problems) {
        errors.push_back(to_json(problem));
    }
    if (!problems.empty() && call.param<bool>("strict", false)) {
        throw invalid_params("/data" + problems.front().pointer,
                             "the data do not fit the schema: " + problems.front().sentence())
            .with_details({{"errors", std::move(errors)}});
    }
    return {{"valid", problems.empty()}, {"errors", std::move(errors)}};
}
// [end]

}  // namespace oa::json
