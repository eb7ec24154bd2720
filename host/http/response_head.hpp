#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "host/http/http_message.hpp"

namespace oa::host::http {

/// What the head of an answer says besides what the application has put there.
struct ResponseFrame {
    enum class Body { None, Length, Chunked, UntilClose };

    Body body = Body::Length;
    std::size_t length = 0;  ///< of the body
    bool keeps_alive = true;
    int minor = 1;                     ///< of the request's version: HTTP/1.<minor>
    std::string_view connection = {};  ///< of the field of this name, where it is not the usual
    std::string_view id = {};          ///< of the request; empty: not known
};

/// Whether answers of that status have no body, and no length.
[[nodiscard]] bool has_no_body(int status) noexcept;

/// The first field that cannot be sent: its name is no token, or its value has control characters.
[[nodiscard]] std::optional<std::string_view> bad_field(const HttpFields& fields);

/// Status line and fields, with the empty line; `always` are those that every answer has, unless
/// the application has set them itself. Fields that are the server's own are left out of
/// `response`.
[[nodiscard]] std::string response_head(const HttpResponse& response,
                                        const ResponseFrame& frame,
                                        const HttpFields& always);

/// "Wed, 01 Oct 2025 12:00:00 GMT", now.
[[nodiscard]] const std::string& http_date();

}  // namespace oa::host::http
