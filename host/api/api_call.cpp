#include "host/api/api_call.hpp"

#include <charconv>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"

namespace oa::host {

namespace json = boost::json;

ApiCall::ApiCall(const Route& route,
                 std::shared_ptr<HttpExchange> exchange,
                 std::vector<std::pair<std::string_view, std::string>> path,
                 json::value body,
                 Caller caller)
    : route_(route),
      exchange_(std::move(exchange)),
      path_(std::move(path)),
      body_(std::move(body)),
      caller_(std::move(caller)) {}

const std::string& ApiCall::at(std::string_view name) const {
    for (const auto& [known, value] : path_) {
        if (known == name) {
            return value;
        }
    }
    throw std::logic_error("the route " + std::string(route_.operation) + " has no parameter '" +
                           std::string(name) + "' in its path");
}

std::optional<std::string> ApiCall::text(std::string_view name) const {
    for (const RouteParameter& parameter : route_.parameters) {
        if (parameter.name == name && parameter.in == RouteParameter::In::Header) {
            const auto value = request().fields.find(name);
            return value ? std::optional<std::string>(*value) : std::nullopt;
        }
    }
    const auto value = request().parameter(name);
    return value ? std::optional<std::string>(*value) : std::nullopt;
}

std::optional<std::int64_t> ApiCall::number(std::string_view name) const {
    const std::optional<std::string> given = text(name);
    std::int64_t value = 0;
    if (!given ||
        std::from_chars(given->data(), given->data() + given->size(), value).ec != std::errc()) {
        return std::nullopt;
    }
    return value;
}

bool ApiCall::flag(std::string_view name) const {
    const std::optional<std::string> given = text(name);
    return given && *given != "false";
}

std::vector<std::string> ApiCall::texts(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [known, value] : request().query) {
        if (known == name) {
            values.push_back(value);
        }
    }
    return values;
}

const json::value* ApiCall::member(std::string_view name) const {
    const json::value* found = body_.is_object() ? body_.get_object().if_contains(name) : nullptr;
    return found == nullptr || found->is_null() ? nullptr : found;
}

std::string ApiCall::text_member(std::string_view name) const {
    const json::value* found = member(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
}

void ApiCall::answer(int status, const json::value& body, HttpFields fields) const {
    HttpResponse response{.status = status, .fields = std::move(fields)};
    response.fields.add("Content-Type", "application/json");
    response.body = core::write_json(body);
    exchange_->respond(std::move(response));
}

void ApiCall::refuse(const ApiProblem& problem) const {
    exchange_->respond(problem.response(request().raw_path));
}

}  // namespace oa::host
