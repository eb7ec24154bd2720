#include "host/api/api_application.hpp"

#include <exception>
#include <utility>

#include "host/api/api_call.hpp"
#include "host/api/problem.hpp"

namespace oa::host {

namespace {

std::string joined(const std::vector<std::string_view>& words) {
    std::string text;
    for (const std::string_view word : words) {
        text += (text.empty() ? "" : ", ") + std::string(word);
        if (word == "GET") {
            text += ", HEAD";
        }
    }
    return text;
}

/// A field of which there may be one. Which of two would count is anybody's guess.
std::optional<std::string_view> only(const HttpRequest& head, std::string_view name) {
    if (head.fields.count(name) > 1) {
        throw ApiProblem(400, "ambiguous_field",
                         "the header field '" + std::string(name) + "' is there twice");
    }
    return head.fields.find(name);
}

access::Credentials credentials_of(const HttpRequest& head) {
    const auto upgrade = head.fields.find("Upgrade");
    return {.peer = head.peer,
            .method = head.method,
            .is_web_socket = upgrade.has_value(),
            .host = only(head, "Host"),
            .origin = only(head, "Origin"),
            .authorization = only(head, "Authorization"),
            .cookie = only(head, "Cookie"),
            .csrf_token = only(head, "X-CSRF-Token"),
            .web_socket_protocols = only(head, "Sec-WebSocket-Protocol")};
}

std::string_view code_of_status(int status) {
    switch (status) {
        case 400: return "bad_request";
        case 408: return "request_timeout";
        case 411: return "length_required";
        case 413: return "body_too_large";
        case 414: return "target_too_long";
        case 426: return "upgrade_required";
        case 431: return "head_too_large";
        case 503: return "overloaded";
        case 505: return "version_not_supported";
        default: return "internal_error";
    }
}

}  // namespace

ApiApplication::ApiApplication(const Routes& routes,
                               const boost::json::object& schemas,
                               const access::AccessPolicy& policy,
                               Watch watch)
    : router_(routes), checks_(routes, schemas), policy_(policy), watch_(std::move(watch)) {}

HttpAdmission ApiApplication::admit(const HttpRequest& head) {
    try {
        return let_in(head);
    } catch (const ApiProblem& problem) {
        HttpAdmission admission;
        admission.refusal = problem.response(head.raw_path);
        return admission;
    }
}

HttpAdmission ApiApplication::let_in(const HttpRequest& head) {
    if (life_ != Life::Open) {
        const bool is_starting = life_ == Life::Starting;
        throw ApiProblem(503, is_starting ? "starting" : "stopping",
                         is_starting ? "this host is about to start" : "this host is about to stop")
            .with("Retry-After", is_starting ? "1" : "5");
    }
    Router::Match match = router_.find(head.method, head.segments);
    if (match.methods.empty()) {
        throw ApiProblem(404, "no_such_route", "there is nothing at " + head.raw_path,
                         "/api/v1/openapi.json describes what there is");
    }
    HttpAdmission admission;
    if (head.method == "OPTIONS") {
        admission.refusal = HttpResponse{.status = 204};
        admission.refusal->fields.add("Allow", joined(match.methods) + ", OPTIONS");
        const auto origin = head.fields.find("Origin");
        if (origin && policy_.allows_cross(*origin)) {
            // A browser asks before it sends what a page elsewhere wants. Never with its cookies.
            admission.refusal->fields.add("Access-Control-Allow-Methods", joined(match.methods));
            admission.refusal->fields.add("Access-Control-Allow-Headers",
                                          "Authorization, Content-Type, Idempotency-Key, If-Match, "
                                          "If-None-Match, Last-Event-ID");
            admission.refusal->fields.add("Access-Control-Max-Age", "600");
        }
        return admission;
    }
    if (match.route == nullptr) {
        const std::string allowed = joined(match.methods);
        throw ApiProblem(405, "method_not_allowed",
                         head.raw_path + " does not take " + head.method + ", only " + allowed)
            .with("Allow", allowed);
    }
    auto decision = policy_.decide(match.route->access, credentials_of(head));
    if (const auto* refusal = std::get_if<access::Refusal>(&decision)) {
        watch_.refused(*match.route, head, *refusal);
        throw problem_of(*refusal);
    }
    checks_.check_head(*match.route, head);
    admission.body_max = match.route->body ? match.route->body->bytes_max : 0;
    admission.is_quick = match.route->is_quick;
    auto& let = std::get<access::Admission>(decision);
    admission.context =
        Admitted{match.route, std::move(match.values),
                 Caller{std::move(let.who).value_or(access::Principal()), let.session}};
    return admission;
}

void ApiApplication::handle(std::shared_ptr<HttpExchange> exchange) {
    const auto& admitted = std::any_cast<const Admitted&>(exchange->context());
    const std::string& instance = exchange->request().raw_path;
    try {
        call(exchange, admitted);
    } catch (const ApiProblem& problem) {
        exchange->respond(problem.response(instance));
    } catch (const ServiceError& error) {
        exchange->respond(problem_of(error).response(instance));
    } catch (const std::exception& error) {
        watch_.failed(exchange->request(), error.what());
        exchange->respond(
            ApiProblem(500, "internal_error",
                       "something went wrong that should not have; the host's log has it under the "
                       "request's id " +
                           exchange->request().id)
                .response(instance));
    }
}

void ApiApplication::call(const std::shared_ptr<HttpExchange>& exchange, const Admitted& admitted) {
    const Route& route = *admitted.route;
    checks_.check_parameters(route, exchange->request());
    const auto made =
        std::make_shared<ApiCall>(route, exchange, admitted.values,
                                  checks_.read_body(route, exchange->request()), admitted.caller);
    if (!route.audit.empty()) {
        const std::string why = watch_.record(*made);
        if (!why.empty()) {
            watch_.failed(exchange->request(), "the audit log takes no record: " + why);
            throw ApiProblem(503, "audit_unavailable",
                             "nothing is changed, since it cannot be put on record",
                             "the host's log says what is wrong with the audit log");
        }
    }
    route.handler(made);
}

HttpResponse ApiApplication::refusal(int status,
                                     std::string_view detail,
                                     const HttpRequest& request) {
    ApiProblem problem(status, std::string(code_of_status(status)), std::string(detail));
    if (status == 503) {
        problem.with("Retry-After", "1");
    }
    return problem.response(request.raw_path);
}

void ApiApplication::complete(const HttpRequest& request, HttpFields& fields) const {
    const auto origin = request.fields.find("Origin");
    if (!origin || !policy_.allows_cross(*origin)) {
        return;
    }
    fields.add("Access-Control-Allow-Origin", std::string(*origin));
    fields.add("Access-Control-Expose-Headers",
               "ETag, Location, Retry-After, WWW-Authenticate, X-Request-Id");
    fields.add("Vary", "Origin");
}

void ApiApplication::answered(const HttpRequest& request,
                              int status,
                              std::size_t bytes,
                              std::chrono::nanoseconds took) noexcept {
    try {
        watch_.answered(request, status, bytes, took);
    } catch (const std::exception&) {
        return;  // a line less in the log
    }
}

}  // namespace oa::host
