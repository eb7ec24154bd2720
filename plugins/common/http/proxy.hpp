#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/http/url.hpp"

namespace oa::http {

/// A proxy that is spoken to over http. It passes requests to http servers on, and opens tunnels
/// to https servers.
struct Proxy {
    Url address;
    std::string authorization;  // value of Proxy-Authorization; empty: none
};

/// Reads "http://user:password@host:port", user and password percent-encoded; the scheme may be
/// missing. Throws UrlError, which never shows the password.
[[nodiscard]] Proxy parse_proxy(std::string_view text);

/// Which way requests go: straight on, by one proxy, or as the variables of the environment say.
class ProxyChoice {
public:
    ProxyChoice() = default;
    explicit ProxyChoice(Proxy proxy);
    /// Reads http_proxy, https_proxy, all_proxy and no_proxy now; the last three in upper case,
    /// too. Throws UrlError for a variable that holds no address.
    [[nodiscard]] static ProxyChoice from_environment();

    /// Null: straight on. Valid as long as this object.
    [[nodiscard]] const Proxy* proxy_for(const Url& url) const;

private:
    std::optional<Proxy> for_http_;
    std::optional<Proxy> for_https_;
    std::vector<std::string> straight_;  // hosts and domains of no_proxy, in lower case
};

}  // namespace oa::http
