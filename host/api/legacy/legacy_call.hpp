#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "host/api/api_call.hpp"
#include "host/api/common_parameters.hpp"

// What the older routes have in common.
namespace oa::host::legacy {

using Call = std::shared_ptr<ApiCall>;
using In = RouteParameter::In;

inline constexpr std::string_view tag = "legacy";
inline constexpr std::string_view answer_schema = "LegacyAnswer";

inline constexpr RouteParameter id_in_path{
    In::Path, "workflow", "The id of a workflow: `wf_` and its name, or its name alone.",
    R"({"type": "string", "maxLength": 256})"};
inline constexpr RouteParameter execution_in_path{In::Path, "execution", "The id of a run.",
                                                  R"({"type": "string", "maxLength": 64})"};

/// What a service does not do, as a mistake in the request (400), where the older servers say so.
[[nodiscard]] ApiProblem bad_request(const ServiceError& error);

/// Refuses with the member "error" beside those of a problem, where clients of the older server
/// look for it.
void refuse_with_error(const ApiCall& call, const ApiProblem& problem);

/// `handler`, and what it throws is refused so.
[[nodiscard]] std::function<void(const Call& call)> with_error(
    std::function<void(const Call& call)> handler);

}  // namespace oa::host::legacy
