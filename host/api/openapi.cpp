#include "host/api/openapi.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include <boost/json.hpp>

#include "host/api/schemas.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

json::object reference(std::string_view kind, std::string_view name) {
    std::string text = "#/components/";
    text += kind;
    text += '/';
    text += name;
    return {{"$ref", text}};
}

json::object described_parameter(const RouteParameter& parameter) {
    static constexpr std::array<std::string_view, 3> places{"path", "query", "header"};
    return {{"name", parameter.name},
            {"in", places.at(static_cast<std::size_t>(parameter.in))},
            {"description", parameter.description},
            {"required", parameter.required || parameter.in == RouteParameter::In::Path},
            {"schema", json::parse(parameter.schema)}};
}

json::object content(std::string_view type, std::string_view schema) {
    json::object media;
    media["schema"] =
        schema.empty() ? json::object{{"type", "string"}} : reference("schemas", schema);
    json::object out;
    out[type] = std::move(media);
    return out;
}

json::object described_answers(const Route& route) {
    json::object answers;
    for (const RouteAnswer& answer : route.answers) {
        const std::string status = std::to_string(answer.status);
        json::object* const known =
            answers.contains(status) ? &answers.at(status).as_object() : nullptr;
        if (known != nullptr) {  // another type of the same answer
            (*known)["content"].as_object()[answer.content_type] =
                content(answer.content_type, answer.schema).at(answer.content_type);
            continue;
        }
        json::object described{{"description", answer.description}};
        if (!answer.content_type.empty()) {
            described["content"] = content(answer.content_type, answer.schema);
        }
        answers[status] = std::move(described);
    }
    if (route.access.scope()) {
        answers["401"] = reference("responses", "Unauthorized");
        answers["403"] = reference("responses", "Forbidden");
        answers["429"] = reference("responses", "TooManyRequests");
    }
    answers["default"] = reference("responses", "Problem");
    return answers;
}

json::object described(const Route& route) {
    json::object operation{{"operationId", route.operation},
                           {"tags", json::array{route.tag}},
                           {"summary", route.summary}};
    std::string text(route.description);
    if (const auto scope = route.access.scope()) {
        text += text.empty() ? "" : "\n\n";
        text += "Needs the scope `" + std::string(access::to_string(*scope)) + "`.";
        operation["security"] = json::array{json::object{{"token", json::array{}}},
                                            json::object{{"session", json::array{}}}};
        operation["x-scope"] = access::to_string(*scope);
    } else {
        operation["security"] = json::array{};
    }
    operation["description"] = text.empty() ? std::string(route.summary) : text;
    json::array parameters;
    for (const RouteParameter& parameter : route.parameters) {
        parameters.push_back(described_parameter(parameter));
    }
    if (!parameters.empty()) {
        operation["parameters"] = std::move(parameters);
    }
    if (route.body) {
        operation["requestBody"] =
            json::object{{"required", route.body->required},
                         {"description", route.body->description},
                         {"content", content(route.body->content_type, route.body->schema)}};
    }
    operation["responses"] = described_answers(route);
    return operation;
}

json::object problem_answer(std::string_view description) {
    return {{"description", description},
            {"content", content("application/problem+json", "Problem")}};
}

/// Moves the schemas that a part of the document refers to from `all` to `used`, and those that
/// they refer to themselves.
void take_schemas(const json::value& part, json::object& all, json::object& used) {
    static constexpr std::string_view place = "#/components/schemas/";
    if (part.is_array()) {
        for (const json::value& item : part.get_array()) {
            take_schemas(item, all, used);
        }
        return;
    }
    if (!part.is_object()) {
        return;
    }
    for (const auto& [key, value] : part.get_object()) {
        take_schemas(value, all, used);
        const std::string_view target = key == "$ref" ? std::string_view(value.as_string()) : "";
        if (!target.starts_with(place)) {
            continue;
        }
        const std::string name(target.substr(place.size()));
        if (const auto found = all.find(name); found != all.end()) {
            const json::value schema = std::move(found->value());
            all.erase(found);
            used[name] = schema;
            take_schemas(schema, all, used);
        }
    }
}

}  // namespace

json::object openapi_document(const Routes& routes, const std::string& version) {
    json::object paths;
    std::map<std::string_view, bool> tags;
    for (const Route& route : routes) {
        std::string method(route.method);
        std::transform(method.begin(), method.end(), method.begin(), [](unsigned char letter) {
            return static_cast<char>(std::tolower(letter));
        });
        if (!paths.contains(route.path)) {
            paths[route.path] = json::object{};
        }
        paths[route.path].as_object()[method] = described(route);
        tags[route.tag] = true;
    }
    json::array tag_list;
    for (const auto& [tag, used] : tags) {
        tag_list.push_back(json::object{{"name", tag}});
    }
    json::object document;
    document["openapi"] = "3.1.0";
    document["info"] =
        json::object{{"title", "Open Automator"},
                     {"version", version},
                     {"description",
                      "Workflows, their runs, and what they need. Times are RFC 3339 in UTC; "
                      "lists come in pages, and `next` of a page is the cursor of the one after."}};
    document["servers"] = json::array{json::object{{"url", "/"}}};
    document["tags"] = std::move(tag_list);
    json::object components;
    components["responses"] = json::object{
        {"Problem", problem_answer("Something is wrong with the request, or with the host.")},
        {"Unauthorized", problem_answer("Who asks is not known.")},
        {"Forbidden", problem_answer("Who asks may not.")},
        {"TooManyRequests", problem_answer("Too many; `Retry-After` says when to come back.")}};
    components["securitySchemes"] = json::object{
        {"token", json::object{{"type", "http"}, {"scheme", "bearer"}}},
        {"session", json::object{{"type", "apiKey"}, {"in", "cookie"}, {"name", "oa_session"}}}};
    json::object all = api_schemas();
    json::object schemas;
    take_schemas(paths, all, schemas);
    take_schemas(components, all, schemas);
    components["schemas"] = std::move(schemas);
    document["paths"] = std::move(paths);
    document["components"] = std::move(components);
    return document;
}

}  // namespace oa::host
