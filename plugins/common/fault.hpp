#pragma once

#include <string>

#include "oa/error.hpp"

namespace oa::common {

/// An Error that says at once whether another attempt can help.
[[nodiscard]] inline Error fault(ErrorCode code, Retry retry, const std::string& message) {
    return Error(code, message).with_retry(retry);
}

}  // namespace oa::common
