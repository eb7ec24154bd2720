#include "plugins/common/http/url.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <vector>

namespace oa::http {

namespace {

constexpr std::uint16_t port_http = 80;
constexpr std::uint16_t port_https = 443;
constexpr std::size_t url_size_max = std::size_t{16} * 1024;

bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void append_encoded(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 0x0FU];
}

/// Encodes what may not stand in a request line and leaves the rest as it is.
std::string clean_target(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 1);
    if (!text.starts_with('/')) {
        out += '/';
    }
    for (const char c : text) {
        if (c == ' ' || c == '"' || c == '<' || c == '>' || static_cast<unsigned char>(c) >= 0x80) {
            append_encoded(out, c);
        } else {
            out += c;
        }
    }
    return out;
}

std::string_view take_scheme(std::string_view text) {
    const auto end = text.find(':');
    if (end == std::string_view::npos || end == 0 || !is_alpha(text.front())) {
        return {};
    }
    const auto scheme = text.substr(0, end);
    const bool valid = std::all_of(scheme.begin(), scheme.end(), [](char c) {
        return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
    });
    return valid ? scheme : std::string_view{};
}

std::uint16_t parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
        throw UrlError("the port '" + std::string(text) + "' is not a number from 1 to 65535");
    }
    return port;
}

void check_host(std::string_view host) {
    if (host.empty()) {
        throw UrlError("the host is missing");
    }
    if (host.size() > 253) {
        throw UrlError("the host is longer than 253 characters");
    }
    for (const char c : host) {
        if (static_cast<unsigned char>(c) >= 0x80) {
            throw UrlError("the host '" + std::string(host) +
                           "' is not ASCII: write an international name in its xn-- form");
        }
        if (!is_alpha(c) && !is_digit(c) && c != '.' && c != '-' && c != '_') {
            throw UrlError("the host '" + std::string(host) + "' has a character that no host has");
        }
    }
}

void check_ipv6(std::string_view host) {
    const bool valid = host.find(':') != std::string_view::npos && host.size() <= 45 &&
                       std::all_of(host.begin(), host.end(),
                                   [](char c) { return is_hex(c) || c == ':' || c == '.'; });
    if (!valid) {
        throw UrlError("'[" + std::string(host) + "]' is not an IPv6 address");
    }
}

void read_authority(Url& url, std::string_view authority) {
    if (authority.find('@') != std::string_view::npos) {
        throw UrlError("credentials do not belong into the address: use basic_auth");
    }
    std::string_view host = authority;
    std::string_view after;
    if (authority.starts_with('[')) {
        const auto close = authority.find(']');
        if (close == std::string_view::npos) {
            throw UrlError("the '[' of an IPv6 address is not closed");
        }
        host = authority.substr(1, close - 1);
        after = authority.substr(close + 1);
        check_ipv6(host);
        if (!after.empty() && !after.starts_with(':')) {
            throw UrlError("text follows the IPv6 address");
        }
    } else {
        const auto colon = authority.find(':');
        host = authority.substr(0, colon);
        after = colon == std::string_view::npos ? std::string_view{} : authority.substr(colon);
        check_host(host);
    }
    url.port = url.secure ? port_https : port_http;
    if (after.size() > 1) {
        url.port = parse_port(after.substr(1));
    }
    url.host.clear();
    std::transform(host.begin(), host.end(), std::back_inserter(url.host), lower);
}

void check_text(std::string_view text) {
    if (text.empty()) {
        throw UrlError("the address is empty");
    }
    if (text.size() > url_size_max) {
        throw UrlError("the address is longer than 16384 bytes");
    }
    if (std::any_of(text.begin(), text.end(), is_control)) {
        throw UrlError("the address holds a control character, such as a line break");
    }
    if (text.find('\\') != std::string_view::npos) {
        throw UrlError("the address holds a backslash");
    }
}

std::string_view without_fragment(std::string_view text) {
    return text.substr(0, text.find('#'));
}

/// Resolves "." and ".." of a path (RFC 3986, 5.2.4).
std::string remove_dots(std::string_view path) {
    std::vector<std::string_view> parts;
    bool folder = false;
    std::size_t begin = 1;
    while (begin <= path.size()) {
        const auto end = std::min(path.find('/', begin), path.size());
        const auto part = path.substr(begin, end - begin);
        const bool last = end == path.size();
        folder = false;
        if (part == "..") {
            if (!parts.empty()) {
                parts.pop_back();
            }
            folder = last;
        } else if (part == ".") {
            folder = last;
        } else {
            parts.push_back(part);
        }
        begin = end + 1;
    }
    std::string out;
    for (const auto part : parts) {
        out += '/';
        out += part;
    }
    if (folder || out.empty()) {
        out += '/';
    }
    return out;
}

}  // namespace

std::string Url::authority() const {
    const bool ipv6 = host.find(':') != std::string::npos;
    return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Url::host_header() const {
    const auto full = authority();
    return port == (secure ? port_https : port_http) ? full.substr(0, full.rfind(':')) : full;
}

std::string Url::text() const {
    return (secure ? "https://" : "http://") + host_header() + target;
}

bool Url::same_origin(const Url& other) const {
    return secure == other.secure && host == other.host && port == other.port;
}

Url parse_url(std::string_view text) {
    check_text(text);
    text = without_fragment(text);
    std::string scheme;
    for (const char c : take_scheme(text)) {
        scheme += lower(c);
    }
    if ((scheme != "http" && scheme != "https") || !text.substr(scheme.size()).starts_with("://")) {
        throw UrlError("'" + std::string(text) + "' does not start with http:// or https://");
    }
    Url url;
    url.secure = scheme == "https";
    text.remove_prefix(scheme.size() + 3);
    const auto end = std::min(text.find_first_of("/?"), text.size());
    read_authority(url, text.substr(0, end));
    url.target = clean_target(text.substr(end));
    return url;
}

Url resolve_url(const Url& base, std::string_view reference) {
    check_text(reference);
    reference = without_fragment(reference);
    if (!take_scheme(reference).empty()) {
        return parse_url(reference);
    }
    if (reference.starts_with("//")) {
        return parse_url((base.secure ? "https:" : "http:") + std::string(reference));
    }
    Url url = base;
    if (reference.empty()) {
        return url;
    }
    const auto base_path = std::string_view(base.target).substr(0, base.target.find('?'));
    const auto query_at = std::min(reference.find('?'), reference.size());
    const auto path = reference.substr(0, query_at);
    const auto query = reference.substr(query_at);
    std::string merged(base_path);
    if (path.starts_with('/')) {
        merged = remove_dots(path);
    } else if (!path.empty()) {
        merged = remove_dots(std::string(base_path.substr(0, base_path.rfind('/') + 1)) +
                             std::string(path));
    }
    url.target = clean_target(merged + std::string(query));
    return url;
}

std::string encode_component(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
        } else {
            append_encoded(out, c);
        }
    }
    return out;
}

}  // namespace oa::http
