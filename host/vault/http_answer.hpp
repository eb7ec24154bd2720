#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>

#include "core/secret/secret.hpp"

namespace oa::host::vault {

/// What came back, its body put together from chunks.
struct HttpAnswer {
    int status = 0;
    std::string location;     ///< of a redirect
    std::string retry_after;  ///< as the server wrote it
    core::Secret body;
};

/// Gives at least one byte, at most so many; 0 at the end.
using Receive = std::function<std::size_t(char* into, std::size_t size)>;

/// Reads one answer; what came lies in wiped memory alone, but for the headers that HttpAnswer
/// has. Throws std::runtime_error when it is no HTTP, is cut off, or has a body of more than
/// `body_max` bytes; what is wrong is said as "the answer is ...".
[[nodiscard]] HttpAnswer read_answer(const Receive& receive, std::size_t body_max);

}  // namespace oa::host::vault
