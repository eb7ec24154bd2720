#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "oa/plugin.hpp"
#include "plugins/common/http/exchange.hpp"
#include "request_params.hpp"

namespace oa::http {

/// The output of a request.
[[nodiscard]] Json answer_of(const Exchange& exchange, std::chrono::milliseconds elapsed);
/// Names in lower case, for outputs.
[[nodiscard]] Json headers_of(const Response& response);
/// The value of a body that says it is JSON and is.
[[nodiscard]] std::optional<Json> json_of(const Response& response);

/// The error of a status of 400 or more, with status and address in its details.
[[nodiscard]] Error status_error(const Exchange& exchange, const std::string& asked);

/// Sends the request, sets the output and then fails where the status asks for it. `more` goes into
/// the output, too.
void give_answer(Call& call,
                 Request request,
                 const ExchangeOptions& options,
                 const Limit& limit,
                 bool fail_on_status,
                 const Json& more = Json::object());

}  // namespace oa::http
