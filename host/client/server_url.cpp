#include "host/client/server_url.hpp"

#include <stdexcept>

#include <Poco/Exception.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/URI.h>

namespace oa::host::client {

namespace {

bool is_this_machine(const std::string& host) {
    Poco::Net::IPAddress address;
    return host == "localhost" ||
           (Poco::Net::IPAddress::tryParse(host, address) && address.isLoopback());
}

}  // namespace

std::string ServerUrl::text() const {
    const bool is_ipv6 = host.find(':') != std::string::npos;
    return std::string(secure ? "https://" : "http://") + (is_ipv6 ? "[" + host + "]" : host) +
           ':' + std::to_string(port);
}

ServerUrl parse_server_url(std::string_view text) {
    const std::string given(text);
    const auto refuse = [&given](const std::string& why) {
        throw std::invalid_argument("'" + given + "' " + why);
    };
    ServerUrl url;
    try {
        const Poco::URI uri(given);
        const std::string& scheme = uri.getScheme();
        if ((scheme != "https" && scheme != "http") || uri.getHost().empty()) {
            refuse("is no address of a host, such as https://oa.example or http://127.0.0.1:8080");
        }
        const std::string& path = uri.getPath();
        if ((!path.empty() && path != "/") || !uri.getRawQuery().empty() ||
            !uri.getFragment().empty() || !uri.getUserInfo().empty()) {
            refuse("has more than scheme, host and port; give https://HOST:PORT");
        }
        url.secure = scheme == "https";
        url.host = uri.getHost();
        url.port = uri.getPort();
    } catch (const Poco::Exception&) {
        refuse("is no address of a host, such as https://oa.example or http://127.0.0.1:8080");
    }
    if (!url.secure && !is_this_machine(url.host)) {
        refuse("would send the token in the clear; give https://, plain http is for this machine");
    }
    return url;
}

std::string url_encoded(std::string_view text) {
    std::string encoded;
    Poco::URI::encode(std::string(text), "/?#[]@!$&'()*+,;=:%", encoded);
    return encoded;
}

}  // namespace oa::host::client
