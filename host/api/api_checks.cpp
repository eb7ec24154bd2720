#include "host/api/api_checks.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/nearest.hpp"
#include "host/api/problem.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::size_t body_depth_max = 64;

core::Schema compiled(const json::value& schema, const std::string& what) {
    core::CompiledSchema made = core::Schema::compile(schema);
    if (!made.schema) {
        throw std::logic_error(what + ": " + core::to_string(made.mistakes.at(0)));
    }
    return *made.schema;
}

/// Without parameters such as charset, in lower case.
std::string media_type(std::string_view field) {
    std::string type(field.substr(0, field.find(';')));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) {
        type.pop_back();
    }
    std::transform(type.begin(), type.end(), type.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
    });
    return type;
}

bool is_same_type(const std::string& given, std::string_view wanted) {
    if (wanted == "application/yaml") {  // RFC 9512, and what was usual before
        return given == wanted || given == "application/x-yaml" || given == "text/yaml" ||
               given == "text/x-yaml";
    }
    return given == wanted;
}

json::value as_value(const std::string& type, const std::string& text) {
    if (type == "integer") {
        std::int64_t number = 0;
        const char* const end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, number);
        return read.ec == std::errc() && read.ptr == end ? json::value(number) : json::value(text);
    }
    if (type == "boolean") {
        return text.empty() || text == "true" ? json::value(true)
               : text == "false"              ? json::value(false)
                                              : json::value(text);
    }
    return json::value(text);
}

std::string name_of(const RouteParameter& parameter) {
    switch (parameter.in) {
        case RouteParameter::In::Header:
            return "the header field '" + std::string(parameter.name) + "'";
        case RouteParameter::In::Path: return "'" + std::string(parameter.name) + "' in the path";
        case RouteParameter::In::Query: break;
    }
    return "the parameter '" + std::string(parameter.name) + "'";
}

json::object error_about(std::string_view key,
                         std::string_view name,
                         std::string_view message,
                         std::string_view hint) {
    json::object error{{"message", message}};
    error[key] = name;
    if (!hint.empty()) {
        error["hint"] = hint;
    }
    return error;
}

/// What the schema of a parameter says of its type: "string" where it says nothing.
std::string type_of(const json::value& schema) {
    const json::value* type = schema.as_object().if_contains("type");
    return type != nullptr && type->is_string() ? std::string(type->get_string()) : "string";
}

}  // namespace

ApiChecks::ApiChecks(const Routes& routes, const json::object& schemas) {
    for (const Route& route : routes) {
        for (const RouteParameter& parameter : route.parameters) {
            const json::value schema = json::parse(parameter.schema);
            parameters_.emplace(&parameter,
                                Parameter{compiled(schema, std::string(route.operation) + ", " +
                                                               name_of(parameter)),
                                          type_of(schema)});
        }
        if (!route.body || route.body->schema.empty() ||
            bodies_.find(route.body->schema) != bodies_.end()) {
            continue;
        }
        const std::string name(route.body->schema);
        json::object whole{{"$ref", "#/components/schemas/" + name}};
        whole["components"] = json::object{{"schemas", schemas}};
        bodies_.emplace(name, compiled(whole, "the schema " + name));
    }
}

void ApiChecks::check_head(const Route& route, const HttpRequest& head) const {
    const auto given = head.fields.find("Content-Type");
    const bool has_body = head.fields.count("Transfer-Encoding") > 0 ||
                          head.fields.find("Content-Length").value_or("0") != "0";
    if (!route.body) {
        return;
    }
    if (!has_body) {
        if (route.body->required) {
            throw ApiProblem(411, "length_required", "there is no body, and one is needed",
                             "send " + std::string(route.body->content_type) +
                                 ", with Content-Length or in chunks");
        }
        return;
    }
    if (!given || !is_same_type(media_type(*given), route.body->content_type)) {
        throw ApiProblem(
            415, "unsupported_media_type",
            "the body has to be " + std::string(route.body->content_type) +
                (given ? ", not '" + std::string(*given) + "'" : ", and there is no Content-Type"),
            "send 'Content-Type: " + std::string(route.body->content_type) + "'");
    }
    const auto encoding = head.fields.find("Content-Encoding");
    if (encoding && *encoding != "identity") {
        throw ApiProblem(415, "unsupported_encoding",
                         "the body is encoded as '" + std::string(*encoding) +
                             "', and only plain bodies are read");
    }
}

void ApiChecks::check_parameters(const Route& route, const HttpRequest& request) const {
    json::array errors;
    const auto check = [&](const RouteParameter& parameter, const std::string& text) {
        const Parameter& known = parameters_.at(&parameter);
        const auto problems = known.schema.validate(as_value(known.type, text));
        if (!problems.empty()) {
            errors.push_back(error_about("parameter", parameter.name,
                                         name_of(parameter) + " " + problems.front().message,
                                         problems.front().hint));
        }
    };
    std::vector<std::string> names;
    for (const RouteParameter& parameter : route.parameters) {
        bool is_given = parameter.in == RouteParameter::In::Path;
        if (parameter.in == RouteParameter::In::Query) {
            names.emplace_back(parameter.name);
            for (const auto& [name, value] : request.query) {
                if (name == parameter.name) {
                    is_given = true;
                    check(parameter, value);
                }
            }
        } else if (parameter.in == RouteParameter::In::Header) {
            if (const auto value = request.fields.find(parameter.name)) {
                is_given = true;
                check(parameter, std::string(*value));
            }
        }
        if (!is_given && parameter.required) {
            errors.push_back(
                error_about("parameter", parameter.name, name_of(parameter) + " is missing", {}));
        }
    }
    for (const auto& [name, value] : request.query) {
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            errors.push_back(error_about("parameter", name, "there is no parameter '" + name + "'",
                                         core::did_you_mean(name, names)));
        }
    }
    if (!errors.empty()) {
        const std::string first(errors.front().as_object().at("message").as_string());
        throw ApiProblem(400, "invalid_parameter", first).with(std::move(errors));
    }
}

json::value ApiChecks::read_body(const Route& route, const HttpRequest& request) const {
    if (!route.body || route.body->schema.empty()) {
        return nullptr;
    }
    json::value body;
    if (request.body.empty() && !route.body->required) {
        body = json::object{};
    } else {
        try {
            body = core::parse_json(
                request.body, {.depth_max = body_depth_max, .bytes_max = route.body->bytes_max});
        } catch (const core::JsonError& error) {
            throw ApiProblem(400, "invalid_json",
                             std::string("the body is not JSON: ") + error.what());
        }
    }
    const core::Schema& schema = bodies_.find(route.body->schema)->second;
    const std::vector<core::SchemaProblem> problems = schema.validate(body);
    if (!problems.empty()) {
        json::array errors;
        for (const core::SchemaProblem& problem : problems) {
            errors.push_back(
                error_about("pointer", problem.pointer, core::to_string(problem), problem.hint));
        }
        throw ApiProblem(422, "invalid_body",
                         "the body does not fit: " + core::to_string(problems.front()))
            .with(std::move(errors));
    }
    schema.fill_defaults(body);
    return body;
}

}  // namespace oa::host
