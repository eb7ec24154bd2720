#pragma once

#include <string>
#include <string_view>

#include "host/http/http_message.hpp"
#include "host/http/refusal.hpp"

namespace oa::host::http {

/// Whether a request asks for a WebSocket as RFC 6455 (4.2.1) has it: 400 or 426 where not.
/// `minor`: of its version, HTTP/1.<minor>.
[[nodiscard]] Refusal check_handshake(const HttpRequest& request, int minor);

/// The answer 101 to such a request. `protocol`: the subprotocol; empty: none.
[[nodiscard]] HttpResponse handshake_response(const HttpRequest& request,
                                              std::string_view protocol);

/// Adds to an answer 426 what would have been understood.
void add_handshake_advice(HttpResponse& response);

}  // namespace oa::host::http
