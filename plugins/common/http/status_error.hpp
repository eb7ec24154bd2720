#pragma once

#include <string>

#include "oa/error.hpp"
#include "plugins/common/http/message.hpp"

namespace oa::http {

/// The error of a response whose status is 400 or more, with the status in its details. `asked`
/// says in the message what was asked for, such as "GET http://...".
[[nodiscard]] Error error_of_status(const Response& response, const std::string& asked);

/// The type of the body in lower case: "application/json; charset=utf-8" as "application/json".
[[nodiscard]] std::string media_type(const Response& response);

}  // namespace oa::http
