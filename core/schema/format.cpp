#include "core/schema/format.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

#include "core/schema/regex.hpp"
#include "core/schema/time_format.hpp"
#include "core/schema/uri_format.hpp"

namespace oa::core::schema {
namespace {

bool is_plain(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 &&
           (static_cast<unsigned char>(c) & 0x80U) == 0;
}

bool is_high(char c) {
    return (static_cast<unsigned char>(c) & 0x80U) != 0;
}

/// What stands before the @: words joined by points, or anything in quotes.
bool is_mailbox_name(std::string_view text, bool beyond_ascii) {
    constexpr std::size_t length_max = 64;
    if (text.empty() || text.size() > length_max) {
        return false;
    }
    if (text.size() > 1 && text.front() == '"' && text.back() == '"') {
        const std::string_view inside = text.substr(1, text.size() - 2);
        for (std::size_t i = 0; i < inside.size(); ++i) {
            if (inside[i] == '"' || static_cast<unsigned char>(inside[i]) < ' ' ||
                (inside[i] == '\\' && ++i == inside.size())) {
                return false;
            }
        }
        return true;
    }
    if (text.front() == '.' || text.back() == '.' || text.find("..") != std::string_view::npos) {
        return false;
    }
    constexpr std::string_view marks = "!#$%&'*+-/=?^_`{|}~.";
    return std::all_of(text.begin(), text.end(), [beyond_ascii, marks](char c) {
        return is_plain(c) || marks.find(c) != std::string_view::npos ||
               (beyond_ascii && is_high(c));
    });
}

bool is_mail_domain(std::string_view text, bool beyond_ascii) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        const std::string_view address = text.substr(1, text.size() - 2);
        constexpr std::string_view tag = "IPv6:";
        return address.starts_with(tag) ? is_ipv6(address.substr(tag.size())) : is_ipv4(address);
    }
    if (!beyond_ascii || std::none_of(text.begin(), text.end(), is_high)) {
        return is_hostname(text);
    }
    return text.find_first_of(" @") == std::string_view::npos && text.front() != '.' &&
           text.find("..") == std::string_view::npos;
}

bool is_mail_address(std::string_view text, bool beyond_ascii) {
    const std::size_t at = text.rfind('@');
    return at != std::string_view::npos && is_mailbox_name(text.substr(0, at), beyond_ascii) &&
           at + 1 < text.size() && is_mail_domain(text.substr(at + 1), beyond_ascii);
}

bool is_email(std::string_view text) {
    return is_mail_address(text, false);
}

bool is_idn_email(std::string_view text) {
    return is_mail_address(text, true);
}

bool is_uuid(std::string_view text) {
    constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    return std::equal(text.begin(), text.end(), shape.begin(), shape.end(), [](char c, char want) {
        return want == '-' ? c == '-' : std::isxdigit(static_cast<unsigned char>(c)) != 0;
    });
}

bool is_json_pointer(std::string_view text) {
    if (!text.empty() && text.front() != '/') {
        return false;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '~' &&
            (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1'))) {
            return false;
        }
    }
    return true;
}

bool is_relative_json_pointer(std::string_view text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || (digits > 1 && text.front() == '0')) {
        return false;
    }
    const std::string_view rest = text.substr(digits);
    return rest == "#" || is_json_pointer(rest);
}

/// RFC 6570: the braces and what stands between them.
bool is_uri_template(std::string_view text) {
    constexpr std::string_view never = " \"<>\\^`|'";
    while (!text.empty()) {
        const std::size_t open = std::min(text.find('{'), text.size());
        const std::string_view literal = text.substr(0, open);
        if (literal.find('}') != std::string_view::npos ||
            literal.find_first_of(never) != std::string_view::npos) {
            return false;
        }
        if (open == text.size()) {
            return true;
        }
        const std::size_t close = text.find('}', open);
        if (close == std::string_view::npos || close == open + 1) {
            return false;
        }
        const std::string_view variable = text.substr(open + 1, close - open - 1);
        constexpr std::string_view marks = "+#./;?&_.,:*%=!@|";
        if (!std::all_of(variable.begin(), variable.end(), [marks](char c) {
                return is_plain(c) || marks.find(c) != std::string_view::npos;
            })) {
            return false;
        }
        text.remove_prefix(close + 1);
    }
    return true;
}

bool is_regex(std::string_view text) {
    constexpr std::size_t memory_max = 1U << 20U;
    return Regex(text, memory_max).problem().empty();
}

constexpr std::array formats{
    Format{"date-time", "a date and time such as 2024-05-31T12:00:00Z", is_date_time},
    Format{"date", "a date such as 2024-05-31", is_date},
    Format{"time", "a time of day such as 12:00:00Z", is_time},
    Format{"duration", "a duration such as PT1H30M", is_duration},
    Format{"email", "an e-mail address", is_email},
    Format{"idn-email", "an e-mail address", is_idn_email},
    Format{"hostname", "the name of a host", is_hostname},
    Format{"ipv4", "an IPv4 address such as 192.0.2.1", is_ipv4},
    Format{"ipv6", "an IPv6 address such as 2001:db8::1", is_ipv6},
    Format{"uri", "a URI such as https://example.org/", is_uri},
    Format{"uri-reference", "a URI or a relative reference", is_uri_reference},
    Format{"iri", "a URI such as https://example.org/", is_iri},
    Format{"iri-reference", "a URI or a relative reference", is_iri_reference},
    Format{"uri-template", "a URI template such as /users/{id}", is_uri_template},
    Format{"uuid", "a UUID", is_uuid},
    Format{"json-pointer", "a JSON Pointer such as /list/0", is_json_pointer},
    Format{"relative-json-pointer", "a relative JSON Pointer such as 1/name",
           is_relative_json_pointer},
    Format{"regex", "a regular expression (the syntax is that of RE2)", is_regex},
};

}  // namespace

const Format* find_format(std::string_view name) {
    const auto* const found = std::find_if(
        formats.begin(), formats.end(), [name](const Format& each) { return each.name == name; });
    return found == formats.end() ? nullptr : found;
}

}  // namespace oa::core::schema
