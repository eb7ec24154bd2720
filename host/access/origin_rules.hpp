#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oa::host::access {

struct OriginSettings {
    std::uint16_t port = 0;  ///< that the host listens on
    /// Whether browsers come by https: to the host, or to a proxy in front of it.
    bool is_https = false;
    /// Beside localhost, 127.0.0.1 and [::1]: "oa.example", with the port above or without one, or
    /// "oa.example:8443", with that port alone. IPv6 addresses in brackets.
    std::vector<std::string> names = {};
    /// Of pages elsewhere that may use the API with a token: "https://dashboard.example".
    std::vector<std::string> cross_origins = {};
};

/// What a request says of where it goes and which page sent it. The name that a browser was told to
/// go to has to be one that this host has: a name of somebody else's that leads here (DNS
/// rebinding) is none. Pages of others may send nothing, unless they are named. Immutable.
class OriginRules {
public:
    /// Throws std::invalid_argument, which names the entry, for a name or an origin that is none.
    explicit OriginRules(const OriginSettings& settings);

    /// As the settings say; what the cookie of a session is called follows it.
    [[nodiscard]] bool is_https() const { return is_https_; }
    /// The value of the field Host.
    [[nodiscard]] bool allows_host(std::string_view host) const;
    /// Whether the value of the field Origin is that of a page of the host that is called `host`,
    /// which is allowed. "null" is nobody's.
    [[nodiscard]] bool is_same(std::string_view origin, std::string_view host) const;
    /// Whether it is one of those that are named: it gets the fields of CORS.
    [[nodiscard]] bool allows_cross(std::string_view origin) const;

private:
    [[nodiscard]] std::string without_default_port(std::string host) const;

    bool is_https_;
    std::vector<std::string> hosts_;  // in lower case, with the port unless it is the scheme's own
    std::vector<std::string> cross_origins_;
};

}  // namespace oa::host::access
