#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oa::host::client {

/// Where a host is: "https://oa.example", "http://127.0.0.1:8080".
struct ServerUrl {
    bool secure = true;  ///< https
    std::string host;    ///< a name, or an IP address without brackets
    std::uint16_t port = 443;

    /// "https://oa.example:443", always with the port: the same for the same server.
    [[nodiscard]] std::string text() const;
};

/// Throws std::invalid_argument, which tells what is right. Plain http is for this machine alone:
/// anybody on the way could read the token otherwise.
[[nodiscard]] ServerUrl parse_server_url(std::string_view text);

/// As a part of a path, or a value of a query.
[[nodiscard]] std::string url_encoded(std::string_view text);

}  // namespace oa::host::client
