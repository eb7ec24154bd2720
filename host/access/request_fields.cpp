#include "host/access/request_fields.hpp"

#include <cstddef>
#include <functional>

namespace oa::host::access {
namespace {

constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

void each_part(std::string_view field,
               char separator,
               const std::function<void(std::string_view)>& use) {
    while (true) {
        const std::size_t end = field.find(separator);
        use(trimmed(field.substr(0, end)));
        if (end == std::string_view::npos) {
            return;
        }
        field.remove_prefix(end + 1);
    }
}

/// What stands behind the prefix, in the one part that begins so.
std::optional<std::string_view> only_part(std::string_view field,
                                          char separator,
                                          std::string_view prefix) {
    std::optional<std::string_view> found;
    std::size_t count = 0;
    each_part(field, separator, [&](std::string_view part) {
        if (part.substr(0, prefix.size()) == prefix) {
            found = part.substr(prefix.size());
            ++count;
        }
    });
    return count == 1 ? found : std::nullopt;
}

bool is_bearer(std::string_view scheme) {
    constexpr std::string_view wanted = "bearer";
    if (scheme.size() != wanted.size()) {
        return false;
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if ((scheme[i] | 0x20) != wanted[i]) {
            return false;
        }
    }
    return true;
}

std::string cookie_field(std::string_view value, bool is_https, std::chrono::seconds lifetime) {
    std::string field(session_cookie_name(is_https));
    field += '=';
    field += value;
    field += "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(lifetime.count());
    field += is_https ? "; Secure" : "";
    return field;
}

}  // namespace

std::optional<std::string_view> bearer_token(std::string_view authorization) {
    const std::string_view field = trimmed(authorization);
    const std::size_t blank = field.find(' ');
    if (blank == std::string_view::npos || !is_bearer(field.substr(0, blank))) {
        return std::nullopt;
    }
    return trimmed(field.substr(blank));
}

std::string_view session_cookie_name(bool is_https) {
    return is_https ? "__Host-oa_session" : "oa_session";
}

std::optional<std::string_view> session_cookie(std::string_view field, bool is_https) {
    return only_part(field, ';', std::string(session_cookie_name(is_https)) + '=');
}

std::string set_session_cookie(std::string_view value,
                               bool is_https,
                               std::chrono::seconds lifetime) {
    return cookie_field(value, is_https, lifetime);
}

std::string clear_session_cookie(bool is_https) {
    return cookie_field("", is_https, std::chrono::seconds(0));
}

std::optional<std::string_view> protocol_token(std::string_view protocols_field) {
    return only_part(protocols_field, ',', token_protocol_prefix);
}

bool offers_protocol(std::string_view protocols_field, std::string_view protocol) {
    bool is_offered = false;
    each_part(protocols_field, ',',
              [&](std::string_view part) { is_offered = is_offered || part == protocol; });
    return is_offered;
}

}  // namespace oa::host::access
