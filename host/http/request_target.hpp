#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/http/http_message.hpp"
#include "host/http/refusal.hpp"

namespace oa::host::http {

/// Sets target, raw_path, segments and query of a request with that method from a target as it was
/// sent: "/path?query", "http://authority/path?query", or "*" for OPTIONS. `authority` becomes that
/// of the second form, else stays.
[[nodiscard]] Refusal read_target(std::string_view sent,
                                  HttpRequest& request,
                                  std::string& authority);

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

/// The query of a target, or a body of application/x-www-form-urlencoded: "a=1&b=x+y%21". Valid
/// UTF-8 without NUL, in order; nothing for what is no such text.
[[nodiscard]] std::optional<NamedTexts> decoded_pairs(std::string_view text);

/// Whether a text is a host and perhaps a port, as in the field Host.
[[nodiscard]] bool is_authority(std::string_view text) noexcept;

}  // namespace oa::host::http
