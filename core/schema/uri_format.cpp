#include "core/schema/uri_format.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace oa::core::schema {
namespace {

bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_hex(char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}

bool is_scheme(std::string_view text) {
    return !text.empty() && is_alpha(text.front()) &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
           });
}

/// Cuts off what stands behind the first `mark`, and the mark.
std::optional<std::string_view> cut_behind(std::string_view& text, char mark) {
    const std::size_t at = text.find(mark);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view behind = text.substr(at + 1);
    text = text.substr(0, at);
    return behind;
}

// ----- putting together -----

/// RFC 3986, 5.2.4.
std::string without_dot_segments(std::string_view in) {
    std::string out;
    while (!in.empty()) {
        if (in.starts_with("../") || in.starts_with("./")) {
            in.remove_prefix(in.find('/') + 1);
        } else if (in.starts_with("/./") || in == "/.") {
            in = in.size() > 2 ? in.substr(2) : std::string_view("/");
        } else if (in.starts_with("/../") || in == "/..") {
            in = in.size() > 3 ? in.substr(3) : std::string_view("/");
            const std::size_t last = out.rfind('/');
            out.resize(last == std::string::npos ? 0 : last);
        } else if (in == "." || in == "..") {
            in = {};
        } else {
            const std::size_t end = std::min(in.find('/', 1), in.size());
            out += in.substr(0, end);
            in.remove_prefix(end);
        }
    }
    return out;
}

std::string merged_path(const UriParts& base, std::string_view path) {
    if (base.authority && base.path.empty()) {
        return "/" + std::string(path);
    }
    const std::size_t last = base.path.rfind('/');
    const std::string_view folder =
        last == std::string_view::npos ? std::string_view() : base.path.substr(0, last + 1);
    return std::string(folder) + std::string(path);
}

std::string joined(const UriParts& parts, std::string_view path) {
    std::string out;
    if (parts.scheme) {
        out.append(*parts.scheme).append(":");
    }
    if (parts.authority) {
        out.append("//").append(*parts.authority);
    }
    out += path;
    if (parts.query) {
        out.append("?").append(*parts.query);
    }
    return out;
}

// ----- checking -----

/// Whether every character may stand in a URI, outside of any delimiter's meaning.
bool has_uri_characters(std::string_view text, std::string_view also, bool beyond_ascii) {
    constexpr std::string_view common = "-._~!$&'()*+,;=:@";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) {
                return false;
            }
            i += 2;
            continue;
        }
        const bool high = (static_cast<unsigned char>(c) & 0x80U) != 0;
        if (!is_alpha(c) && !is_digit(c) && common.find(c) == std::string_view::npos &&
            also.find(c) == std::string_view::npos && !(high && beyond_ascii)) {
            return false;
        }
    }
    return true;
}

bool is_ip_literal(std::string_view text) {
    if (is_ipv6(text)) {
        return true;
    }
    const std::size_t point = text.find('.');
    return text.size() > 2 && (text[0] == 'v' || text[0] == 'V') &&
           point != std::string_view::npos && point > 1 && point + 1 < text.size() &&
           std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(point),
                       is_hex) &&
           text.find('%') == std::string_view::npos && text.find('@') == std::string_view::npos &&
           has_uri_characters(text.substr(point + 1), "", false);
}

bool is_authority(std::string_view text, bool beyond_ascii) {
    const std::size_t at = text.rfind('@');
    if (at != std::string_view::npos) {
        const std::string_view user = text.substr(0, at);
        if (user.find('@') != std::string_view::npos ||
            !has_uri_characters(user, "", beyond_ascii)) {
            return false;
        }
        text.remove_prefix(at + 1);
    }
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos || !is_ip_literal(text.substr(1, end - 1))) {
            return false;
        }
        port = text.substr(end + 1);
    } else {
        const std::size_t colon = std::min(text.find(':'), text.size());
        port = text.substr(colon);
        if (!has_uri_characters(text.substr(0, colon), "", beyond_ascii)) {
            return false;
        }
    }
    return port.empty() ||
           (port.front() == ':' && std::all_of(port.begin() + 1, port.end(), is_digit));
}

bool is_reference(std::string_view text, bool beyond_ascii) {
    const UriParts parts = split_uri(text);
    if (parts.authority && !is_authority(*parts.authority, beyond_ascii)) {
        return false;
    }
    const std::string_view first = parts.path.substr(0, parts.path.find('/'));
    if (!parts.scheme && !parts.authority && first.find(':') != std::string_view::npos) {
        return false;
    }
    return has_uri_characters(parts.path, "/", beyond_ascii) &&
           has_uri_characters(parts.query.value_or(""), "/?", beyond_ascii) &&
           has_uri_characters(parts.fragment.value_or(""), "/?", beyond_ascii);
}

// ----- addresses -----

bool is_hextet(std::string_view text) {
    return !text.empty() && text.size() <= 4 && std::all_of(text.begin(), text.end(), is_hex);
}

/// The number of 16-bit groups in a part of an address without "::"; nothing when it is none. Only
/// the last part can end in an IPv4 address.
std::optional<std::size_t> count_hextets(std::string_view text, bool last) {
    std::size_t count = 0;
    while (!text.empty()) {
        const std::size_t colon = text.find(':');
        const std::string_view group = text.substr(0, colon);
        if (colon == std::string_view::npos && last && is_ipv4(group)) {
            return count + 2;
        }
        if (!is_hextet(group) || colon + 1 == text.size()) {
            return std::nullopt;
        }
        ++count;
        text.remove_prefix(colon == std::string_view::npos ? text.size() : colon + 1);
    }
    return count;
}

}  // namespace

UriParts split_uri(std::string_view text) {
    UriParts parts;
    parts.fragment = cut_behind(text, '#');
    parts.query = cut_behind(text, '?');
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos && is_scheme(text.substr(0, colon))) {
        parts.scheme = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    if (text.starts_with("//")) {
        text.remove_prefix(2);
        const std::size_t end = std::min(text.find('/'), text.size());
        parts.authority = text.substr(0, end);
        text.remove_prefix(end);
    }
    parts.path = text;
    return parts;
}

std::string resolve_uri(std::string_view base, std::string_view reference) {
    UriParts target = split_uri(reference);
    const UriParts from = split_uri(base);
    if (target.scheme || target.authority) {
        target.scheme = target.scheme ? target.scheme : from.scheme;
        return joined(target, without_dot_segments(target.path));
    }
    target.scheme = from.scheme;
    target.authority = from.authority;
    if (target.path.empty()) {
        target.query = target.query ? target.query : from.query;
        return joined(target, from.path);
    }
    if (target.path.front() == '/') {
        return joined(target, without_dot_segments(target.path));
    }
    return joined(target, without_dot_segments(merged_path(from, target.path)));
}

std::string percent_decoded(std::string_view text) {
    const auto digit = [](char c) {
        return static_cast<unsigned>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    };
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
            out += static_cast<char>(digit(text[i + 1]) * 16U + digit(text[i + 2]));
            i += 2;
            continue;
        }
        out += text[i];
    }
    return out;
}

bool is_ipv4(std::string_view text) {
    int parts = 0;
    for (;;) {
        const std::size_t end = std::min(text.find('.'), text.size());
        const std::string_view part = text.substr(0, end);
        if (part.empty() || part.size() > 3 || !std::all_of(part.begin(), part.end(), is_digit) ||
            (part.size() > 1 && part.front() == '0') || (part.size() == 3 && part > "255")) {
            return false;
        }
        ++parts;
        if (end == text.size()) {
            return parts == 4;
        }
        text.remove_prefix(end + 1);
    }
}

bool is_ipv6(std::string_view text) {
    constexpr std::size_t groups = 8;
    const std::size_t gap = text.find("::");
    if (gap == std::string_view::npos) {
        return count_hextets(text, true) == groups;
    }
    const auto before = count_hextets(text.substr(0, gap), false);
    const auto behind = count_hextets(text.substr(gap + 2), true);
    return before && behind && *before + *behind < groups;
}

bool is_hostname(std::string_view text) {
    constexpr std::size_t length_max = 253;
    constexpr std::size_t label_length_max = 63;
    if (text.empty() || text.size() > length_max) {
        return false;
    }
    for (;;) {
        const std::size_t end = std::min(text.find('.'), text.size());
        const std::string_view label = text.substr(0, end);
        if (label.empty() || label.size() > label_length_max || label.front() == '-' ||
            label.back() == '-' || !std::all_of(label.begin(), label.end(), [](char c) {
                return is_alpha(c) || is_digit(c) || c == '-';
            })) {
            return false;
        }
        if (end == text.size()) {
            return true;
        }
        text.remove_prefix(end + 1);
    }
}

bool is_uri(std::string_view text) {
    return split_uri(text).scheme.has_value() && is_reference(text, false);
}

bool is_uri_reference(std::string_view text) {
    return is_reference(text, false);
}

bool is_iri(std::string_view text) {
    return split_uri(text).scheme.has_value() && is_reference(text, true);
}

bool is_iri_reference(std::string_view text) {
    return is_reference(text, true);
}

}  // namespace oa::core::schema
