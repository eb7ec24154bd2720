#pragma once

#include <chrono>
#include <string>

#include "oa/json.hpp"
#include "plugins/common/http/exchange.hpp"

namespace oa::http {

/// The output of a request.
[[nodiscard]] Json answer_of(const Exchange& exchange, std::chrono::milliseconds elapsed);

}  // namespace oa::http
