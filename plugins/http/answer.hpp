#pragma once

#include <chrono>
#include <string>

#include "exchange.hpp"
#include "oa/error.hpp"
#include "oa/json.hpp"

namespace oa::http {

/// The output of a request.
[[nodiscard]] Json answer_of(const Exchange& exchange, std::chrono::milliseconds elapsed);

/// The error of a response whose status is 400 or more. `asked` is "GET http://...".
[[nodiscard]] Error error_of_status(const Exchange& exchange, const std::string& asked);

}  // namespace oa::http
