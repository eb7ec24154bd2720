#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace oa::http {

/// A text that is not a usable http or https address; the message tells why.
class UrlError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The parts of an http or https address. `target` is kept as it was written, so that encoded
/// bytes such as %2F reach the server unchanged.
struct Url {
    bool secure = false;      // https
    std::string host;         // lower case; an IPv6 address without brackets
    std::uint16_t port = 80;  // the scheme's own when none is written
    std::string target;       // path and query, starts with "/"

    /// "host:port" for messages, IPv6 in brackets.
    [[nodiscard]] std::string authority() const;
    /// The value of the Host header: without the port where it is the scheme's own.
    [[nodiscard]] std::string host_header() const;
    [[nodiscard]] std::string text() const;
    /// Same scheme, host and port: credentials may follow a redirect.
    [[nodiscard]] bool same_origin(const Url& other) const;

    friend bool operator==(const Url&, const Url&) = default;
};

/// Reads an absolute address. A fragment is dropped; blanks and bytes beyond ASCII in the path and
/// query are percent-encoded. Throws UrlError for another scheme, control characters, credentials
/// inside the address, and hosts or ports that cannot be.
[[nodiscard]] Url parse_url(std::string_view text);

/// The address that `reference` (a Location header) names, seen from `base` (RFC 3986, 5.2).
/// Throws UrlError.
[[nodiscard]] Url resolve_url(const Url& base, std::string_view reference);

/// Percent-encodes everything but the unreserved characters of RFC 3986.
[[nodiscard]] std::string encode_component(std::string_view text);

}  // namespace oa::http
