#pragma once

#include <string_view>

namespace oa::host::http {

/// Why the server itself answers a request, or what was to become one.
struct Refusal {
    int status = 0;           ///< 0: there is none
    std::string_view detail;  ///< a sentence without its end; static text

    explicit operator bool() const noexcept { return status != 0; }
};

}  // namespace oa::host::http
