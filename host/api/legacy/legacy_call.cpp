#include "host/api/legacy/legacy_call.hpp"

#include <boost/json.hpp>

#include "core/json/json.hpp"

namespace oa::host::legacy {

ApiProblem bad_request(const ServiceError& error) {
    return ApiProblem(400, error.code(), error.what(), error.hint()).with(error.errors());
}

void refuse_with_error(const ApiCall& call, const ApiProblem& problem) {
    HttpResponse response = problem.response(call.request().raw_path);
    boost::json::object body = core::parse_json(response.body).as_object();
    body["error"] = problem.what();
    response.body = core::write_json(body);
    call.answer(std::move(response));
}

std::function<void(const Call& call)> with_error(std::function<void(const Call& call)> handler) {
    return [handler = std::move(handler)](const Call& call) {
        try {
            handler(call);
        } catch (const ApiProblem& problem) {
            refuse_with_error(*call, problem);
        } catch (const ServiceError& error) {
            refuse_with_error(*call, problem_of(error));
        }
    };
}

}  // namespace oa::host::legacy
