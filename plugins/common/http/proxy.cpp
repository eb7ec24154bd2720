#include "plugins/common/http/proxy.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <system_error>

#include "plugins/common/encoding.hpp"
#include "plugins/common/http/message.hpp"

namespace oa::http {

namespace {

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char byte = 0;
        const char* const digits = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string variable(std::initializer_list<const char*> names) {
    for (const char* name : names) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in this process changes its environment
        if (const char* const value = std::getenv(name); value != nullptr && *value != '\0') {
            return value;
        }
    }
    return {};
}

std::optional<Proxy> proxy_in(std::initializer_list<const char*> names) {
    const std::string text = variable(names);
    return text.empty() ? std::nullopt : std::optional(parse_proxy(text));
}

/// "example.com, .internal *"
std::vector<std::string> hosts_in(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(", \t"), text.size());
        std::string_view host = text.substr(0, end);
        if (host.starts_with('.')) {
            host.remove_prefix(1);
        }
        if (!host.empty()) {
            out.push_back(lower_case(host));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

/// Whether `host` is of the domain, or is the address or host itself.
bool is_of(const Url& url, std::string_view domain) {
    const std::string& host = url.host;
    if (domain == "*" || domain == host || domain == url.authority()) {
        return true;
    }
    return host.size() > domain.size() && host.ends_with(domain) &&
           host[host.size() - domain.size() - 1] == '.';
}

}  // namespace

Proxy parse_proxy(std::string_view text) {
    constexpr std::string_view mark = "://";
    const std::size_t scheme_end = text.find(mark);
    const std::string_view rest =
        scheme_end == std::string_view::npos ? text : text.substr(scheme_end + mark.size());
    const std::string scheme =
        scheme_end == std::string_view::npos ? "http" : lower_case(text.substr(0, scheme_end));
    if (scheme != "http") {
        throw UrlError("a proxy is spoken to over http://, not over " + scheme + "://");
    }
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    const std::size_t at = authority.rfind('@');
    Proxy proxy;
    proxy.address = parse_url(
        "http://" + std::string(authority.substr(at == std::string_view::npos ? 0 : at + 1)));
    if (at != std::string_view::npos) {
        const std::string_view user = authority.substr(0, at);
        const std::size_t colon = std::min(user.find(':'), user.size());
        const std::string password =
            colon < user.size() ? percent_decoded(user.substr(colon + 1)) : std::string();
        proxy.authorization =
            "Basic " +
            common::base64_encode(percent_decoded(user.substr(0, colon)) + ":" + password);
    }
    return proxy;
}

ProxyChoice::ProxyChoice(Proxy proxy) : for_http_(proxy), for_https_(std::move(proxy)) {}

ProxyChoice ProxyChoice::from_environment() {
    ProxyChoice choice;
    // HTTP_PROXY in upper case is what web servers make of a client's header "Proxy".
    choice.for_http_ = proxy_in({"http_proxy", "all_proxy", "ALL_PROXY"});
    choice.for_https_ = proxy_in({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
    choice.straight_ = hosts_in(variable({"no_proxy", "NO_PROXY"}));
    return choice;
}

const Proxy* ProxyChoice::proxy_for(const Url& url) const {
    const std::optional<Proxy>& proxy = url.secure ? for_https_ : for_http_;
    const bool straight = std::any_of(straight_.begin(), straight_.end(),
                                      [&url](const auto& domain) { return is_of(url, domain); });
    return proxy && !straight ? &*proxy : nullptr;
}

}  // namespace oa::http
