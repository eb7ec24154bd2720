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

std::string_view code_of_status(int status) {
    switch (status) {
        case 400: return "bad_request";
        case 408: return "request_timeout";
        case 411: return "length_required";
        case 413: return "body_too_large";
        case 414: return "target_too_long";
        case 426: return "upgrade_required";
        case 431: return "head_too_large";
        case 501: return "not_implemented";
        case 503: return "overloaded";
        case 505: return "version_not_supported";
        default: return "internal_error";
    }
}

}  // namespace

ApiApplication::ApiApplication(const Routes& routes,
                               const boost::json::object& schemas,
                               Access access,
                               Watch watch)
    : router_(routes),
      checks_(routes, schemas),
      access_(std::move(access)),
      watch_(std::move(watch)) {}

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
    if (is_draining_) {
        throw ApiProblem(503, "stopping", "this host is about to stop").with("Retry-After", "5");
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
        return admission;
    }
    if (match.route == nullptr) {
        const std::string allowed = joined(match.methods);
        throw ApiProblem(405, "method_not_allowed",
                         head.raw_path + " does not take " + head.method + ", only " + allowed)
            .with("Allow", allowed);
    }
    AccessDecision decision = access_.decide(*match.route, head);
    if (!decision.principal) {
        ApiProblem problem(decision.status, decision.code, decision.detail, decision.hint);
        for (const HttpFields::Field& field : decision.fields) {
            problem.with(field.name, field.value);
        }
        throw problem;
    }
    checks_.check_head(*match.route, head);
    admission.body_max = match.route->body ? match.route->body->bytes_max : 0;
    admission.is_quick = match.route->is_quick;
    admission.context = Admitted{match.route, std::move(match.values), *decision.principal};
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
    const auto made = std::make_shared<ApiCall>(route, exchange, admitted.values,
                                                checks_.read_body(route, exchange->request()),
                                                admitted.principal);
    if (!route.audit.empty()) {
        const std::string why = access_.record(*made);
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

void ApiApplication::answered(const HttpRequest& request,
                              int status,
                              std::size_t bytes,
                              std::chrono::nanoseconds took) noexcept {
    try {
        watch_.answered(router_.find(request.method, request.segments).route, request, status,
                        bytes, took);
    } catch (const std::exception&) {
        return;  // a line less in the log
    }
}

}  // namespace oa::host
