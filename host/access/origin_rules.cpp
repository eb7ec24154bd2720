#include "host/access/origin_rules.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <stdexcept>

#include "core/display_text.hpp"

namespace oa::host::access {
namespace {

constexpr std::string_view name_letters = "abcdefghijklmnopqrstuvwxyz0123456789-._";
constexpr std::string_view address_letters = "abcdef0123456789:.";

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower) {
        if (letter >= 'A' && letter <= 'Z') {
            letter = static_cast<char>(letter - 'A' + 'a');
        }
    }
    return lower;
}

struct HostParts {
    std::string_view name;
    std::optional<std::uint16_t> port;
};

/// A name or address, and perhaps a port. In lower case.
std::optional<HostParts> parts_of(std::string_view host) {
    std::size_t end = host.find(':');
    std::string_view letters = name_letters;
    std::string_view inner = host.substr(0, end);
    if (!host.empty() && host.front() == '[') {
        const std::size_t bracket = host.find(']');
        if (bracket == std::string_view::npos) {
            return std::nullopt;
        }
        inner = host.substr(1, bracket - 1);
        letters = address_letters;
        end = bracket + 1 == host.size() ? std::string_view::npos : bracket + 1;
    }
    if (inner.empty() || inner.find_first_not_of(letters) != std::string_view::npos) {
        return std::nullopt;
    }
    HostParts parts{host.substr(0, end), std::nullopt};
    if (end == std::string_view::npos) {
        return parts;
    }
    const std::string_view digits = host.substr(end + 1);
    std::uint16_t port = 0;
    const auto [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (host[end] != ':' || error != std::errc{} || last != digits.data() + digits.size() ||
        digits.front() == '0') {
        return std::nullopt;
    }
    parts.port = port;
    return parts;
}

std::string with_port(std::string_view name, std::uint16_t port) {
    return std::string(name) + ':' + std::to_string(port);
}

constexpr std::string_view http = "http://";
constexpr std::string_view https = "https://";

/// Nothing for another scheme.
std::optional<std::string_view> host_of(std::string_view origin, std::string_view scheme) {
    if (origin.substr(0, scheme.size()) != scheme) {
        return std::nullopt;
    }
    return origin.substr(scheme.size());
}

std::string checked_origin(const std::string& origin) {
    std::string lower = lower_case(origin);
    auto host = host_of(lower, https);
    if (!host) {
        host = host_of(lower, http);
    }
    if (!host || !parts_of(*host)) {
        throw std::invalid_argument('\'' + core::shorten(origin, 80) +
                                    "' is no origin; one is written https://dashboard.example, "
                                    "with nothing behind the name but perhaps a port");
    }
    return lower;
}

}  // namespace

OriginRules::OriginRules(const OriginSettings& settings) : is_https_(settings.is_https) {
    for (const char* name : {"localhost", "127.0.0.1", "[::1]"}) {
        hosts_.push_back(without_default_port(with_port(name, settings.port)));
    }
    for (const std::string& entry : settings.names) {
        const std::string lower = lower_case(entry);
        const auto parts = parts_of(lower);
        if (!parts) {
            throw std::invalid_argument('\'' + core::shorten(entry, 80) +
                                        "' is no name of a host; one is written oa.example or "
                                        "oa.example:8443");
        }
        hosts_.push_back(without_default_port(lower));
        if (!parts->port) {
            hosts_.push_back(without_default_port(with_port(lower, settings.port)));
        }
    }
    for (const std::string& origin : settings.cross_origins) {
        cross_origins_.push_back(checked_origin(origin));
    }
}

std::string OriginRules::without_default_port(std::string host) const {
    const std::string_view ending = is_https_ ? ":443" : ":80";
    if (host.size() > ending.size() && host.ends_with(ending)) {
        host.resize(host.size() - ending.size());
    }
    return host;
}

bool OriginRules::allows_host(std::string_view host) const {
    const std::string lower = lower_case(host);
    return parts_of(lower) &&
           std::find(hosts_.begin(), hosts_.end(), without_default_port(lower)) != hosts_.end();
}

bool OriginRules::is_same(std::string_view origin, std::string_view host) const {
    const std::string lower = lower_case(origin);
    const auto of_origin = host_of(lower, is_https_ ? https : http);
    return of_origin && parts_of(*of_origin) &&
           without_default_port(std::string(*of_origin)) == without_default_port(lower_case(host));
}

bool OriginRules::allows_cross(std::string_view origin) const {
    return std::find(cross_origins_.begin(), cross_origins_.end(), lower_case(origin)) !=
           cross_origins_.end();
}

}  // namespace oa::host::access
