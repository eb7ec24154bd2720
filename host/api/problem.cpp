#include "host/api/problem.hpp"

#include <boost/json.hpp>

#include "core/json/json.hpp"

namespace oa::host {

namespace json = boost::json;

HttpResponse ApiProblem::response(const std::string& instance) const {
    json::object body{{"type", "urn:oa:problem:" + code_},
                      {"title", reason_phrase(status_)},
                      {"status", status_},
                      {"detail", what()},
                      {"instance", instance},
                      {"code", code_}};
    if (!hint_.empty()) {
        body["hint"] = hint_;
    }
    if (!errors_.empty()) {
        body["errors"] = errors_;
    }
    HttpResponse response{.status = status_, .fields = fields_};
    response.fields.add("Content-Type", "application/problem+json");
    response.body = core::write_json(body);
    return response;
}

ApiProblem problem_of(const ServiceError& error) {
    using Kind = ServiceError::Kind;
    const auto status = [&] {
        switch (error.kind()) {
            case Kind::Invalid: return 422;
            case Kind::NotFound: return 404;
            case Kind::Conflict: return 409;
            case Kind::Stale: return 412;
            case Kind::Forbidden: return 403;
            case Kind::Busy: return 429;
            case Kind::Unavailable: break;
        }
        return 503;
    }();
    ApiProblem problem(status, error.code(), error.what(), error.hint());
    problem.with(error.errors());
    if (status == 429 || status == 503) {
        problem.with("Retry-After", "1");
    }
    return problem;
}

ApiProblem problem_of(const access::Refusal& refusal) {
    ApiProblem problem(refusal.status, refusal.code, refusal.detail);
    if (refusal.status == 401) {
        problem.with("WWW-Authenticate", "Bearer realm=\"oa\"");
    }
    if (refusal.retry_after) {
        problem.with("Retry-After", std::to_string(refusal.retry_after->count()));
    }
    return problem;
}

}  // namespace oa::host
