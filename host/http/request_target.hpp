#pragma once

#include <string>
#include <string_view>

#include "host/http/http_message.hpp"
#include "host/http/refusal.hpp"

namespace oa::host::http {

/// Sets target, raw_path, segments and query of a request with that method from a target as it was
/// sent: "/path?query", "http://authority/path?query", or "*" for OPTIONS. `authority` becomes that
/// of the second form, else stays.
[[nodiscard]] Refusal read_target(std::string_view sent,
                                  HttpRequest& request,
                                  std::string& authority);

/// Whether a text is a host and perhaps a port, as in the field Host.
[[nodiscard]] bool is_authority(std::string_view text) noexcept;

}  // namespace oa::host::http
